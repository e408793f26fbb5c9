// Changes rows of a desk's books in place, as a disk or a foreign program would, and asks what a report says then.
import { connect } from '@lancedb/lancedb';
import { eq } from '../../src/store/filter.js';
import type { UsageRow } from '../../src/model/usage-row.js';
import type { Desk } from './sync-desk.js';

export class Rows {
  readonly #desk: Desk;
  readonly #kept = new Map<string, UsageRow[]>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Keeps the current revision of records, beside those that were kept before. */
  async keep(...keys: readonly string[]): Promise<void> {
    const all = new Map((await this.#desk.rows()).map((row) => [row.record_key, row]));
    for (const key of keys) this.#kept.set(key, [...(this.#kept.get(key) ?? []), all.get(key)!]);
  }

  first(key: string): UsageRow {
    return this.#kept.get(key)![0]!;
  }

  last(key: string): UsageRow {
    return this.#kept.get(key)!.at(-1)!;
  }

  /** Takes all revisions of a record away, and puts rows in their place. */
  async replace(key: string, ...by: readonly UsageRow[]): Promise<void> {
    const store = await this.#desk.store;
    const foreign = await (await connect(this.#desk.folder)).openTable('usage');
    await foreign.delete(eq('record_key', key).sql);
    const table = await store.usage();
    await store.exclusively(async () => {
      await table.refresh();
      await table.append(by);
    });
  }
}

/** All output that counts, and the logs of which nothing can be said. @throws STORE_DAMAGED */
export async function reported(desk: Desk): Promise<{ readonly output: number; readonly pending: readonly string[] }> {
  const logs = new Map([...(await desk.logs()).values()].map((log) => [log.log_file_id, log]));
  const table = await (await desk.store).usage();
  await table.refresh();
  let output = 0;
  const pending = await table.eachPoint(logs, ({ counts }) => void (output += counts.output ?? 0));
  return { output, pending: pending.map(({ path }) => path) };
}
