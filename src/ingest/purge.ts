// Takes what an analysis spent out of the totals of all sessions, for good: the rows stay, and say since when they don't count.
import { isSameLog, type SessionPart } from '../model/cut.js';
import type { UsageRow } from '../model/usage-row.js';
import type { Store } from '../store/store.js';
import type { SyncParts } from './agent-work.js';
import { isBefore, placeOf, type PlacedRecord } from './evidence.js';
import { asideWork, commitAside } from './keep.js';
import type { SessionTarget } from './session.js';
import { asCopy } from './usage-plan.js';

/**
 * Purges the records that lie between the baseline and the last cut of a session; the caller holds the lock.
 *
 * @returns how many there were.
 */
export async function purgePart(store: Store, { agent, session_id }: SessionTarget, part: SessionPart, parts: SyncParts): Promise<number> {
  const { baseline, final, settled_at } = part;
  // What envelopes told is in no table of usage.
  if (final === null || part.told !== undefined || !store.hasUsage) return 0;
  const [table, files] = await Promise.all([store.usage(), store.logFiles()]);
  await Promise.all([table.refresh(), files.refresh()]);
  const known = await files.current();
  const view = settled_at === undefined ? 'then' : 'settled';
  const isSpent = (record: PlacedRecord): boolean => isBefore(record, placeOf(final), view) && !isBefore(record, placeOf(baseline), view);
  const paths = [...baseline.cut.logs, ...final.cut.logs].map(({ path }) => path);
  const nameOf = ({ log_file_id }: UsageRow): string => {
    const here = known.get(log_file_id)?.path ?? '';
    return paths.find((path) => isSameLog(path, here)) ?? here;
  };
  const rows = (await table.ofSession(agent.name, session_id)).filter(
    (row) => row.counted && isSpent({ copy: asCopy(row, row.record_key), log: nameOf(row) }),
  );
  if (rows.length === 0) return 0;
  const now = parts.now();
  const revisions = rows.map((before) => {
    const recorded_at = Math.max(now, before.recorded_at + 1);
    return { before, row: { ...before, counted: false, purged_at: now, revision: before.revision + 1, recorded_at } };
  });
  const work = asideWork(agent, parts, new Set(rows.map(({ log_file_id }) => log_file_id)));
  await commitAside(store, { work, plan: { revisions, held: [], open: [] }, own: null }, known, table, files, now);
  return rows.length;
}
