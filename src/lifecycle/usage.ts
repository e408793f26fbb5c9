// Arithmetic of usages: sums and differences of counts by class, by model and of sub-agents. Pure.
import type { ModelCounts, Usage } from '../model/cut.js';
import { add, subtract, ZERO, type Counts } from '../model/tokens.js';

const NOTHING: ModelCounts = { ...ZERO, records: 0 };

const counts = ({ input, cache_read, cache_write_5m, cache_write_1h, output, reasoning }: Counts): Counts => ({
  input,
  cache_read,
  cache_write_5m,
  cache_write_1h,
  output,
  reasoning,
});

type Operation = (a: Counts, b: Counts) => Counts;

/** An agent that never tells reasoning has null there; nothing spent is nothing spent, whichever it is. */
const neutral = (like: Counts): ModelCounts => ({ ...NOTHING, reasoning: like.reasoning === null ? null : 0 });

function both(a: ModelCounts | undefined, b: ModelCounts | undefined, op: Operation, sign: 1 | -1): ModelCounts {
  const x = a ?? neutral(b ?? NOTHING);
  const y = b ?? neutral(x);
  return { records: x.records + sign * y.records, ...op(counts(x), counts(y)) };
}

const isNothing = (value: ModelCounts): boolean =>
  value.records === 0 && Object.values(counts(value)).every((count) => count === 0 || count === null);

/** A model may be named as a property that every object has. */
const ownModel = ({ by_model }: Usage, name: string): ModelCounts | undefined =>
  Object.hasOwn(by_model, name) ? by_model[name] : undefined;

function combine(a: Usage, b: Usage, op: Operation, sign: 1 | -1): Usage {
  const names = [...new Set([...Object.keys(a.by_model), ...Object.keys(b.by_model)])].sort();
  const models = names.map((name) => [name, both(ownModel(a, name), ownModel(b, name), op, sign)] as const);
  const subagents =
    a.subagents === null && b.subagents === null ? null : both(a.subagents ?? undefined, b.subagents ?? undefined, op, sign);
  return {
    counts: op(a.counts, b.counts),
    records: a.records + sign * b.records,
    by_model: Object.fromEntries(models.filter(([, value]) => !isNothing(value) || value.records !== 0)),
    subagents: subagents !== null && isNothing(subagents) ? null : subagents,
  };
}

export const addUsage = (a: Usage, b: Usage): Usage => combine(a, b, add, 1);

export const subtractUsage = (a: Usage, b: Usage): Usage => combine(a, b, subtract, -1);

export const NO_USAGE: Usage = { counts: ZERO, records: 0, by_model: {}, subagents: null };

export const sumUsage = (all: readonly Usage[]): Usage => (all.length === 0 ? NO_USAGE : all.slice(1).reduce(addUsage, all[0]!));

/** One record as a usage. */
export const usageOfRecord = (model: string, subagent: boolean, own: Counts): Usage => {
  const whole: ModelCounts = { records: 1, ...counts(own) };
  return { counts: counts(own), records: 1, by_model: { [model]: whole }, subagents: subagent ? whole : null };
};

/** True if a class anywhere in `usage` is below zero. */
export function isNegative(usage: Usage): boolean {
  const all = [usage.counts, ...Object.values(usage.by_model), ...(usage.subagents === null ? [] : [usage.subagents])];
  return usage.records < 0 || all.some((one) => Object.values(one).some((value) => typeof value === 'number' && value < 0));
}
