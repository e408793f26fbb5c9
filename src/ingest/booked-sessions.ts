// The records of all sessions as the books have them, or as they would have them after a sync. Writes nothing.
import type { AgentName } from '../model/agents.js';
import type { UsageRow } from '../model/usage-row.js';
import { readBooked } from '../store/booked.js';
import type { Store } from '../store/store.js';
import type { Agent } from '../capture/agent.js';
import { readAgent, type SyncParts } from './agent-work.js';
import type { PlacedRecord } from './evidence.js';
import { planned } from './sync.js';
import { asCopy } from './usage-plan.js';

/** A record of a session, with the project that its log tells. */
export interface SessionRecord extends PlacedRecord {
  readonly project: string | null;
}

/** All records of a session and of those that work for it. */
export interface SessionRecords {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly reader: string;
  readonly tellsReasoning: boolean;
  readonly records: readonly SessionRecord[];
}

/** The rows that count once the logs are booked, by agent. */
async function rowsOf(
  store: Store,
  agent: Agent,
  parts: SyncParts,
): Promise<{ rows: readonly UsageRow[]; paths: ReadonlyMap<string, string> }> {
  const [table, logs] = [await store.usage(), await (await store.logFiles()).current()];
  const work = await readAgent(agent, parts);
  const state = readBooked(store.folder);
  const rows = new Map(await table.ofAgent(agent.name));
  const paths = new Map([...logs].map(([id, { path }]) => [id, path]));
  for (const [id, { name }] of work.ids) paths.set(id, name);
  const isBooked = state !== null && work.all.booked === state && work.all.unbooked?.size === 0;
  if (!isBooked) {
    const { plan } = await planned(work, null, true, table, logs, parts, parts.now());
    for (const { row } of plan.revisions) rows.set(row.record_key, row);
  }
  work.all.close();
  return { rows: [...rows.values()].filter(({ counted }) => counted), paths };
}

/** All sessions with their records. @throws STORE_DAMAGED */
export async function bookedSessions(store: Store, parts: SyncParts): Promise<SessionRecords[]> {
  const found = await store.guarded(async () => {
    const sessions: SessionRecords[] = [];
    for (const agent of parts.agents) sessions.push(...sessionsOf(agent, await rowsOf(store, agent, parts)));
    return sessions;
  });
  await parts.reading.readers.end();
  return found;
}

function sessionsOf(agent: Agent, { rows, paths }: Awaited<ReturnType<typeof rowsOf>>): SessionRecords[] {
  const bySession = new Map<string, SessionRecord[]>();
  const own = agent.name.length + 1;
  for (const row of rows) {
    const session = row.parent_session_id ?? row.session_id;
    const key = agent.reader.keyScope === 'everywhere' ? row.record_key.slice(own) : row.record_key.slice(own + row.session_id.length + 1);
    const record = { copy: asCopy(row, key), log: paths.get(row.log_file_id) ?? '', project: row.project };
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
  }));
}
