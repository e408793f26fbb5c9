// The stretches of sessions that hooks saw; of those that go on, with what they spent so far.
import { agentNamed } from '../../capture/agents.js';
import type { SnapshotRow } from '../../model/snapshot-row.js';
import type { Instant } from '../../model/time.js';
import type { Counts } from '../../model/tokens.js';
import { segmentsOf, spentBetween, type Segment } from '../../report/segments.js';
import type { Context } from '../context.js';

async function countsNow(context: Context, { agent, session_id }: Segment): Promise<Counts | null> {
  const session = await context.openSession({ agent: agentNamed(agent), session_id, path: null });
  return session.exists ? session.snapshot(context.now()).usage.counts : null;
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
    const isOpen = segment.ended_at === null && segment.before !== null;
    segments.push(isOpen ? { ...segment, spent: spentBetween(segment.before, await countsNow(context, segment)) } : segment);
  }
  return { segments, matching: all.length };
}
