// The records of all sessions as the books have them, or as they would have them after a sync. Writes nothing.
import type { AgentName } from '../model/agents.js';
import type { LogCut } from '../model/cut.js';
import type { Price } from '../model/price.js';
import { LogSums, type LogFileRow, type UsageRow } from '../model/usage-row.js';
import { readBooked } from '../store/booked.js';
import { checkTotals, requireTotals } from '../store/control-totals.js';
import type { Store } from '../store/store.js';
import type { Agent } from '../capture/agent.js';
import { readAgent, unbookedIn, type AgentWork, type SyncParts } from './agent-work.js';
import type { PlacedRecord } from './evidence.js';
import { positionOf } from './read-log.js';
import type { Reading } from './scope.js';
import { ownTotals, planned } from './sync.js';
import { asCopy, logKeyOf, priceOfRow } from './usage-plan.js';

/** A record of a session, with the project that its log tells. */
export interface SessionRecord extends PlacedRecord {
  readonly project: string | null;
  /** Its bytes are not there any more. */
  readonly gone: boolean;
  readonly price: Price;
}

/** All records of a session and of those that work for it. */
export interface SessionRecords {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly reader: string;
  readonly tellsReasoning: boolean;
  readonly records: readonly SessionRecord[];
  /** How far the logs were read in which they lie. */
  readonly logs: readonly LogCut[];
}

/** By id of a log: how far it was read, without its session. */
type Cuts = ReadonlyMap<string, Omit<LogCut, 'session_id'>>;

const cutOf = ({ path, head_sha256, kind, read_to, prefix_sha256 }: LogFileRow, stored: Reading['stored']): Omit<LogCut, 'session_id'> => ({
  path: stored(path),
  head_sha256,
  position: kind === 'append' ? { kind, bytes: read_to, prefix_sha256: prefix_sha256 ?? '' } : { kind, records: read_to, last_key: null },
});

/** An agent's logs, and whether the books have everything that they tell; the caller closes them. */
async function readLogs(store: Store, agent: Agent, parts: SyncParts): Promise<{ readonly work: AgentWork; readonly isBooked: boolean }> {
  const work = await readAgent(agent, parts);
  return { work, isBooked: unbookedIn(work, readBooked(store.folder))?.size === 0 };
}

/** The sessions of an agent once its logs are booked, with records that may still be written. @throws STORE_DAMAGED */
async function sessionsOf(store: Store, agent: Agent, parts: SyncParts, isSynced: boolean): Promise<SessionRecords[]> {
  const { stored } = parts.reading;
  const [table, files] = [await store.usage(), await store.logFiles()];
  await Promise.all([table.refresh(), files.refresh()]);
  const logs = await files.current();
  const cuts = new Map([...logs].map(([id, log]) => [id, cutOf(log, stored)]));
  const told = isSynced ? null : await readLogs(store, agent, parts);
  for (const [id, entry] of told?.work.ids ?? [])
    cuts.set(id, { path: stored(entry.name), head_sha256: entry.head, position: positionOf(entry) });
  const sessions = new Sessions(agent, cuts);
  if (told === null || told.isBooked) {
    told?.work.all.close();
    // Row by row, since each is only looked at once.
    const sums = new LogSums();
    await table.eachOf(agent.name, (row) => {
      sums.add(row);
      sessions.add(row);
    });
    requireTotals(checkTotals(new Map([...logs].filter(([, known]) => known.agent === agent.name)), sums.totals));
    return sessions.all;
  }
  const rows = await table.ofAgent(agent.name);
  requireTotals(ownTotals(agent, logs, rows).checked);
  const { plan } = await planned(told.work, null, true, table, logs, parts, parts.now());
  for (const row of [...plan.revisions.map((revision) => revision.row), ...plan.open]) rows.set(row.record_key, row);
  told.work.all.close();
  for (const row of rows.values()) if (row.counted) sessions.add(row);
  return sessions.all;
}

/**
 * All sessions with their records.
 *
 * @param synced agents of whose logs the books have everything; those of the others are read, too.
 * @throws STORE_DAMAGED
 */
export async function bookedSessions(store: Store, parts: SyncParts, synced: ReadonlySet<AgentName>): Promise<SessionRecords[]> {
  const found = await store.guarded(async () => {
    const sessions: SessionRecords[] = [];
    for (const agent of parts.agents) sessions.push(...(await sessionsOf(store, agent, parts, synced.has(agent.name))));
    return sessions;
  });
  await parts.reading.readers.end();
  return found;
}

/** The sessions of an agent, put together record by record. */
class Sessions {
  readonly #agent: Agent;
  readonly #logs: Cuts;
  readonly #records = new Map<string, SessionRecord[]>();
  readonly #cuts = new Map<string, Map<string, LogCut>>();

  constructor(agent: Agent, logs: Cuts) {
    this.#agent = agent;
    this.#logs = logs;
  }

  add(row: UsageRow): void {
    const session = row.parent_session_id ?? row.session_id;
    const log = this.#logs.get(row.log_file_id);
    const copy = asCopy(row, logKeyOf(this.#agent, row));
    const record = { copy, log: log?.path ?? '', project: row.project, gone: row.source_gone, price: priceOfRow(row) };
    if (log !== undefined) {
      const own = this.#cuts.get(session) ?? new Map<string, LogCut>();
      this.#cuts.set(session, own);
      if (!own.has(row.log_file_id)) own.set(row.log_file_id, { ...log, session_id: row.session_id });
    }
    const records = this.#records.get(session);
    if (records === undefined) this.#records.set(session, [record]);
    else records.push(record);
  }

  get all(): SessionRecords[] {
    const { name, reader } = this.#agent;
    return [...this.#records].map(([session_id, records]) => ({
      agent: name,
      session_id,
      reader: `${name}@${reader.version}`,
      tellsReasoning: reader.tellsReasoning,
      records,
      logs: [...(this.#cuts.get(session_id)?.values() ?? [])],
    }));
  }
}
