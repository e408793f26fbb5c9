// Counts in --json: the classes in a stable order, `total` null where a class is unknown, then with `total_known` beside it.
import type { ModelCounts, Usage } from '../../model/cut.js';
import { total, totalKnown, type Counts } from '../../model/tokens.js';

export function countsJson(counts: Counts): Record<string, number | null> {
  const { input, cache_read, cache_write_5m, cache_write_1h, output, reasoning } = counts;
  const all = total(counts);
  return {
    input,
    cache_read,
    cache_write_5m,
    cache_write_1h,
    output,
    reasoning,
    total: all,
    ...(all === null ? { total_known: totalKnown(counts) } : {}),
  };
}

export const modelCountsJson = (counts: ModelCounts): object => ({ records: counts.records, ...countsJson(counts) });

export const byModelJson = (usage: Usage): object =>
  Object.fromEntries(Object.entries(usage.by_model).map(([model, counts]) => [model, modelCountsJson(counts)]));

export const subagentsJson = ({ subagents }: Usage): object | null => (subagents === null ? null : modelCountsJson(subagents));
