import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  exact,
  hasNegative,
  isUnknown,
  sameCounts,
  subtract,
  sum,
  TOKEN_CLASSES,
  tokensIn,
  total,
  totalKnown,
  UNKNOWN,
  ZERO,
  type Counts,
} from '../../src/model/tokens.js';

const count = fc.integer({ min: 0, max: 2 ** 40 });
const maybe = fc.option(count, { nil: null, freq: 4 });
const record = (one: fc.Arbitrary<number | null>): fc.Arbitrary<Counts> =>
  fc.record({ input: one, cache_read: one, cache_write_5m: one, cache_write_1h: one, output: one, reasoning: one });
const known = record(count);
const any = record(maybe);
const KEYS = [...TOKEN_CLASSES, 'reasoning'] as const;

describe('token counts', () => {
  it('adds in any order', () => {
    fc.assert(fc.property(any, any, (a, b) => sameCounts(add(a, b), add(b, a))));
  });

  it('adds in any grouping', () => {
    fc.assert(fc.property(any, any, any, (a, b, c) => sameCounts(add(add(a, b), c), add(a, add(b, c)))));
  });

  it('is unchanged by adding nothing', () => {
    fc.assert(fc.property(any, (a) => sameCounts(add(a, ZERO), a)));
  });

  it('gives back what was added when it is subtracted', () => {
    fc.assert(fc.property(known, known, (a, b) => sameCounts(subtract(add(a, b), b), a)));
  });

  it('makes a class unknown exactly where one side is unknown', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        for (const op of [add, subtract]) {
          for (const key of KEYS) expect(op(a, b)[key] === null).toBe(a[key] === null || b[key] === null);
        }
      }),
    );
  });

  it('has an unknown total as soon as one class is unknown, and never 0 for it', () => {
    fc.assert(fc.property(any, (a) => (total(a) === null) === TOKEN_CLASSES.some((name) => a[name] === null)));
  });

  it('has the sum of its five classes as total, without reasoning', () => {
    expect(total({ input: 1, cache_read: 20, cache_write_5m: 300, cache_write_1h: 4_000, output: 50_000, reasoning: 40_000 })).toBe(54_321);
  });

  it('totals a sum as the sum of the totals', () => {
    fc.assert(fc.property(known, known, (a, b) => total(add(a, b)) === total(a)! + total(b)!));
  });

  it('counts everything but output as sent to the model, so that both make the total', () => {
    fc.assert(fc.property(known, (a) => tokensIn(a)! + a.output! === total(a)));
  });

  it('knows what was sent although the output is unknown', () => {
    expect(tokensIn({ ...ZERO, input: 7, output: null })).toBe(7);
  });

  it('does not know what was sent if one class of it is unknown', () => {
    expect(tokensIn({ ...ZERO, cache_read: null })).toBeNull();
  });

  it('tells the known part where the total is unknown', () => {
    expect(totalKnown({ ...UNKNOWN, output: 12 })).toBe(12);
  });

  it('agrees with the total where everything is known', () => {
    fc.assert(fc.property(known, (a) => totalKnown(a) === total(a)));
  });

  it('sums a list as repeated addition', () => {
    fc.assert(fc.property(fc.array(any, { maxLength: 6 }), (all) => sameCounts(sum(all), all.reduce(add, ZERO))));
  });

  it('keeps unknown reasoning unknown when it sums from an unknown start', () => {
    expect(sum([ZERO], { ...ZERO, reasoning: null }).reasoning).toBeNull();
  });

  it('is unknown only if no class is known', () => {
    expect([isUnknown(UNKNOWN), isUnknown({ ...UNKNOWN, output: 0 })]).toEqual([true, false]);
  });

  it('tells null from 0 when it compares', () => {
    expect(sameCounts({ ...ZERO, reasoning: null }, ZERO)).toBe(false);
  });

  it('finds a class below zero, reasoning too, and takes unknown for none', () => {
    expect([hasNegative({ ...ZERO, output: -1 }), hasNegative({ ...ZERO, reasoning: -1 }), hasNegative(UNKNOWN)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is not changed by arithmetic', () => {
    const frozen = Object.freeze({ ...ZERO, input: 5 });
    add(frozen, frozen);
    expect(frozen.input).toBe(5);
  });
});

describe('a number of tokens', () => {
  const last = 2 ** 53 - 1;

  it('is exact up to 2^53 − 1, and unknown beyond', () => {
    expect([exact(0), exact(last), exact(last + 1), exact(Infinity), exact(NaN)]).toEqual([0, last, null, null, null]);
  });

  it('is exact or unknown in every sum, and what is known of it is right', () => {
    const big = record(fc.option(fc.maxSafeNat(), { nil: null, freq: 9 }));
    fc.assert(
      fc.property(big, big, (a, b) => {
        const both = add(a, b);
        for (const key of KEYS) {
          const [x, y, z] = [a[key], b[key], both[key]];
          const right = x === null || y === null ? null : BigInt(x) + BigInt(y);
          expect(z).toBe(right === null || right > BigInt(last) ? null : Number(right));
        }
      }),
    );
  });

  it('is unknown in a total that only all classes together are beyond', () => {
    expect([total({ ...ZERO, input: last, output: 0 }), total({ ...ZERO, input: last, output: 1 })]).toEqual([last, null]);
  });

  it('stays unknown where more is added to a sum that was not exact', () => {
    const beyond = add({ ...ZERO, output: last }, { ...ZERO, output: 1 });
    expect([beyond.output, add(beyond, ZERO).output, add(ZERO, beyond).output, beyond.input]).toEqual([null, null, null, 0]);
  });
});
