// A session's part of an analysis between two instants: what is told in it counts, from the first one on and up to the second one,
// which is not in it any more.
import { countedIn, placeOf, recordsBefore, type Evidence } from '../ingest/evidence.js';
import { EMPTY_DIGEST } from '../ingest/digest.js';
import type { Copy } from '../ingest/groups.js';
import type { SessionReading } from '../ingest/session.js';
import type { Cut, LogCut, SessionPart, Snapshot } from '../model/cut.js';
import { isUnknown } from '../model/tokens.js';
import type { Instant } from '../model/time.js';

export interface Window {
  /** Null: from the session's first record on. */
  readonly from: Instant | null;
  /** Null: up to now. */
  readonly to: Instant | null;
}

/** A cut by time. @param logs how far the logs were read of which the evidence tells */
const cutAt = (at: Instant, logs: readonly LogCut[], reader: string): Cut => ({
  at,
  logs,
  open: [],
  records: 0,
  digest: EMPTY_DIGEST,
  reader,
  by: 'time',
});

/** The records of which it is known that they were told before an instant. */
export const toldBefore = (at: Instant, evidence: Evidence, logs: readonly LogCut[]): Copy[] =>
  recordsBefore(evidence, placeOf({ cut: cutAt(at, logs, evidence.reader) }), 'settled');

/** What records that were told before an instant add up to, as a snapshot whose cut was set by time. */
export function snapshotOf(records: readonly Copy[], at: Instant, evidence: Evidence, logs: readonly LogCut[]): Snapshot {
  const { usage, partial, open } = countedIn(records, evidence);
  const cut: Cut = { ...cutAt(at, logs, evidence.reader), open, records: usage.records };
  return { cut, usage, flags: [], partial_records: partial, skipped: [] };
}

/** The same of a session; where it has answers and no counts, what it spent is unknown. */
export async function sessionBefore(at: Instant, session: SessionReading, now: Snapshot): Promise<Snapshot> {
  const [evidence, { logs }] = [await session.evidence(), now.cut];
  const before = snapshotOf(toldBefore(at, evidence, logs), at, evidence, logs);
  const isSilent = isUnknown(now.usage.counts) && before.usage.records === 0;
  return isSilent ? { ...before, usage: now.usage, flags: now.flags } : before;
}

/** Why what a reading tells of its session is a lower bound; empty where it is not. */
export const limitsOf = ({ unread }: SessionReading): string[] => (unread.length > 0 ? ['log_unreadable'] : []);

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
  const baseline = await sessionBefore(from ?? 0, session, now);
  const final = goesOn ? null : to === null ? now : { ...(await sessionBefore(to, session, now)), flags: now.flags };
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
