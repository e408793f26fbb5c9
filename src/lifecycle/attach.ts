// Adds a session to an analysis, or takes one away: one piece of work may span several (resumed, cleared, crashed, another agent).
import { namesOf, type Evidence } from '../ingest/evidence.js';
import { stageCut, type SessionReading, type SessionTarget } from '../ingest/session.js';
import type { Analysis, Stage } from '../model/analysis.js';
import type { SessionPart } from '../model/cut.js';
import { TokentrailError } from '../model/errors.js';
import { formatInstant, type Instant } from '../model/time.js';
import type { Books } from './books.js';
import { NO_COST_COLUMNS, priced } from './cost.js';
import { envelopeEvidence } from './envelope.js';
import { recount } from './recount.js';
import { awaitSettling } from './settle.js';
import { captureOf, baselineTotal, NO_TOTALS, totalsOf } from './totals.js';
import { addUsage } from './usage.js';
import { isCarried, lastCut } from './told.js';
import { limitsOf, windowPart } from './window.js';

export interface AttachInput {
  readonly id: string;
  readonly target: SessionTarget;
  readonly foundBy: string;
  /** Null: from the last snapshot of the analysis on, or from its start. */
  readonly from: Instant | null;
  /** Null: with the analysis, to its end. */
  readonly to: Instant | null;
}

/** One log of a session, given by path, and the whole of it would count the same twice. */
const isSame = ({ agent, session_id }: SessionTarget, part: SessionPart): boolean =>
  part.agent === agent.name && part.session_id === session_id;

/** The instant from which a session counts that joins now (semantics 9). */
export function joinsAt({ sessions, started_at, created_at }: Analysis): Instant {
  const snapshots = sessions.flatMap(({ final }) => (final === null ? [] : [final.cut.at]));
  return snapshots.length > 0 ? Math.max(...snapshots) : (started_at ?? created_at);
}

/** What follows from the sessions, for an analysis that goes on or has ended. */
function withSessions(analysis: Analysis, sessions: readonly SessionPart[], limits: readonly string[] = []): Analysis {
  const [first] = sessions;
  const about = {
    sessions,
    usage_provider: first?.agent ?? null,
    usage_session_id: first?.session_id ?? null,
    usage_mode:
      first === undefined
        ? null
        : sessions.some(({ baseline }) => baseline.cut.by === 'time')
          ? ('windowed_sum' as const)
          : analysis.usage_mode,
    // Of one that has ended, what it cost is worked out when its records are kept.
    ...NO_COST_COLUMNS,
  };
  if (first === undefined) return { ...analysis, ...NO_TOTALS, ...about, capture_status: 'unattached', capture_reason: 'detached' };
  if (analysis.status === 'started') {
    return { ...analysis, ...about, capture_status: 'captured', capture_reason: null, tokens_baseline: baselineTotal(sessions) };
  }
  const capture = captureOf(sessions, limits);
  const isExact = capture.capture_status === 'captured';
  const isFilled = sessions.every(({ match }) => match !== undefined);
  const isSettled = sessions.every(({ settled_at }) => settled_at !== undefined);
  const status = isExact && isFilled ? 'backfilled' : isExact && isSettled ? 'settled' : capture.capture_status;
  return { ...analysis, ...about, ...totalsOf(sessions), ...capture, capture_status: status };
}

function requireWindow({ id, started_at, completed_at }: Analysis, from: Instant, to: Instant | null, now: Instant): void {
  const end = to ?? completed_at;
  if (to !== null && to > now) {
    throw new TokentrailError('USAGE', `--to ${formatInstant(to)} is in the future.`, {
      suggestions: ['Leave it out, or give a time that is past.'],
    });
  }
  if (end === null || from < end) return;
  if (from === completed_at) {
    throw new TokentrailError('USAGE', `${id} ended at ${formatInstant(from)}; --from says since when the session belongs to it.`, {
      suggestions: started_at === null ? ['Give --from TIME.'] : [`From its start: --from ${formatInstant(started_at)}`],
    });
  }
  throw new TokentrailError('USAGE', `Between ${formatInstant(from)} and ${formatInstant(end)} there is nothing of ${id}.`, {
    suggestions: ['Give --from and --to so that --from is before --to, and before the end of the analysis.'],
  });
}

/** The stages with what a session spent in them that joins by a window: by time, since nobody looked then. */
async function withPart(stages: readonly Stage[], part: SessionPart, session: SessionReading): Promise<readonly Stage[]> {
  const { final, until, session_id } = part;
  if (final === null || until === undefined || stages.length === 0) return stages;
  const place = { session_id, positions: stageCut(session_id, final).positions, open: final.cut.open, records: final.cut.records };
  const cut = stages.map((stage) => ({ ...stage, cuts: [{ ...place, at: Math.min(stage.at, until) }] }));
  const own = recount({ sessions: [part], stages: cut }, [await session.evidence(namesOf(part, cut))], 'settling').stages;
  return stages.map((stage, i) => ({
    ...stage,
    usage: stage.usage === null ? null : addUsage(stage.usage, own[i]!.usage!),
    cuts: [...stage.cuts, ...cut[i]!.cuts],
  }));
}

/** The analysis with a session that joins it. */
export async function joined(books: Books, analysis: Analysis, { target, foundBy, from, to }: AttachInput, at: Instant): Promise<Analysis> {
  const begin = from ?? joinsAt(analysis);
  requireWindow(analysis, begin, to, at);
  const session = await books.session(target);
  const end = to ?? analysis.completed_at;
  const part = await windowPart(session, { from: begin, to: end }, foundBy, at, analysis.status === 'started' && to === null);
  // A hand-made total has no sessions that it could be added to.
  const byHand = analysis.sessions.length === 0 && analysis.tokens_check !== null;
  if (byHand) {
    throw new TokentrailError('WRONG_STATE', `The tokens of ${analysis.id} were entered by hand, so no session can be added to them.`, {
      details: { id: analysis.id },
    });
  }
  const stages = await withPart(analysis.stages, part, session);
  return { ...withSessions(analysis, [...analysis.sessions, part], limitsOf(session)), stages };
}

/**
 * Attaches a session. Of one that began later, all of its own records count; of another one, what it spends from then on.
 *
 * @throws ANALYSIS_NOT_FOUND, SESSION_NOT_FOUND if there is no log of it; WRONG_STATE if it is attached already, or if the tokens
 * were entered by hand; USAGE for a window in which nothing can be
 */
export async function attachSession(books: Books, input: AttachInput): Promise<Analysis> {
  const { target } = input;
  const session = await books.session(target);
  if (!session.exists) {
    throw new TokentrailError('SESSION_NOT_FOUND', `There is no log of session "${target.session_id}" here.`, {
      details: { session_id: target.session_id },
    });
  }
  return books.revise(input.id, 'analysis attach', async (current, at) => {
    if (current.sessions.some((part) => isSame(target, part))) {
      throw new TokentrailError('WRONG_STATE', `The session "${target.session_id}" is attached to ${current.id} already.`, {
        suggestions: [`To count it otherwise: tokentrail analysis detach --id ${current.id} --usage-session-id ${target.session_id}`],
        details: { id: current.id, session_id: target.session_id },
      });
    }
    const attached = await joined(books, current, input, at);
    if (attached.status !== 'started') {
      await books.keep(attached);
      awaitSettling(books, current.id);
    }
    return priced(books, attached);
  });
}

/** The session that runs the command, as the environment tells it. */
export interface Running {
  readonly target: SessionTarget;
}

/** How a session is found that the environment tells. */
const TOLD = ['environment', 'TOKENTRAIL_SESSION_ID', 'noticed'];

/**
 * Whether a session can be the one in which the analysis' agent goes on: it was made of one of its sessions, or began after it. One
 * that was at work before is another agent's, which only gave the command.
 */
async function tookOver(session: SessionReading, { sessions, started_at, created_at }: Analysis): Promise<boolean> {
  if (sessions.some(({ session_id }) => session.ancestors.has(session_id))) return true;
  const { records } = await session.evidence();
  const began = started_at ?? created_at;
  return records.length > 0 && records.every(({ copy }) => copy.at !== null && copy.at >= began);
}

/**
 * The analysis with the running session, if that took over from the one that the environment told before: after an agent was
 * resumed, cleared or forked it has another one.
 */
export async function withRunning(books: Books, analysis: Analysis, running: Running | null, at: Instant): Promise<Analysis> {
  const last = analysis.sessions.at(-1);
  if (running === null || last === undefined || !TOLD.includes(last.found_by) || last.agent !== running.target.agent.name) return analysis;
  if (analysis.sessions.some(({ session_id }) => session_id === running.target.session_id)) return analysis;
  const session = await books.session(running.target);
  if (!session.exists || !(await tookOver(session, analysis))) return analysis;
  return joined(books, analysis, { id: analysis.id, target: running.target, foundBy: 'noticed', from: null, to: null }, at);
}

/**
 * Takes a session away, and what it spent out of the totals and the stages.
 *
 * @throws ANALYSIS_NOT_FOUND, SESSION_NOT_FOUND if it is not attached; WRONG_STATE if the stages can't be worked out without it,
 * since the log of another session is gone
 */
export function detachSession(books: Books, id: string, session_id: string): Promise<Analysis> {
  return books.revise(id, 'analysis detach', async (current) => priced(books, await detached(books, current, session_id)));
}

/** What a part is worked out again from, without what the books kept; null where its log is not that any more. */
async function evidenceHere(books: Books, part: SessionPart, stages: readonly Stage[]): Promise<Evidence | null> {
  const told = envelopeEvidence(part);
  if (told !== null) return told;
  const session = await books.session(books.targetOf(part));
  const holds = session.exists && !isCarried(part) && (await session.holdsPlaces(lastCut(part), null));
  return holds ? session.evidence(namesOf(part, stages)) : null;
}

async function detached(books: Books, current: Analysis, session_id: string): Promise<Analysis> {
  const { id } = current;
  const sessions = current.sessions.filter((part) => part.session_id !== session_id);
  if (sessions.length === current.sessions.length) {
    const known = current.sessions.map((part) => part.session_id);
    throw new TokentrailError('SESSION_NOT_FOUND', `The session "${session_id}" is not attached to ${id}.`, {
      suggestions: known.map((one) => `Pass --usage-session-id ${one}.`),
      details: { id, sessions: known },
    });
  }
  if (sessions.length === 0) {
    return { ...withSessions(current, []), stages: current.stages.map((stage) => ({ ...stage, usage: null, cuts: [] })) };
  }
  if (current.stages.length === 0) return withSessions(current, sessions);
  const found = await Promise.all(sessions.map((part) => evidenceHere(books, part, current.stages)));
  const evidences = found.filter((evidence) => evidence !== null);
  if (evidences.length < found.length) {
    throw new TokentrailError(
      'WRONG_STATE',
      `The stages of ${id} can't be worked out without the session, since another log is gone, or was changed.`,
      {
        details: { id, session_id },
      },
    );
  }
  const again = recount({ sessions, stages: current.stages }, evidences, 'as before');
  const stages = again.stages.map((stage) => ({ ...stage, cuts: stage.cuts.filter((cut) => cut.session_id !== session_id) }));
  return { ...withSessions(current, again.sessions), stages };
}
