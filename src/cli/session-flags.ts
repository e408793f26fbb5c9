// From flags to the session and the analysis that are meant.
import type { FoundSession, NoSession } from '../capture/find-session.js';
import type { Running } from '../lifecycle/attach.js';
import { currentAnalysis, type CurrentQuestion } from '../lifecycle/current.js';
import { listAnalyses } from '../lifecycle/list.js';
import type { ToolFlag } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Instant } from '../model/time.js';
import type { Context } from './context.js';

export interface SessionFlags {
  readonly tool?: ToolFlag | undefined;
  readonly 'usage-session-id'?: string | undefined;
  readonly 'usage-session-path'?: string | undefined;
  readonly 'no-usage'?: boolean | undefined;
}

/** The session that is meant; with --no-usage none, but whose work it is. */
export async function sessionOf(context: Context, flags: SessionFlags): Promise<FoundSession | NoSession> {
  const id = flags['usage-session-id'] ?? null;
  const path = flags['usage-session-path'] ?? null;
  if (flags['no-usage'] === true) {
    if (id === null && path === null) return context.workOf(flags.tool ?? null);
    throw new TokentrailError('USAGE', '--no-usage contradicts --usage-session-id and --usage-session-path.', {
      suggestions: ['Leave out one of them.'],
    });
  }
  return context.findSession({ tool: flags.tool ?? null, sessionId: id, sessionPath: path });
}

/** The same, where there must be one whose log is here. @throws SESSION_NOT_FOUND */
export async function requiredSession(context: Context, flags: SessionFlags): Promise<FoundSession> {
  const found = await sessionOf(context, flags);
  if (found.kind === 'session') return found;
  throw new TokentrailError('SESSION_NOT_FOUND', found.message, {
    suggestions: ['Name one with --usage-session-id; see `tokentrail analysis sessions list`.'],
  });
}

/** The sessions that may be the running one; none where none is known. */
async function runningSessions(context: Context): Promise<Omit<CurrentQuestion, 'project'>> {
  try {
    const found = await context.findSession({ tool: null, sessionId: null, sessionPath: null });
    const { session_id } = found;
    const running = found.kind === 'session' ? { agent: found.agent, session_id: found.session_id, path: found.path } : null;
    const untelling = found.kind === 'session' && found.found_by === 'project' ? found.tool : null;
    return { sessionIds: session_id === null ? [] : [session_id], running, untelling };
  } catch (error) {
    if (!(error instanceof TokentrailError)) throw error;
    if (error.code === 'SESSION_AMBIGUOUS') {
      const candidates = error.details['candidates'] as { session_id: string }[];
      return { sessionIds: candidates.map(({ session_id }) => session_id), running: null, untelling: null };
    }
    if (error.code === 'AGENT_AMBIGUOUS') return { sessionIds: context.namedSessionIds, running: null, untelling: null };
    throw error;
  }
}

/** The analysis given by --id, or the only started one of the running session. */
export async function analysisIdOf(context: Context, id: string | undefined, mode: 'read' | 'write'): Promise<string> {
  if (id !== undefined) return id;
  const sessions = await runningSessions(context);
  const books = mode === 'read' ? await context.readBooks() : await context.existingBooks();
  return (await currentAnalysis(books, { ...sessions, project: context.projectName })).id;
}

/** The analyses that --id or --all name; without either the only started one of the running session. */
export async function chosenAnalyses(
  context: Context,
  { id, all, since }: { readonly id?: string | undefined; readonly all: boolean; readonly since?: Instant | undefined },
  mode: 'read' | 'write',
): Promise<readonly Analysis[]> {
  const books = mode === 'read' ? await context.readBooks() : await context.existingBooks();
  if (!all) return [await books.analysis(await analysisIdOf(context, id, mode))];
  const found = await listAnalyses(books);
  return found
    .filter(
      ({ started_at, created_at, forgotten_at }) => forgotten_at === null && (since === undefined || (started_at ?? created_at) >= since),
    )
    .sort((a, b) => compareAnalysisIds(a.id, b.id));
}

/** The session that runs the command, where the environment tells it. */
export async function runningSession(context: Context): Promise<Running | null> {
  try {
    const found = await context.findSession({ tool: null, sessionId: null, sessionPath: null });
    const isTold = found.kind === 'session' && (found.found_by === 'environment' || found.found_by === 'TOKENTRAIL_SESSION_ID');
    return isTold ? { target: { agent: found.agent, session_id: found.session_id, path: null } } : null;
  } catch (error) {
    if (error instanceof TokentrailError) return null;
    throw error;
  }
}

/** Says that a session was found to have taken over. */
export function warnOfJoined(
  context: Context,
  { analysis: { id }, joined }: { readonly analysis: Analysis; readonly joined: string | null },
): void {
  if (joined === null) return;
  const message = `${id} goes on in session "${joined}", which was attached to it.`;
  context.output.warn({ code: 'SESSION_ATTACHED', message, id, session_id: joined });
}
