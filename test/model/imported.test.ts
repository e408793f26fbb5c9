// Rows of Reality Check as analyses: what is read, what is kept beside it, and what could not be read.
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../src/model/analysis.js';
import { idAmong, importedAnalysis, isNameOf, type ImportedAnalysis } from '../../src/model/imported.js';
import { parseInstant, utcTime } from '../../src/model/time.js';

const AT = 1_000_000;
const time = (text: string): number => parseInstant(text)!;
const read = (row: object, keepOthers = true): ImportedAnalysis['fields'] => importedAnalysis({ ...row }, AT, utcTime, keepOthers).fields;
const stagesOf = (stages: unknown, row: object = {}): readonly [readonly Stage[], unknown] => {
  const { stages: found, imported } = read({ ...row, stages_json: stages });
  return [found, imported];
};

describe('a stage', () => {
  it.each([
    ['done', 'done'],
    ['completed', 'done'],
    ['failed', 'failed'],
    ['revised', 'revised'],
  ])('with status %s is %s, and nothing needs to be kept', (word, status) => {
    const [[stage], imported] = stagesOf([{ stage: 's', status: word, timestamp: '2026-01-23T10:00:00' }]);
    expect([stage, imported]).toMatchObject([{ status, at: time('2026-01-23T10:00:00Z') }, null]);
  });

  it.each<[string, object]>([
    ['an unknown field', { colour: 'red' }],
    ['a cost', { cost_usd: 0.1 }],
    ['another status', { status: 'skipped' }],
    ['a time that can’t be read', { timestamp: 'noon' }],
    ['tokens below zero', { tokens_delta: -5 }],
    ['tokens that can’t be read', { tokens_delta: 'many' }],
    ['a count that is not the sum up to it', { tokens_delta: 5, tokens_cumulative: 6 }],
    ['a second name', { name: 'other' }],
  ])('with %s is read, and its text is kept', (_, field) => {
    const text = JSON.stringify([{ stage: 's', timestamp: '2026-01-23T10:00:00Z', ...field }]);
    expect(stagesOf(text)).toMatchObject([[{ stage: 's' }], { unread: {}, kept: { stages_json: text } }]);
  });

  it('that spent less than nothing keeps that number, for validate to find', () => {
    expect(stagesOf([{ stage: 's', tokens_delta: -5 }])[0]).toMatchObject([{ known_total: -5 }]);
  });

  it('without a time has that of the end, of the start, or of the row', () => {
    const [completed_at, started_at, created_at] = ['2026-01-23T12:00:00Z', '2026-01-23T10:00:00Z', '2026-01-24T00:00:00Z'];
    const timeOf = (row: object): unknown => stagesOf([{ stage: 's' }], row)[0].map(({ at, untimed }) => [at, untimed]);
    expect([
      timeOf({ completed_at, started_at, created_at }),
      timeOf({ started_at, created_at }),
      timeOf({ created_at }),
      timeOf({}),
    ]).toEqual([time(completed_at), time(started_at), time(created_at), AT].map((at) => [[at, true]]));
  });

  it('of a list of Arrow is read with its large whole numbers', () => {
    const [stages, imported] = stagesOf([
      { stage: 'a', timestamp: null, tokens_delta: 5n, tokens_cumulative: 5n },
      { stage: 'a', timestamp: null, tokens_delta: 7n, tokens_cumulative: 12n },
    ]);
    expect([stages, imported]).toMatchObject([[{ attempt: 1, known_total: 5 }, { attempt: 2, known_total: 7 }], null]); // prettier-ignore
  });

  it.each([['{broken'], ['{}'], [[{ notes: 'no name' }]], [[1]]])('is not read from %j', (value) => {
    expect(stagesOf(value)).toEqual([[], { unread: { stages_json: value }, kept: {} }]);
  });
});

describe('a number', () => {
  it('below zero stays what it is', () => {
    expect(read({ tokens_in: -1, pass: -2, duration_seconds: '-3', total_tokens: -4n })).toMatchObject({
      tokens_in: -1,
      pass: -2,
      duration_seconds: -3,
      total_tokens: -4,
      imported: null,
    });
  });

  it('beyond 2^53 − 1 is not read, and kept to its last digit', () => {
    const { tokens_in, imported } = read({ tokens_in: 9007199254740993n });
    expect([tokens_in, imported]).toEqual([null, { unread: { tokens_in: '9007199254740993' }, kept: {} }]);
  });

  it.each<[unknown, bigint | null]>([
    [Math.fround(0.08), 80_000_000_000n],
    [0.123456789012, 123_456_789_012n],
    ['0.07999999821186066', 79_999_998_212n],
    ['0.079999998212', 79_999_998_212n],
    [123_456_792, null],
    [5_000_001, 5_000_001_000_000_000_000n],
    [NaN, null],
  ])('as a cost of %s is %s pico-dollars', (cost, pico) => {
    expect(read({ cost_usd: cost }).cost_pico_usd).toBe(pico);
  });
});

describe('what is not ours', () => {
  it('is kept apart from what could not be read', () => {
    const row = { mood: 'calm', when: new Date(0), big: 2n ** 64n, nothing: null, pass: 'x' };
    const kept = { big: '18446744073709551616', mood: 'calm', when: '1970-01-01T00:00:00.000Z' };
    expect(read(row).imported).toEqual({ unread: { pass: 'x' }, kept });
  });

  it('stays in its columns where a store keeps them', () => {
    expect(read({ mood: 'calm' }, false).imported).toBeNull();
  });
});

describe('a name', () => {
  it('is the id, or made of it', () => {
    const taken = new Set(['a', 'imported-key:k']);
    expect(['a', 'a', null, null, 'key:k', 'key:l'].map((id) => idAmong(id, taken))).toEqual([
      'a~2',
      'a~3',
      'unnamed',
      'unnamed~2',
      'imported-key:k~2',
      'imported-key:l',
    ]);
  });

  it('is known as made of the id', () => {
    const names = [['a', 'a'], ['a', 'a~12'], ['a', 'a~b'], ['a', 'ab'], [null, 'unnamed~2'], ['key:k', 'imported-key:k']] as const; // prettier-ignore
    expect(names.map(([id, name]) => isNameOf(id, name))).toEqual([true, true, false, false, true, true]);
  });
});
