// Reads all logs from their beginning, as if nothing were known of them, and compares what they say with the books. Writes nothing.
import type { AgentName } from '../model/agents.js';
import type { Store } from '../store/store.js';
import { readAgent, type SyncParts } from './agent-work.js';
import { planned } from './sync.js';

/** What the logs of an agent say against its books. */
export interface UsageAudit {
  readonly agent: AgentName;
  readonly logs: number;
  readonly records: number;
  /** In the logs, and not in the books yet. */
  readonly unbooked: number;
  /** Keys of records of which the books say something else. */
  readonly differing: readonly string[];
}

/** @throws STORE_DAMAGED */
export async function auditUsage(store: Store, parts: SyncParts): Promise<UsageAudit[]> {
  const anew = { ...parts, rebuild: true };
  const [table, logs] = await store.guarded(async () => [await store.usage(), await (await store.logFiles()).current()] as const);
  const audits: UsageAudit[] = [];
  for (const agent of parts.agents) {
    const work = await readAgent(agent, anew);
    const { plan } = await store.guarded(() => planned(work, null, true, table, logs, { ...anew, rebuild: false }, parts.now()));
    const differing = plan.revisions.flatMap(({ row, before }) => (before === null ? [] : row.record_key));
    audits.push({
      agent: agent.name,
      logs: work.all.entries.length,
      records: work.all.recordCount,
      unbooked: plan.revisions.length - differing.length,
      differing,
    });
    work.all.close();
  }
  await parts.reading.readers.end();
  return audits;
}
