// Links a whole session to a task, whatever would have linked it by itself: an analysis of that session alone. A session has one such
// analysis; to tag it again gives it the other task, and what it has spent by now.
import type { SessionReading, SessionTarget } from '../ingest/session.js';
import { toolOf } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { secondsBetween, type Instant } from '../model/time.js';
import { addAnalysis, wholeLog, type AddInput } from './add.js';
import type { Books } from './books.js';

/** How its session is found. */
const TAG = 'tag';

export interface TagInput {
  readonly target: SessionTarget;
  readonly task: string;
  /** Folder of the project, as it is stored. */
  readonly project: string | null;
}

export interface Tagged {
  readonly analysis: Analysis;
  /** The task that it had before; null if it had none. */
  readonly before: string | null;
}

/** First and last time that the session's logs tell. */
function spanOf({ facts }: SessionReading): { readonly startedAt: Instant | null; readonly completedAt: Instant | null } {
  const times = (name: 'first_at' | 'last_at'): Instant[] => facts.flatMap((fact) => fact[name] ?? []);
  const [firsts, lasts] = [times('first_at'), times('last_at')];
  return { startedAt: firsts.length === 0 ? null : Math.min(...firsts), completedAt: lasts.length === 0 ? null : Math.max(...lasts) };
}

/** The analysis by which a session was tagged before. */
async function tagOf(books: Books, { agent, session_id }: SessionTarget): Promise<Analysis | null> {
  const logs = await books.logs();
  const all = await books.store.guarded(() => logs.withSessions([session_id]));
  const isTag = ({ sessions, forgotten_at }: Analysis): boolean =>
    forgotten_at === null && sessions.some((part) => part.found_by === TAG && part.agent === agent.name && part.session_id === session_id);
  return all.find(isTag) ?? null;
}

/** @throws SESSION_NOT_FOUND if its log is not here; WRONG_STATE if other sessions were attached to its analysis */
export async function tagSession(books: Books, { target, task, project }: TagInput): Promise<Tagged> {
  const session = await books.session(target);
  if (!session.exists) {
    throw new TokentrailError('SESSION_NOT_FOUND', `There is no log of session "${target.session_id}" here.`, {
      suggestions: ['See `tokentrail analysis sessions list`.'],
      details: { session_id: target.session_id },
    });
  }
  const known = await tagOf(books, target);
  const { startedAt, completedAt } = spanOf(session);
  if (known !== null) {
    if (known.sessions.length > 1) {
      throw new TokentrailError('WRONG_STATE', `${known.id}, by which the session is tagged, has other sessions, too.`, {
        suggestions: [`Change its fields with \`analysis complete --id ${known.id} --amend REASON\`, or detach the others first.`],
        details: { id: known.id },
      });
    }
    const analysis = await books.revise(known.id, 'tag', async (current, at) => ({
      ...current,
      ...(await wholeLog(books, target, at, TAG)),
      task,
      started_at: startedAt,
      completed_at: completedAt,
      duration_seconds: secondsBetween(startedAt, completedAt),
      reason: current.task === task ? 'tagged again' : `tagged ${task}, before ${current.task ?? 'nothing'}`,
    }));
    return { analysis, before: known.task };
  }
  const input: AddInput = {
    ...NOTHING,
    tool: toolOf(target.agent.name),
    task,
    startedAt,
    completedAt,
    usageFrom: target,
    foundBy: TAG,
    project,
  };
  return { analysis: (await addAnalysis(books, input)).analysis, before: null };
}

const NOTHING = {
  sourceId: null,
  kind: 'analysis',
  status: 'completed',
  pass: null,
  model: null,
  command: null,
  frameworkVersion: null,
  methodologyVersion: null,
  durationSeconds: null,
  tokensIn: null,
  tokensOut: null,
  totalTokens: null,
  window: null,
  inputsSourceIds: [],
  inputsAnalysisIds: [],
  claimsExtracted: [],
  claimsUpdated: [],
  tags: [],
  notes: null,
  analysisFile: null,
  gitCommit: null,
} as const;
