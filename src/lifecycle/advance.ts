// Moves the sessions of an analysis on to a new snapshot. What was counted before is never counted again and never taken back: if
// the bytes that it came from are gone, what came since is told by time, and the number is a lower bound.
import type { SessionPart, Snapshot, Usage } from '../model/cut.js';
import { isUnknown } from '../model/tokens.js';
import type { SessionReading } from '../ingest/session.js';
import { addUsage, isNegative, subtractUsage } from './usage.js';

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
function lateBaseline(part: SessionPart, session: SessionReading): { baseline: Snapshot; limits: string[] } {
  const { baseline } = part;
  const { at } = baseline.cut;
  const began = session.facts.map(({ first_at }) => first_at).filter((first) => first !== null);
  if (began.length === 0 || Math.min(...began) > at) return { baseline, limits: [] };
  return { baseline: { ...baseline, usage: session.usageBy('until', at) }, limits: ['log_began_before_start'] };
}

async function stillHolds(session: SessionReading, before: Snapshot): Promise<boolean> {
  for (const log of before.cut.logs) if (!(await session.holds(log))) return false;
  return true;
}

/**
 * Books `now` as the last snapshot of a session.
 *
 * @param session the reading that `now` was taken from.
 */
export async function advance(part: SessionPart, now: Snapshot, session: SessionReading): Promise<Advanced> {
  const limits: string[] = [];
  let baseline = settledBaseline(part, now);
  if (part.baseline_reason === 'log_not_yet' && part.final === null && session.exists) {
    const late = lateBaseline(part, session);
    baseline = late.baseline;
    limits.push(...late.limits);
  }
  const before = part.final ?? baseline;
  // Once a log was changed, its sums and those that were carried on have no common beginning.
  const carried = before.flags.includes('log_changed');
  const intact = !carried && (await stillHolds(session, before)) && !isNegative(subtractUsage(now.usage, before.usage));
  if (!intact) {
    limits.push(session.exists ? 'log_changed' : 'log_gone');
    const added = session.usageBy('after', before.cut.at);
    const final = { ...now, usage: addUsage(before.usage, added), flags: [...now.flags, 'log_changed'].sort() };
    return { part: { ...part, baseline, final }, limits };
  }
  return { part: { ...part, baseline, final: now }, limits };
}
