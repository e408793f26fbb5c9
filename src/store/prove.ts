// Proves a whole store: every row by its hash, every analysis, source, journal and session by its chain, all usage by its sums.
import type { Store } from './store.js';

/** Rows that were proved. */
export interface StoreRows {
  readonly analysis_logs: number;
  readonly sources: number;
  readonly usage_records: number;
  readonly journal: number;
  readonly snapshots: number;
}

/** Every row proves itself, every chain holds, every sum agrees. @throws STORE_DAMAGED */
export async function prove(store: Store): Promise<StoreRows> {
  return store.guarded(async () => {
    const [logs, sources] = await Promise.all([store.analysisLogs(), store.sources()]);
    const [analysis_logs, known] = [await logs.prove(), await sources.prove()];
    let usage_records = 0;
    if (store.hasUsage) {
      const files = await (await store.logFiles()).current();
      await (
        await store.usage()
      ).eachPoint(files, () => {
        usage_records++;
      });
    }
    const journal = (await (await store.journal())?.prove()) ?? 0;
    const snapshots = (await (await store.snapshots())?.prove()) ?? 0;
    return { analysis_logs, sources: known, usage_records, journal, snapshots };
  });
}
