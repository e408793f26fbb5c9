// Writes the records of one session to the books of all sessions, so that no analysis depends on a later sync (semantics 33). Only
// its own records are looked at; what other logs say of them is left to the next sync.
import type { Agent } from '../capture/agent.js';
import { clearBooked, readBooked, restoreBooked } from '../store/booked.js';
import type { LogFiles } from '../store/log-files.js';
import type { Store } from '../store/store.js';
import type { Usage } from '../store/usage.js';
import type { Instant } from '../model/time.js';
import type { LogFileRow } from '../model/usage-row.js';
import { asideKey, workOf, type AgentWork, type SyncParts } from './agent-work.js';
import { AllLogs } from './all-logs.js';
import type { SessionReading } from './session.js';
import { commitUsage, planned, type Planned } from './sync.js';
import { logKeyOf } from './usage-plan.js';

/**
 * Keeps what a session's logs tell now; the caller holds the lock.
 *
 * @throws STORE_DAMAGED
 */
export async function keepSession(store: Store, session: SessionReading, parts: SyncParts): Promise<void> {
  const { agent, session_id } = session.target;
  const all = AllLogs.ofFamily(agent, parts.reading);
  await all.update({ logs: session.logs.map(({ root, name, kind }) => ({ agent: agent.name, root, name, kind })), blocked: [] });
  const rootOf = all.rootOf();
  const isOwn = session.target.path === null ? (own: string) => rootOf(own) === session_id : () => true;
  const keys = new Set<string>();
  const logs = new Set<number>();
  for (const { key, log, session: own } of all.counted()) {
    if (!isOwn(own)) continue;
    keys.add(key);
    logs.add(log);
  }
  if (keys.size === 0) return;
  const whole = workOf(all, parts);
  const concerned = new Set([...all.numbered()].flatMap(([number, entry]) => (logs.has(number) ? [entry] : [])));
  // Of other logs nothing is known here.
  const ids = new Map([...whole.ids].filter(([, entry]) => concerned.has(entry)));
  const work: AgentWork = { ...whole, ids, isHidden: () => true };
  const [table, files] = await Promise.all([store.usage(), store.logFiles()]);
  await Promise.all([table.refresh(), files.refresh()]);
  const known = await files.current();
  const now = parts.now();
  const { plan } = await planned(work, keys, false, table, known, parts, now);
  // A record may have been another log's so far, whose totals it leaves.
  const left = new Set(plan.revisions.flatMap(({ before }) => before?.log_file_id ?? []));
  const others = { origins: new Set<string>(), isHidden: ({ log_file_id }: LogFileRow) => !left.has(log_file_id) };
  await commitAside(store, { work: { ...work, ...others }, plan, own: null }, known, table, files, now);
}

/** What is to be written of some logs' records without reading a log. @param concerned ids of these logs */
export const asideWork = (agent: Agent, { reading }: SyncParts, concerned: ReadonlySet<string>): AgentWork => ({
  agent,
  all: AllLogs.ofFamily(agent, reading),
  ids: new Map(),
  isHidden: ({ log_file_id }) => !concerned.has(log_file_id),
  idOf: () => '',
  originOf: () => '',
  origins: new Set(),
});

/**
 * Writes what a sync would leave as it is: where the books are what the last one left, they are so afterwards, and the next one looks
 * at nothing else than what was written here. At that it must look: a log may be gone by then, or be another one, that it never saw.
 */
export async function commitAside(
  store: Store,
  planned: Planned,
  known: ReadonlyMap<string, LogFileRow>,
  table: Usage,
  files: LogFiles,
  now: Instant,
): Promise<void> {
  const booked = readBooked(store.folder);
  const changed = await commitUsage(
    [planned],
    known,
    table,
    files,
    now,
    () => undefined,
    () => clearBooked(store.folder),
  );
  if (!changed || booked === null) return;
  const { agent } = planned.work;
  const written = planned.plan.revisions.map(({ row }) => asideKey(agent, logKeyOf(agent, row)));
  restoreBooked(store.folder, { ...booked, aside: [...booked.aside, ...written] });
}
