// The analysis that is meant when no id is given: agents lose shell variables between tool calls, so nothing may depend on one.
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Books } from './books.js';

export interface CurrentQuestion {
  /** The session that is running; null where none is known, then the project decides. */
  readonly sessionId: string | null;
  readonly project: string | null;
}

/**
 * The only started analysis of the running session (semantics 13); if it has none, of those of the project that have no session.
 * Where no session is known, the only one of the project.
 *
 * @throws NO_CURRENT_ANALYSIS (exit 4) if there is none, ANALYSIS_AMBIGUOUS (exit 5) if there are several.
 */
export async function currentAnalysis(books: Books, { sessionId, project }: CurrentQuestion): Promise<Analysis> {
  const logs = await books.logs();
  const started = ({ status }: Analysis): boolean => status === 'started';
  const ofSession = sessionId === null ? [] : (await books.store.guarded(() => logs.ofSession(sessionId))).filter(started);
  const ofProject = async (): Promise<Analysis[]> => {
    const all = (await books.store.guarded(() => logs.list())).filter((analysis) => started(analysis) && analysis.project === project);
    // In a session, only those count that have none.
    return sessionId === null ? all : all.filter(({ usage_session_id }) => usage_session_id === null);
  };
  const open = ofSession.length > 0 ? ofSession : await ofProject();
  if (open.length === 1) return open[0]!;
  const where = sessionId === null ? 'in this project' : `in the session "${sessionId}"`;
  if (open.length === 0) {
    throw new TokentrailError('NO_CURRENT_ANALYSIS', `No analysis is started ${where}.`, {
      suggestions: ['Start one with `tokentrail analysis start`, or name one with --id.'],
      details: { session_id: sessionId, project },
    });
  }
  const ids = open.map(({ id }) => id).sort(compareAnalysisIds);
  throw new TokentrailError('ANALYSIS_AMBIGUOUS', `${ids.length} analyses are started ${where}: ${ids.join(', ')}.`, {
    suggestions: ids.map((id) => `Pass --id ${id}.`),
    details: { ids },
  });
}
