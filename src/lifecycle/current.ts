// The analysis that is meant when no id is given: agents lose shell variables between tool calls, so nothing may depend on one.
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Books } from './books.js';

export interface CurrentQuestion {
  /** The session that is running, or those that may be; where none is known, the project decides. */
  readonly sessionIds: readonly string[];
  readonly project: string | null;
}

/**
 * The only started analysis of the running session (semantics 13); where no session is known, of the project.
 *
 * @throws NO_CURRENT_ANALYSIS (exit 4) if there is none, ANALYSIS_AMBIGUOUS (exit 5) if there are several.
 */
export async function currentAnalysis(books: Books, { sessionIds, project }: CurrentQuestion): Promise<Analysis> {
  const logs = await books.logs();
  const started = ({ status, forgotten_at }: Analysis): boolean => status === 'started' && forgotten_at === null;
  const ofSession = (await Promise.all(sessionIds.map((id) => books.store.guarded(() => logs.ofSession(id))))).flat().filter(started);
  const ofProject = async (): Promise<Analysis[]> =>
    (await books.store.guarded(() => logs.outlines())).filter((analysis) => started(analysis) && analysis.project === project);
  const open = sessionIds.length > 0 ? ofSession : await ofProject();
  if (open.length === 1) return open[0]!;
  const where = sessionIds.length === 0 ? 'in this project' : `in the session "${sessionIds.join('" or "')}"`;
  if (open.length === 0) {
    throw new TokentrailError('NO_CURRENT_ANALYSIS', `No analysis is started ${where}.`, {
      suggestions: ['Start one with `tokentrail analysis start`, or name one with --id.'],
      details: { session_ids: sessionIds, project },
    });
  }
  const ids = open.map(({ id }) => id).sort(compareAnalysisIds);
  throw new TokentrailError('ANALYSIS_AMBIGUOUS', `${ids.length} analyses are started ${where}: ${ids.join(', ')}.`, {
    suggestions: ids.map((id) => `Pass --id ${id}.`),
    details: { ids },
  });
}
