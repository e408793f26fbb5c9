import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { arrowSchema } from '../../src/schema/arrow.js';
import type { FrozenColumn } from '../../src/schema/index.js';
import { Database } from '../../src/store/database.js';
import type { RevisionTable } from '../../src/store/revision-table.js';
import { encodeRows, type Row, type Value } from '../../src/store/rows.js';
import { temporaryFolder } from './temporary.js';

const COLUMNS: readonly FrozenColumn[] = [
  ['row_key', 'utf8', false],
  ['words', 'utf8', true],
  ['detail', 'json', true],
  ['tokens', 'int64', true],
  ['share', 'float64', true],
  ['at', 'timestamp', true],
  ['tags', 'list<utf8>', true],
  ['cost_pico_usd', 'int64', true],
];
const NAMES = COLUMNS.map(([name]) => name);
const MOST = Number.MAX_SAFE_INTEGER;

let table: RevisionTable;

beforeEach(async () => {
  table = await (await Database.connect(temporaryFolder())).create('things', 'row_key', COLUMNS);
});

async function stored(rows: readonly Row[]): Promise<Row[]> {
  await table.append(rows.map((row, i) => ({ row_key: String(i).padStart(6, '0'), ...row })));
  const found = (await table.select(NAMES)) as Record<string, Value>[];
  return found.sort((a, b) => (String(a['row_key']) < String(b['row_key']) ? -1 : 1));
}

const storedValue = async (column: string, value: Value): Promise<unknown> => (await stored([{ [column]: value }]))[0]![column];

describe('a value that was stored', () => {
  it.each([
    ['an empty text', 'words', ''],
    ['a text with a quote, a backslash and a newline', 'words', `it's "\\"\r\n\t`],
    ['a text with NUL', 'words', 'a\0b\0'],
    ['emoji with joiners and modifiers', 'words', '👩🏽‍💻🏳️‍🌈'],
    ['letters with combining marks, as they were given', 'words', 'e\u0301 é'],
    ['a text that turns the direction', 'words', '\u202eabc\u202c'],
    ['a text that begins with a byte order mark', 'words', '\uFEFFnotes'],
    ['a long text', 'words', 'é'.repeat(300_000)],
    ['JSON text', 'detail', '{"a":[1,null,"\\u0000"]}'],
    ['zero', 'tokens', 0],
    ['2^53 − 1', 'tokens', MOST],
    ['a negative zero dot five', 'share', -0.5],
    ['the smallest float', 'share', Number.MIN_VALUE],
    ['the largest float', 'share', Number.MAX_VALUE],
    ['a microsecond', 'at', 1_777_888_800_000_001],
    ['a time before 1970', 'at', -1],
    ['a list', 'tags', ['a=b', 'c']],
    ['an empty list', 'tags', []],
    ['a list of one empty text', 'tags', ['']],
    ['a list with a text that begins with a byte order mark', 'tags', ['\uFEFFa']],
    ['a list with NUL and emoji', 'tags', ['\0', '👩🏽‍💻', '']],
    ['money beyond 2^53', 'cost_pico_usd', 2n ** 62n],
    ['the smallest money', 'cost_pico_usd', -(2n ** 63n)],
  ] as const)('comes back as %s', async (_, column, value) => {
    expect(await storedValue(column, value)).toEqual(value);
  });

  it.each(NAMES.filter((name) => name !== 'row_key'))('is null in column %s where none was given', async (column) => {
    expect((await stored([{}]))[0]![column]).toBeNull();
  });

  it('is null or an empty list, never one for the other', async () => {
    const rows = await stored([{ tags: null }, { tags: [] }, { tags: ['x'] }, { tags: null }, { tags: [] }]);
    expect(rows.map(({ tags }) => tags)).toEqual([null, [], ['x'], null, []]);
  });

  it('is null or an empty text, never one for the other', async () => {
    const rows = await stored([{ words: null }, { words: '' }, { words: 'x' }, { words: null }]);
    expect(rows.map(({ words }) => words)).toEqual([null, '', 'x', null]);
  });

  it('is null or 0, never one for the other', async () => {
    const rows = await stored([{ tokens: null }, { tokens: 0 }, { tokens: null }]);
    expect(rows.map(({ tokens }) => tokens)).toEqual([null, 0, null]);
  });

  it('stays with its row among many, with nulls anywhere', async () => {
    const rows = Array.from({ length: 2_500 }, (_, i) => ({
      words: i % 3 === 0 ? null : `w${i}`,
      tokens: i % 5 === 0 ? null : i,
      tags: i % 7 === 0 ? null : Array.from({ length: i % 4 }, (__, n) => `${i}.${n}`),
    }));
    expect((await stored(rows)).map(({ words, tokens, tags }) => ({ words, tokens, tags }))).toEqual(rows);
  });

  it('comes back, whatever the row holds', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });
    const row = fc.record({
      words: maybe(text),
      detail: maybe(fc.json()),
      tokens: maybe(fc.maxSafeNat()),
      share: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
      at: maybe(fc.maxSafeInteger()),
      tags: maybe(fc.array(text, { maxLength: 4 })),
      cost_pico_usd: maybe(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        const fresh = await Database.connect(temporaryFolder());
        table = await fresh.create('things', 'row_key', COLUMNS);
        const found = await stored(rows);
        expect(found.map((one) => ({ ...one }))).toEqual(rows.map((one) => ({ ...one, row_key: expect.any(String) as string })));
      }),
      { numRuns: 15 },
    );
  });
});

describe('a value that must not be stored', () => {
  const encode = (column: string, value: Value): unknown => encodeRows(arrowSchema(COLUMNS), [{ row_key: 'k', [column]: value }]);

  it.each([
    ['a count of 2^53', 'tokens', MOST + 1],
    ['a fraction of a token', 'tokens', 1.5],
    ['a count that is no number', 'tokens', Number.NaN],
    ['a value without a column', 'mood', 'calm'],
    ['a time that no number holds exactly', 'at', Date.UTC(9999, 0, 1) * 1000],
    ['money beyond 64 bits', 'cost_pico_usd', 2n ** 63n],
  ] as const)('is refused: %s', (_, column, value) => {
    expect(() => encode(column, value)).toThrow();
  });

  it('is a null in a column that is never null', async () => {
    await expect(table.append([{ words: 'x' }])).rejects.toThrow();
  });
});
