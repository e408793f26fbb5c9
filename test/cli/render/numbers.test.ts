import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classesText, grouped, tokens, totalText } from '../../../src/cli/render/numbers.js';
import type { Counts } from '../../../src/model/tokens.js';

const counts = (some: Partial<Counts> = {}): Counts => ({
  input: 0,
  cache_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  output: 0,
  reasoning: null,
  ...some,
});

describe('grouped', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [999, '999'],
    [1000, '1,000'],
    [41_210, '41,210'],
    [5_000_000_000, '5,000,000,000'],
    [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
  ])('%i is %s', (count, text) => {
    expect(grouped(count)).toBe(text);
  });

  it('is the same number without its commas', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (count) => Number(grouped(count).replaceAll(',', '')) === count));
  });
});

describe('tokens', () => {
  it('says N/A for unknown, never 0', () => {
    expect([tokens(null), tokens(0)]).toEqual(['N/A', '0']);
  });

  it('marks a lower bound, also one of 0', () => {
    expect([tokens(1200, true), tokens(0, true)]).toEqual(['≥ 1,200', '≥ 0']);
  });

  it('marks no unknown as a lower bound', () => {
    expect(tokens(null, true)).toBe('N/A');
  });
});

describe('totalText', () => {
  it('is the sum of the classes without reasoning', () => {
    expect(
      totalText(counts({ input: 1, cache_read: 10, cache_write_5m: 100, cache_write_1h: 1000, output: 10_000, reasoning: 5000 })),
    ).toBe('11,111');
  });

  it('is 0 where every class is 0', () => {
    expect(totalText(counts())).toBe('0');
  });

  it('is what is known, marked, where a class is unknown', () => {
    expect(totalText(counts({ input: null, output: 1234 }))).toBe('≥ 1,234 (incomplete)');
  });

  it('is N/A where every class is unknown', () => {
    expect(totalText(counts({ input: null, cache_read: null, cache_write_5m: null, cache_write_1h: null, output: null }))).toBe('N/A');
  });

  it('is what is known, marked, also where that is 0: unknown and 0 are different', () => {
    expect(totalText(counts({ input: null }))).toBe('≥ 0 (incomplete)');
  });
});

describe('classesText', () => {
  it('tells every class', () => {
    expect(classesText(counts({ input: 10, cache_read: 5000, cache_write_5m: 800, cache_write_1h: 200, output: 640 }))).toBe(
      'input 10 · cache read 5,000 · cache write 1,000 (1 h: 200) · output 640',
    );
  });

  it('tells reasoning where there was some', () => {
    expect(classesText(counts({ output: 640, reasoning: 400 }))).toContain('output 640 (reasoning 400)');
  });

  it('says N/A for a write of which one half is unknown', () => {
    expect(classesText(counts({ cache_write_5m: 800, cache_write_1h: null }))).toContain('cache write N/A ');
  });

  it('says N/A for each unknown class', () => {
    expect(classesText(counts({ input: null, output: null }))).toBe('input N/A · cache read 0 · cache write 0 · output N/A');
  });
});
