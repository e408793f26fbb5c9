// Closes a stage of an analysis: what its sessions spent since the last mark, or the start, is the stage's.
import type { Analysis, Stage, StageStatus } from '../model/analysis.js';
import { isLogged, type AgentProcess, type SessionPart } from '../model/cut.js';
import { assertThat, TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import { stageCut } from '../ingest/session.js';
import { advance } from './advance.js';
import { withRunning, type Running } from './attach.js';
import type { Books } from './books.js';
import { envelopeCosts } from './cost.js';
import { lastTold, withEnvelope, type EnvelopeResult } from './envelope.js';
import { finishOpenRecords, stillOpen } from './open-records.js';
import { captureOf, tailOf } from './totals.js';
import { isNegative } from './usage.js';

export interface MarkInput {
  readonly id: string;
  readonly stage: string;
  readonly status: StageStatus;
  readonly notes: string | null;
  readonly running: Running | null;
  /** The agent that runs that session now, where it is an ancestor of this process. */
  readonly process: AgentProcess | null;
  /** What an agent that ran for it printed of its usage. */
  readonly envelope: EnvelopeResult | null;
}

export interface Marked {
  /** The session that took over, if it was noticed now. */
  readonly joined: string | null;
  readonly analysis: Analysis;
  readonly stage: Stage;
}

export function requireStarted({ id, status }: Analysis, what: string): void {
  if (status === 'started') return;
  throw new TokentrailError('WRONG_STATE', `${id} is ${status}; it can't be ${what} any more.`, {
    suggestions: [
      `See \`tokentrail analysis show ${id}\`.`,
      'Fields of an ended analysis are changed with `analysis complete --amend REASON`.',
    ],
    details: { id, status },
  });
}

/** An analysis whose sessions were brought up to an instant, with the reasons why its numbers are lower bounds. */
export interface BroughtUp {
  readonly analysis: Analysis;
  readonly limits: readonly string[];
}

/** Takes a snapshot of each session and books it; open records of earlier cuts take their finished counts. */
export async function bringUp(books: Books, analysis: Analysis, at: Instant): Promise<BroughtUp> {
  let stages = analysis.stages;
  const sessions: SessionPart[] = [];
  const limits: string[] = [];
  for (const part of analysis.sessions) {
    // It counted up to an instant that is past.
    if (part.until !== undefined || !isLogged(part)) {
      sessions.push(part);
      continue;
    }
    const session = await books.session(books.targetOf(part));
    const finished = finishOpenRecords(part, stages, session);
    stages = finished.stages;
    const advanced = await advance(finished.part, session.snapshot(at), session);
    sessions.push(stillOpen(finished.part, advanced.part, session));
    limits.push(...advanced.limits);
  }
  return { analysis: { ...analysis, sessions, stages }, limits };
}

/** A session that goes on in another process of its agent is run by that one. */
function withProcess(analysis: Analysis, { running, process }: MarkInput): Analysis {
  if (running === null || process === null) return analysis;
  const { session_id } = running.target;
  return { ...analysis, sessions: analysis.sessions.map((part) => (part.session_id === session_id ? { ...part, process } : part)) };
}

/** The stage that ends now: what is left of the whole after the stages before it. */
function closeStage(analysis: Analysis, input: MarkInput, at: Instant): Stage {
  const usage = tailOf(analysis);
  assertThat(usage === null || !isNegative(usage), 'no stage spends less than nothing');
  return {
    stage: input.stage,
    attempt: 1 + analysis.stages.filter(({ stage }) => stage === input.stage).length,
    status: input.status,
    at,
    usage,
    session_id: analysis.usage_session_id,
    notes: input.notes,
    cuts: analysis.sessions.flatMap(({ session_id, final }) => (final === null ? [] : [stageCut(session_id, final)])),
  };
}

/**
 * Closes a stage. The snapshot is taken while the lock is held, so that a stage that follows can never be negative (semantics 5).
 *
 * @returns the new revision and the closed stage; its usage is null where the analysis is unattached.
 * @throws WRONG_STATE if the analysis is not started.
 */
export async function markStage(books: Books, input: MarkInput): Promise<Marked> {
  let joined: string | null = null;
  const analysis = await books.revise(input.id, 'analysis mark', async (current, at) => {
    requireStarted(current, 'marked');
    const { analysis: logged, limits } = await bringUp(books, await withRunning(books, current, input.running, at), at);
    const now =
      input.envelope === null ? logged : withEnvelope(logged, input.envelope, at, await lastTold(books, input.envelope.session_id));
    joined = logged.sessions[current.sessions.length]?.session_id ?? null;
    const capture = now.sessions.length === 0 ? {} : captureOf(now.sessions, limits);
    const seen = withProcess(now, input);
    const marked = { ...seen, ...capture, stages: [...now.stages, closeStage(now, input, at)] };
    // What envelopes tell has its price with it; other records get theirs when they are kept, at the end.
    return marked.sessions.some(isLogged) ? marked : { ...marked, ...envelopeCosts(marked) };
  });
  return { analysis, joined, stage: analysis.stages.at(-1)! };
}
