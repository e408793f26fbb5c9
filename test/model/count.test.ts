import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCount } from '../../src/model/count.js';

const MOST = 2 ** 53 - 1;

/** Semantics 21, as it stands in a log: JSON text and what it counts; null where it is no count. */
const VALUES: readonly (readonly [json: string, count: number | null])[] = [
  ['0', 0],
  ['1', 1],
  ['100', 100],
  ['100.0', 100],
  ['5e3', 5_000],
  ['1.5e1', 15],
  ['"10"', 10],
  ['"0"', 0],
  ['"9007199254740991"', MOST],
  ['9007199254740991', MOST],
  ['null', 0],
  ['-0', 0],
  ['9007199254740992', null],
  ['9007199254740993', null],
  ['"9007199254740992"', null],
  ['1e400', null],
  ['-1', null],
  ['"-1"', null],
  ['1.5', null],
  ['"1.5"', null],
  ['""', null],
  ['" 10"', null],
  ['"10 tokens"', null],
  ['"0x10"', null],
  ['"NaN"', null],
  ['"١٠"', null],
  ['true', null],
  ['false', null],
  ['[]', null],
  ['[10]', null],
  ['{}', null],
  ['{"value":10}', null],
];

describe('a field of a log', () => {
  it.each(VALUES.filter(([, count]) => count !== null))('%s is the count %i', (json, count) => {
    expect(readCount(JSON.parse(json))).toEqual({ count, valid: true });
  });

  it.each(VALUES.filter(([, count]) => count === null))('%s is no count: 0, and told to be invalid', (json) => {
    expect(readCount(JSON.parse(json))).toEqual({ count: 0, valid: false });
  });

  it('that is absent counts 0 and is valid', () => {
    expect(readCount(undefined)).toEqual({ count: 0, valid: true });
  });

  it('never gives the negative zero, which would print as -0', () => {
    expect(Object.is(readCount(-0).count, 0)).toBe(true);
  });

  it('is a count whenever it is a whole number up to 2^53 − 1, as number and as text', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: MOST }), (n) => readCount(n).count === n && readCount(String(n)).count === n));
  });

  it('is a safe whole number, whatever it holds', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Number.isSafeInteger(readCount(value).count) && readCount(value).count >= 0));
  });
});
