import { describe, expect, it } from 'vitest';
import { Counter } from '../../src/capture/counter.js';

describe('the count fields of a record', () => {
  it.each<[unknown, number]>([
    [100, 100],
    [5e3, 5000],
    ['10', 10],
    [5_000_000_000, 5_000_000_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [0, 0],
    [undefined, 0],
    [null, 0],
  ])('take %j as the count %i', (value, count) => {
    const counter = new Counter();
    expect([counter.of(value), counter.invalid]).toEqual([count, 0]);
  });

  it.each<[unknown]>([[-1], [1.5], [NaN], [Infinity], [2 ** 53], ['ten'], ['1e3'], [''], [true], [{}], [[7]]])(
    'take %j as 0, and note that it was no count',
    (value) => {
      const counter = new Counter();
      expect([counter.of(value), counter.invalid]).toEqual([0, 1]);
    },
  );

  it('note each one that was no count, and not those that were', () => {
    const counter = new Counter();
    for (const value of [-1, 7, 'x', null]) counter.of(value);
    expect(counter.invalid).toBe(2);
  });
});
