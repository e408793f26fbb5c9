// Moves the sessions of an analysis on to a new snapshot. What was counted before is never counted again and never taken back: if
// the bytes that it came from are gone, what came since is told by time, and the number is a lower bound.
import type { SessionPart, Snapshot, Usage } from '../model/cut.js';
import { isUnknown } from '../model/tokens.js';
import type { SessionReading } from '../ingest/session.js';
import { addUsage, isNegative, subtractUsage } from './usage.js';
import { limitsOf, sessionBefore } from './window.js';

/** What a session part is after a snapshot, and what limits it. */
export interface Advanced {
  readonly part: SessionPart;
  /** Reasons why the number is a lower bound; empty for an exact one. */
  readonly limits: readonly string[];
}

/** What the session spent in the analysis, from its baseline to its last snapshot. */
export const spentIn = ({ baseline, final }: SessionPart): Usage => subtractUsage((final ?? baseline).usage, baseline.usage);

/** A log without counts at the start that has some later wrote none before. */
function settledBaseline(part: SessionPart, now: Snapshot): Snapshot {
  const { baseline } = part;
  const began = isUnknown(baseline.usage.counts) && baseline.usage.records === 0 && !isUnknown(now.usage.counts);
  return began ? { ...baseline, usage: { ...now.usage, ...subtractUsage(now.usage, now.usage) }, flags: [] } : baseline;
}

/**
 * A session that had no log at the start began after it. If its first log tells of earlier work (a copied history, a clock that
 * was set), that is the baseline, and the analysis is partial (semantics 6).
 */
async function lateBaseline(part: SessionPart, now: Snapshot, session: SessionReading): Promise<{ baseline: Snapshot; limits: string[] }> {
  const { baseline } = part;
  const { at } = baseline.cut;
  const began = session.facts.map(({ first_at }) => first_at).filter((first) => first !== null);
  if (began.length === 0 || Math.min(...began) > at) return { baseline, limits: [] };
  // By time, so that it can be worked out again.
  return { baseline: await sessionBefore(at, session, now), limits: ['log_began_before_start'] };
}

/** What was found once of a log stays true of every later number of the analysis. */
const STICKY = ['log_changed', 'log_began_before_start'];

const withFlags = (snapshot: Snapshot, flags: readonly string[]): Snapshot => ({
  ...snapshot,
  flags: [...new Set([...snapshot.flags, ...flags])].sort(),
});

/** No log of the session has appeared yet, so nothing is known of it: not 0. */
const isAwaited = (part: SessionPart, session: SessionReading): boolean =>
  part.baseline_reason === 'log_not_yet' && part.final === null && !session.exists;

/**
 * Books `now` as the last snapshot of a session.
 *
 * @param session the reading that `now` was taken from.
 */
export async function advance(part: SessionPart, now: Snapshot, session: SessionReading): Promise<Advanced> {
  if (isAwaited(part, session)) return { part, limits: ['log_not_yet'] };
  const unread = limitsOf(session);
  let baseline = settledBaseline(part, now);
  const found: string[] = [];
  if (part.baseline_reason === 'log_not_yet' && part.final === null) {
    const late = await lateBaseline(part, now, session);
    baseline = late.baseline;
    found.push(...late.limits);
  }
  const before = part.final ?? baseline;
  // A log that is away may come back, so what was counted stays compared with the cut up to which it was.
  if (!session.exists) return { part: { ...part, baseline, final: before }, limits: ['log_gone', ...unread] };
  found.push(...before.flags.filter((flag) => STICKY.includes(flag)));
  // Once a log was changed, its sums and those that were carried on have no common beginning.
  const carried = before.flags.includes('log_changed');
  const intact = !carried && (await session.holds(before.cut)) && !isNegative(subtractUsage(now.usage, before.usage));
  if (intact) {
    // An edge that was set by time takes what was told before it and came since.
    if (baseline.cut.by === 'time') baseline = await sessionBefore(baseline.cut.at, session, now);
    return { part: { ...part, baseline, final: withFlags(now, found) }, limits: [...found, ...unread] };
  }
  const { at, by } = before.cut;
  const usage = addUsage(before.usage, session.usageAfter(by === 'time' ? at - 1 : at));
  const flags = [...new Set([...found, 'log_changed'])];
  return { part: { ...part, baseline, final: withFlags({ ...now, usage }, flags) }, limits: [...flags, ...unread] };
}
