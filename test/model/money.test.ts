import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dividedEvenly, dollars, picoOf } from '../../src/model/money.js';

describe('pico-dollars of a text', () => {
  it.each([
    ['0', 0n],
    ['0.08', 80_000_000_000n],
    ['12', 12_000_000_000_000n],
    ['-1.5', -1_500_000_000_000n],
    ['1e-7', 100_000n],
    ['2.5E+1', 25_000_000_000_000n],
    ['0.0000000000005', 0n],
    ['0.0000000000015', 2n],
    ['0.00000000000051', 1n],
    ['1e-999', 0n],
  ])('%s', (text, pico) => expect(picoOf(text)).toBe(pico));

  it.each(['', 'abc', '1,5', '$1', '1.', '.5', 'NaN', 'Infinity', '1e', ' 1', '9223372.036854775808', '1e999'])('none: %j', (text) =>
    expect(picoOf(text)).toBeNull(),
  );

  it('takes the largest that int64 holds', () => expect(picoOf('9223372.036854775807')).toBe(2n ** 63n - 1n));

  it('gives back what was written of it', () =>
    fc.assert(fc.property(fc.bigInt(-(2n ** 63n) + 1n, 2n ** 63n - 1n), (pico) => picoOf(dollars(pico)) === pico)));
});

describe('dollars', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000000001'],
    [600_000_000_000n, '0.6'],
    [12_000_000_000_000n, '12'],
    [-1_500_000_000_000n, '-1.5'],
  ])('of %s are %s', (pico, text) => expect(dollars(pico)).toBe(text));
});

it('halves are rounded to the even neighbour', () =>
  expect([1n, 3n, 5n, 7n, 9n].map((n) => dividedEvenly(n, 2n))).toEqual([0n, 2n, 2n, 4n, 4n]));
