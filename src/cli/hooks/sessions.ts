// The stretches of sessions that hooks saw; of those that go on, with what they spent so far.
import { agentNamed } from '../../capture/agents.js';
import { SYNC } from '../../lifecycle/snapshots.js';
import type { SnapshotRow } from '../../model/snapshot-row.js';
import type { Instant } from '../../model/time.js';
import { segmentsOf, spentBetween, type Segment } from '../../report/segments.js';
import type { Context } from '../context.js';

/** A stretch as it is by now: one that no hook ended may go on. */
async function asOfNow(context: Context, segment: Segment): Promise<Segment> {
  const { agent, session_id, before, ended_at, ended_by } = segment;
  if (before === null || (ended_at !== null && ended_by !== SYNC)) return segment;
  const session = await context.openSession({ agent: agentNamed(agent), session_id, path: null });
  if (!session.exists || (ended_at !== null && session.writtenAt <= ended_at)) return segment;
  const spent = spentBetween(before, session.snapshot(context.now()).usage.counts);
  return { ...segment, spent, ended_at: null, ended_by: null };
}

/** The last begun first. @param since only those that began at or after it */
export async function hookSegments(
  context: Context,
  rows: readonly SnapshotRow[],
  { since, limit }: { readonly since: Instant | null; readonly limit: number },
): Promise<{ readonly segments: readonly Segment[]; readonly matching: number }> {
  const chains = new Map<string, SnapshotRow[]>();
  for (const row of rows) chains.set(row.id, [...(chains.get(row.id) ?? []), row]);
  const all = [...chains.values()].flatMap(segmentsOf).filter(({ started_at }) => since === null || started_at >= since);
  all.sort((a, b) => b.started_at - a.started_at);
  const segments: Segment[] = [];
  for (const segment of all.slice(0, limit)) {
    segments.push(await asOfNow(context, segment));
  }
  return { segments, matching: all.length };
}
