// A session's part of an analysis between two instants: what is told in it counts, from the first one on and up to the second one,
// which is not in it any more.
import { countedBefore, type Evidence, type Place } from '../ingest/evidence.js';
import { EMPTY_DIGEST } from '../ingest/digest.js';
import type { SessionReading } from '../ingest/session.js';
import type { SessionPart, Snapshot } from '../model/cut.js';
import { isUnknown } from '../model/tokens.js';
import type { Instant } from '../model/time.js';

export interface Window {
  /** Null: from the session's first record on. */
  readonly from: Instant | null;
  /** Null: up to now. */
  readonly to: Instant | null;
}

const byTime = (at: Instant): Place => ({ at, positions: new Map(), open: [], byTime: true });

/** What was told before an instant, as a snapshot whose cut was set by time. */
function snapshotAt(now: Snapshot, evidence: Evidence, at: Instant): Snapshot {
  const { usage, partial } = countedBefore(evidence, byTime(at), 'settled');
  const isSilent = isUnknown(now.usage.counts) && usage.records === 0;
  return {
    cut: { at, logs: [], open: [], records: usage.records, digest: EMPTY_DIGEST, reader: now.cut.reader, by: 'time' },
    usage: isSilent ? now.usage : usage,
    flags: isSilent ? now.flags : [],
    partial_records: partial,
    skipped: [],
  };
}

/**
 * The part that a session has in an analysis by a window.
 *
 * @param at the instant of the snapshot that ends a window without an end.
 * @param goesOn the session counts on, so that there is no end yet.
 */
export async function windowPart(
  session: SessionReading,
  { from, to }: Window,
  found_by: string,
  at: Instant,
  goesOn: boolean,
): Promise<SessionPart> {
  const { agent, session_id, path } = session.target;
  const now = session.snapshot(at);
  const evidence = await session.evidence([]);
  const baseline = snapshotAt(now, evidence, from ?? 0);
  const final = goesOn ? null : to === null ? now : { ...snapshotAt(now, evidence, to), flags: now.flags };
  return {
    agent: agent.name,
    session_id,
    path,
    found_by,
    baseline,
    baseline_reason: 'window',
    final,
    ...(to === null || goesOn ? {} : { until: to }),
  };
}
