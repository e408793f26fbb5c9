// The records of all sessions as the books have them, or as they would have them after a sync. Writes nothing.
import type { AgentName } from '../model/agents.js';
import type { LogCut } from '../model/cut.js';
import type { Price } from '../model/price.js';
import type { LogFileRow, UsageRow } from '../model/usage-row.js';
import { readBooked } from '../store/booked.js';
import { requireTotals } from '../store/control-totals.js';
import type { Store } from '../store/store.js';
import type { Usage } from '../store/usage.js';
import type { Agent } from '../capture/agent.js';
import { readAgent, type SyncParts } from './agent-work.js';
import type { PlacedRecord } from './evidence.js';
import { positionOf } from './read-log.js';
import { ownTotals, planned } from './sync.js';
import { asCopy, logKeyOf } from './usage-plan.js';

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

/** What the books have of an agent. */
interface Booked {
  readonly rows: readonly UsageRow[];
  /** By id of the log: how far it was read, without its session. */
  readonly logs: ReadonlyMap<string, Omit<LogCut, 'session_id'>>;
}

const cutOf = ({ path, head_sha256, kind, read_to, prefix_sha256 }: LogFileRow): Omit<LogCut, 'session_id'> => ({
  path,
  head_sha256,
  position: kind === 'append' ? { kind, bytes: read_to, prefix_sha256: prefix_sha256 ?? '' } : { kind, records: read_to, last_key: null },
});

/** What the logs tell, and the books don't yet, over what they do. */
async function addTold(
  rows: Map<string, UsageRow>,
  cuts: Map<string, Omit<LogCut, 'session_id'>>,
  [store, table, logs]: readonly [Store, Usage, ReadonlyMap<string, LogFileRow>],
  agent: Agent,
  parts: SyncParts,
): Promise<void> {
  const work = await readAgent(agent, parts);
  const state = readBooked(store.folder);
  for (const [id, entry] of work.ids) cuts.set(id, { path: entry.name, head_sha256: entry.head, position: positionOf(entry) });
  if (state === null || work.all.booked !== state || work.all.unbooked?.size !== 0) {
    const { plan } = await planned(work, null, true, table, logs, parts, parts.now());
    for (const { row } of plan.revisions) rows.set(row.record_key, row);
    for (const row of plan.open) rows.set(row.record_key, row);
  }
  work.all.close();
}

/** The rows that count once the logs are booked, with those that may still be written. */
async function rowsOf(store: Store, agent: Agent, parts: SyncParts, isSynced: boolean): Promise<Booked> {
  const [table, files] = [await store.usage(), await store.logFiles()];
  await Promise.all([table.refresh(), files.refresh()]);
  const logs = await files.current();
  const rows = await table.ofAgent(agent.name);
  requireTotals(ownTotals(agent, logs, rows).checked);
  const cuts = new Map([...logs].map(([id, log]) => [id, cutOf(log)]));
  if (!isSynced) await addTold(rows, cuts, [store, table, logs], agent, parts);
  return { rows: [...rows.values()].filter(({ counted }) => counted), logs: cuts };
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
    for (const agent of parts.agents) sessions.push(...sessionsOf(agent, await rowsOf(store, agent, parts, synced.has(agent.name))));
    return sessions;
  });
  await parts.reading.readers.end();
  return found;
}

const priceOf = ({ reported_cost_pico_usd: reported, cost_pico_usd: estimated, rate_card: card }: UsageRow): Price => ({
  reported,
  estimated,
  card,
});

function sessionsOf(agent: Agent, { rows, logs }: Booked): SessionRecords[] {
  const bySession = new Map<string, SessionRecord[]>();
  const cuts = new Map<string, Map<string, LogCut>>();
  for (const row of rows) {
    const session = row.parent_session_id ?? row.session_id;
    const log = logs.get(row.log_file_id);
    const record = {
      copy: asCopy(row, logKeyOf(agent, row)),
      log: log?.path ?? '',
      project: row.project,
      gone: row.source_gone,
      price: priceOf(row),
    };
    if (log !== undefined) {
      const own = cuts.get(session) ?? new Map<string, LogCut>();
      cuts.set(session, own.set(row.log_file_id, { ...log, session_id: row.session_id }));
    }
    const records = bySession.get(session);
    if (records === undefined) bySession.set(session, [record]);
    else records.push(record);
  }
  const { version, tellsReasoning } = agent.reader;
  return [...bySession].map(([session_id, records]) => ({
    agent: agent.name,
    session_id,
    reader: `${agent.name}@${version}`,
    tellsReasoning,
    records,
    logs: [...(cuts.get(session_id)?.values() ?? [])],
  }));
}
