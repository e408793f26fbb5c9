// The records of all sessions as the books have them, or as they would have them after a sync. Writes nothing.
import type { AgentName } from '../model/agents.js';
import type { LogCut } from '../model/cut.js';
import type { Price } from '../model/price.js';
import type { Instant } from '../model/time.js';
import { LogSums, type LogFileRow, type UsageRow } from '../model/usage-row.js';
import { readBooked } from '../store/booked.js';
import { checkTotals, requireTotals } from '../store/control-totals.js';
import type { Store } from '../store/store.js';
import type { Usage, UsageRows } from '../store/usage.js';
import type { Agent } from '../capture/agent.js';
import { readAgent, unbookedIn, type AgentWork, type SyncParts } from './agent-work.js';
import type { PlacedRecord } from './evidence.js';
import type { Copy } from './groups.js';
import { positionOf } from './read-log.js';
import type { Reading } from './scope.js';
import { ownTotals, planned } from './sync.js';
import { asCopy, logKeyOf } from './usage-plan.js';

/** A record of a session. */
export interface SessionRecord extends PlacedRecord {
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
  /** Puts the records together, anew each time: those of all sessions may be too many to have at once. */
  readonly records: () => SessionRecord[];
  /** When they were told, the first one first; those that tell no time are left out. */
  readonly times: readonly Instant[];
  /** The projects that they tell. */
  readonly projects: ReadonlySet<string>;
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

/** What the books have: the usage records, and what is known of each log. */
interface Booked {
  readonly store: Store;
  readonly table: Usage;
  readonly logs: ReadonlyMap<string, LogFileRow>;
}

/** The sessions of an agent once its logs are booked, with records that may still be written. @throws STORE_DAMAGED */
async function sessionsOf({ store, table, logs }: Booked, agent: Agent, parts: SyncParts, isSynced: boolean): Promise<SessionRecords[]> {
  const { stored } = parts.reading;
  const cuts = new Map([...logs].map(([id, log]) => [id, cutOf(log, stored)]));
  const told = isSynced ? null : await readLogs(store, agent, parts);
  for (const [id, entry] of told?.work.ids ?? [])
    cuts.set(id, { path: stored(entry.name), head_sha256: entry.head, position: positionOf(entry) });
  const sessions = new Sessions(agent, cuts);
  if (told === null || told.isBooked) {
    told?.work.all.close();
    const sums = new LogSums();
    await table.eachOf(agent.name, (row, rows, i) => {
      sums.add(row);
      sessions.add(row, rows, i);
    });
    requireTotals(checkTotals(new Map([...logs].filter(([, known]) => known.agent === agent.name)), sums.totals));
    return sessions.all;
  }
  const rows = await table.ofAgent(agent.name);
  requireTotals(ownTotals(agent, logs, rows).checked);
  const { plan } = await planned(told.work, null, true, table, logs, parts, parts.now());
  for (const row of [...plan.revisions.map((revision) => revision.row), ...plan.open]) rows.set(row.record_key, row);
  told.work.all.close();
  const counted = [...rows.values()].filter((row) => row.counted);
  const inOrder: UsageRows = { row: (i) => counted[i]! };
  counted.forEach((row, i) => sessions.add(row, inOrder, i));
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
    const [table, files] = [await store.usage(), await store.logFiles()];
    await Promise.all([table.refresh(), files.refresh()]);
    const booked = { store, table, logs: await files.current() };
    const sessions: SessionRecords[] = [];
    for (const agent of parts.agents) sessions.push(...(await sessionsOf(booked, agent, parts, synced.has(agent.name))));
    return sessions;
  });
  await parts.reading.readers.end();
  return found;
}

/** A record as the books have it. A class for the reason that a kept copy is one. */
class BookedRecord implements SessionRecord {
  readonly copy: Copy;
  readonly log: string;
  readonly gone: boolean;
  readonly #reported: bigint | null;
  readonly #estimated: bigint | null;
  readonly #card: string | null;

  constructor(row: UsageRow, copy: Copy, log: string) {
    this.copy = copy;
    this.log = log;
    this.gone = row.source_gone;
    this.#reported = row.reported_cost_pico_usd;
    this.#estimated = row.cost_pico_usd;
    this.#card = row.rate_card;
  }

  get price(): Price {
    return { reported: this.#reported, estimated: this.#estimated, card: this.#card };
  }
}

/** What a session's records are made of. */
interface Session {
  readonly session_id: string;
  /** Which rows of each batch. */
  readonly rows: Map<UsageRows, number[]>;
  readonly times: Instant[];
  readonly projects: Set<string>;
  /** By id of a log. */
  readonly logs: Map<string, LogCut>;
}

/** The sessions of an agent, put together record by record. */
class Sessions {
  readonly #agent: Agent;
  readonly #logs: Cuts;
  readonly #sessions = new Map<string, Session>();

  constructor(agent: Agent, logs: Cuts) {
    this.#agent = agent;
    this.#logs = logs;
  }

  /** @param batch where the row is the one of number `i`. */
  add(row: UsageRow, batch: UsageRows, i: number): void {
    const session = this.#sessionOf(row.parent_session_id ?? row.session_id);
    const rows = session.rows.get(batch);
    if (rows === undefined) session.rows.set(batch, [i]);
    else rows.push(i);
    if (row.at !== null) session.times.push(row.at);
    if (row.project !== null) session.projects.add(row.project);
    const log = session.logs.has(row.log_file_id) ? undefined : this.#logs.get(row.log_file_id);
    if (log !== undefined) session.logs.set(row.log_file_id, { ...log, session_id: row.session_id });
  }

  #sessionOf(session_id: string): Session {
    const known = this.#sessions.get(session_id);
    if (known !== undefined) return known;
    const session: Session = { session_id, rows: new Map(), times: [], projects: new Set(), logs: new Map() };
    this.#sessions.set(session_id, session);
    return session;
  }

  #recordOf(row: UsageRow): SessionRecord {
    return new BookedRecord(row, asCopy(row, logKeyOf(this.#agent, row)), this.#logs.get(row.log_file_id)?.path ?? '');
  }

  get all(): SessionRecords[] {
    const { name, reader } = this.#agent;
    return [...this.#sessions.values()].map(({ session_id, rows, times, projects, logs }) => ({
      agent: name,
      session_id,
      reader: `${name}@${reader.version}`,
      tellsReasoning: reader.tellsReasoning,
      records: () => [...rows].flatMap(([batch, own]) => own.map((i) => this.#recordOf(batch.row(i)))),
      times: times.sort((a, b) => a - b),
      projects,
      logs: [...logs.values()],
    }));
  }
}
