// Prices the records of an agent anew, by the price book as it is now. Nothing else does: what was priced stays priced. A record whose
// price is the same keeps its row, and the rate card that it was priced with.
import { CostAdder, type Cost } from '../model/price.js';
import type { UsageRow } from '../model/usage-row.js';
import type { Agent } from '../capture/agent.js';
import type { PriceBook } from '../pricing/book.js';
import { requireTotals } from '../store/control-totals.js';
import type { Store } from '../store/store.js';
import type { SyncParts } from './agent-work.js';
import { asideWork, commitAside } from './keep.js';
import { ownTotals } from './sync.js';
import { priceOfRow } from './usage-plan.js';

/** What records of a model cost before and after. */
export interface RepricedModel {
  readonly agent: Agent['name'];
  readonly model: string;
  readonly records: number;
  readonly before: Cost;
  readonly after: Cost;
}

type Change = { readonly row: UsageRow; readonly before: UsageRow };

/** The record with its price of now; null if that is the one it has. */
function repriced(before: UsageRow, book: PriceBook, now: number): Change | null {
  const { pico, card } = book.estimate(before);
  if (before.rate_card !== null && pico === before.cost_pico_usd) return null;
  const recorded_at = Math.max(now, before.recorded_at + 1);
  return { before, row: { ...before, cost_pico_usd: pico, rate_card: card, revision: before.revision + 1, recorded_at } };
}

function byModel(agent: Agent, changes: readonly Change[]): RepricedModel[] {
  const models = new Map<string, { records: number; readonly before: CostAdder; readonly after: CostAdder }>();
  for (const { row, before } of changes) {
    const name = row.model ?? 'unknown';
    let model = models.get(name);
    if (model === undefined) models.set(name, (model = { records: 0, before: new CostAdder(), after: new CostAdder() }));
    model.records += row.calls;
    model.before.add(priceOfRow(before), before.counts, before.calls);
    model.after.add(priceOfRow(row), row.counts, row.calls);
  }
  return [...models].sort(([a], [b]) => (a < b ? -1 : 1)).map(([model, { records, before, after }]) => ({ agent: agent.name, model, records, before: before.cost, after: after.cost })); // prettier-ignore
}

/**
 * @param write false: nothing is written, and no lock is needed; else the caller holds it.
 * @throws STORE_DAMAGED
 */
export async function repriceAgent(store: Store, agent: Agent, parts: SyncParts, write: boolean): Promise<RepricedModel[]> {
  const [table, files] = await Promise.all([store.usage(), store.logFiles()]);
  await Promise.all([table.refresh(), files.refresh()]);
  const logs = await files.current();
  const rows = await table.ofAgent(agent.name);
  requireTotals(ownTotals(agent, logs, rows).checked);
  const [book, now] = [await parts.prices(), parts.now()];
  const changes = [...rows.values()].flatMap((row) => (row.counted ? (repriced(row, book, now) ?? []) : []));
  if (write && changes.length > 0) {
    const work = asideWork(agent, parts, new Set(changes.map(({ row }) => row.log_file_id)));
    await commitAside(store, { work, plan: { revisions: changes, held: [], open: [] }, own: null }, logs, table, files, now);
  }
  return byModel(agent, changes);
}
