import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_PICO } from '../../src/model/money.js';
import {
  addCosts,
  amountIn,
  CostAdder,
  coverageOf,
  hasUnpriced,
  knownAmount,
  NO_COST,
  NO_COSTS,
  provenanceOf,
  subtractCost,
  subtractCosts,
  type Cost,
  type Costs,
} from '../../src/model/price.js';
import { totalKnown, type Counts } from '../../src/model/tokens.js';
import { counts } from '../ingest/copies.js';

interface Priced {
  readonly reported: bigint | null;
  readonly estimated: bigint | null;
  readonly counts: Counts;
  readonly calls: number;
}

/** Around the largest number that a double holds, and far beyond it. */
const anyPico = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 9n }),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
  fc.bigInt({ min: 2n ** 62n, max: LARGEST_PICO }),
);

const anyPriced: fc.Arbitrary<Priced> = fc.record({
  reported: fc.option(anyPico),
  estimated: fc.option(anyPico),
  counts: fc.nat({ max: 1_000_000 }).map((output) => counts(output)),
  calls: fc.integer({ min: 1, max: 3 }),
});

const added = (all: readonly Priced[]): CostAdder => {
  const adder = new CostAdder();
  for (const one of all) adder.add(one, one.counts, one.calls);
  return adder;
};

const costOf = (...all: readonly Partial<Priced>[]): Cost =>
  added(all.map((one) => ({ reported: null, estimated: null, counts: counts(10), calls: 1, ...one }))).cost;

const sum = (values: readonly (bigint | null)[]): string => values.reduce((all: bigint, value) => all + (value ?? 0n), 0n).toString();

describe('adding up costs', () => {
  it('is exact, however large they are', () => {
    fc.assert(
      fc.property(fc.array(anyPriced, { maxLength: 30 }), (all) => {
        const reported = all.filter((one) => one.reported !== null);
        const estimated = all.filter((one) => one.reported === null && one.estimated !== null);
        const unpriced = all.filter((one) => (one.reported ?? one.estimated) === null);
        const calls = (some: readonly Priced[]): number => some.reduce((n, one) => n + one.calls, 0);
        const tokens = (some: readonly Priced[]): number => some.reduce((n, one) => n + totalKnown(one.counts), 0);
        expect(added(all).cost).toEqual({
          reported: sum(reported.map((one) => one.reported)),
          estimated: sum(estimated.map((one) => one.estimated)),
          reported_estimate: sum(reported.map((one) => one.estimated)),
          reported_records: calls(reported),
          estimated_records: calls(estimated),
          unpriced_records: calls(unpriced),
          unpriced_tokens: tokens(unpriced),
          priced_tokens: tokens(reported) + tokens(estimated),
        });
      }),
      { seed: 61, numRuns: 200 },
    );
  });

  it('in parts is the same as at once, also when the parts were looked at between', () => {
    fc.assert(
      fc.property(fc.array(anyPriced, { maxLength: 20 }), fc.array(anyPriced, { maxLength: 20 }), (some, others) => {
        const first = added(some);
        const before = first.cost;
        first.addAll(added(others));
        expect([before, first.cost]).toEqual([added(some).cost, added([...some, ...others]).cost]);
        for (const one of some) first.add(one, one.counts, one.calls);
        expect(first.cost).toEqual(added([...some, ...others, ...some]).cost);
      }),
      { seed: 62, numRuns: 100 },
    );
  });

  it('and taking a part away leaves the rest', () => {
    fc.assert(
      fc.property(fc.array(anyPriced, { maxLength: 10 }), fc.array(anyPriced, { maxLength: 10 }), (some, others) => {
        expect(subtractCost(added([...some, ...others]).cost, added(some).cost)).toEqual(added(others).cost);
      }),
      { seed: 63, numRuns: 100 },
    );
  });

  it('takes the figure of the agent, and keeps the estimate beside it', () => {
    const cost = costOf({ reported: 9_990_000_000_000n, estimated: 1n });
    expect([amountIn(cost), cost.estimated, cost.reported_estimate]).toEqual([9_990_000_000_000n, '0', '1']);
  });

  it('counts the known classes of a record that does not know the others', () => {
    expect(costOf({ counts: { ...counts(7), input: null } }).unpriced_tokens).toBe(7);
  });
});

describe('how a cost is known', () => {
  it.each([
    ['is reported where all of it is', [{ reported: 5n }], 'reported', 5n],
    ['is estimated where all of it is', [{ estimated: 5n }], 'estimated', 5n],
    ['is mixed of both', [{ reported: 5n }, { estimated: 6n }], 'mixed', 11n],
    ['is unpriced where a part is', [{ reported: 5n }, {}], 'unpriced', null],
    ['is unpriced where all is', [{}], 'unpriced', null],
    ['is an estimate of nothing where there is nothing', [], 'estimated', 0n],
    ['is unpriced where it is more than can be kept', [{ estimated: LARGEST_PICO }, { estimated: 1n }], 'unpriced', null],
    ['is estimated up to what can be kept', [{ estimated: LARGEST_PICO - 1n }, { estimated: 1n }], 'estimated', LARGEST_PICO],
  ] as const)('%s', (_, all, provenance, amount) => {
    const cost = costOf(...all);
    expect([provenanceOf(cost), amountIn(cost), hasUnpriced(cost)]).toEqual([provenance, amount, amount === null]);
  });

  it('never loses what is known of it', () => {
    expect(knownAmount(costOf({ reported: 5n }, { estimated: 2n }, {}))).toBe(7n);
  });
});

describe('coverage', () => {
  it.each([
    ['the share of tokens with a price', [{ estimated: 1n, counts: counts(75) }, { counts: counts(25) }], 0.75],
    ['whole where all have one', [{ estimated: 1n }, { reported: 1n }], 1],
    ['nothing where none has', [{}], 0],
    ['whole where there is nothing', [], 1],
    ['nothing of a request of which no token is known', [{ counts: { ...counts(0), output: null } }], 0],
  ] as const)('is %s', (_, all, share) => {
    expect(coverageOf(costOf(...all))).toBe(share);
  });
});

describe('costs with their parts', () => {
  const anyCosts: fc.Arbitrary<Costs> = fc
    .array(fc.tuple(anyPriced, fc.constantFrom('sonnet', 'opus', 'constructor', '__proto'), fc.boolean()), { maxLength: 12 })
    .map((all) => {
      const of = (some: typeof all): Cost => added(some.map(([one]) => one)).cost;
      const models = [...new Set(all.map(([, model]) => model))];
      const work = all.filter(([, , subagent]) => subagent);
      const cards = new Map<string, number>();
      for (const [one, model] of all) cards.set(`card ${model}`, (cards.get(`card ${model}`) ?? 0) + one.calls);
      return {
        whole: of(all),
        by_model: Object.fromEntries(models.map((name) => [name, of(all.filter(([, model]) => model === name))])),
        subagents: work.length === 0 ? null : of(work),
        cards: Object.fromEntries(cards),
      };
    });

  it('are the rest again after a part was added and taken away', () => {
    fc.assert(
      fc.property(anyCosts, anyCosts, (a, b) => {
        expect(subtractCosts(addCosts(a, b), b)).toEqual(addCosts(a, NO_COSTS));
      }),
      { seed: 64, numRuns: 100 },
    );
  });

  it('are the same in either order, and nothing less themselves', () => {
    fc.assert(
      fc.property(anyCosts, anyCosts, (a, b) => {
        expect(addCosts(a, b)).toEqual(addCosts(b, a));
        expect(subtractCosts(a, a)).toEqual(NO_COSTS);
      }),
      { seed: 65, numRuns: 100 },
    );
  });

  it('add up by model to the whole', () => {
    fc.assert(
      fc.property(anyCosts, anyCosts, (a, b) => {
        const both = addCosts(a, b);
        const models = Object.values(both.by_model);
        expect(sum(models.map(knownAmount))).toBe(knownAmount(both.whole).toString());
        expect(models.reduce((n, { priced_tokens, unpriced_tokens }) => n + priced_tokens + unpriced_tokens, 0)).toBe(
          both.whole.priced_tokens + both.whole.unpriced_tokens,
        );
      }),
      { seed: 66, numRuns: 100 },
    );
  });

  it('of nothing are nothing', () => {
    expect(addCosts(NO_COSTS, NO_COSTS)).toEqual({ whole: NO_COST, by_model: {}, subagents: null, cards: {} });
  });
});
