// The analysis that is meant when no id is given: agents lose shell variables between tool calls, so nothing may depend on one.
import type { SessionTarget } from '../ingest/session.js';
import type { Tool } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Books } from './books.js';

export interface CurrentQuestion {
  /** The session that is running, or those that may be; where none is known, the project decides. */
  readonly sessionIds: readonly string[];
  /** The only one that may be, if its log is here. */
  readonly running: SessionTarget | null;
  readonly project: string | null;
  /** The tool, where it doesn't tell its session and that was only found; what it started before it could be found has none. */
  readonly untelling: Tool | null;
}

/** So many ids are suggested, the youngest ones. */
const SUGGESTED = 3;

/**
 * The only started analysis of the running session (semantics 13), or if it has none, of those from which it was copied: after a fork
 * the agent goes on in it. Where no session is known, that of the project; where it was only found, and has none, the one that the same
 * agent started there without a session.
 *
 * @throws NO_CURRENT_ANALYSIS (exit 4) if there is none, ANALYSIS_AMBIGUOUS (exit 5) if there are several.
 */
export async function currentAnalysis(books: Books, { sessionIds, running, project, untelling }: CurrentQuestion): Promise<Analysis> {
  const logs = await books.logs();
  const started = ({ status, forgotten_at }: Analysis): boolean => status === 'started' && forgotten_at === null;
  const ofSessions = async (ids: readonly string[]): Promise<Analysis[]> =>
    (await books.store.guarded(() => logs.withSessions(ids))).filter(started);
  const ofProject = async (): Promise<Analysis[]> =>
    (await books.store.guarded(() => logs.outlines())).filter((analysis) => started(analysis) && analysis.project === project);
  let open = sessionIds.length > 0 ? await ofSessions(sessionIds) : await ofProject();
  if (open.length === 0 && running !== null) open = await ofSessions([...(await books.session(running)).ancestors]);
  if (open.length === 0 && untelling !== null)
    open = (await ofProject()).filter(({ usage_session_id, tool }) => usage_session_id === null && tool === untelling);
  if (open.length === 1) return open[0]!;
  const where = sessionIds.length === 0 ? 'in this project' : `in the session "${sessionIds.join('" or "')}"`;
  if (open.length === 0) {
    // After the agent was cleared, nothing tells that its session is the same work.
    const others = (sessionIds.length > 0 ? await ofProject() : []).map(({ id }) => id).sort(compareAnalysisIds);
    throw new TokentrailError('NO_CURRENT_ANALYSIS', `No analysis is started ${where}.`, {
      suggestions: [
        ...others.slice(-SUGGESTED).map((id) => `Pass --id ${id}, which is started in this project, if its work goes on here.`),
        'Start one with `tokentrail analysis start`, or name one with --id.',
      ],
      details: { session_ids: sessionIds, project },
    });
  }
  const ids = open.map(({ id }) => id).sort(compareAnalysisIds);
  throw new TokentrailError('ANALYSIS_AMBIGUOUS', `${ids.length} analyses are started ${where}: ${ids.join(', ')}.`, {
    suggestions: ids.map((id) => `Pass --id ${id}.`),
    details: { ids },
  });
}
