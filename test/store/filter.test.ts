import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/store/database.js';
import type { RevisionTable } from '../../src/store/revision-table.js';
import { and, eq, eqNumber, oneOf, or, startsWith, type Filter } from '../../src/store/filter.js';

/** What has meant something to a parser somewhere. */
const PIECES = [
  "'", "''", "'''", '"', '`', '\\', "\\'", '%', '_', '*', '?', ';', '--', '/*', '*/', '#', '\0', '\n', '\r\n', '\t', '\u00a0', '\u2028', '\u202e',
  '\u200b', 'é', 'e\u0301', 'ß', 'İ', '👩🏽‍💻', '\u{10ffff}', '$1', ':id', '@p', '${x}', '{{x}}', '<b>', '&amp;', '(', ')', '[', ']', '{', '}', ',', '=',
  '!=', 'NULL', 'null', 'true', '0', '-1', '1e9', 'NaN', "x'41'", "E'\\n'", "U&'\\0041'", "DATE '2026-01-01'", "' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE t; --",
  "') OR ('1'='1", "\\' OR 1=1 --", 'id', 'row_key', 'SELECT', 'key:x', 'ANALYSIS-2026-001', '../../etc/passwd', 'file:///', ' ', '  ', 'a'.repeat(5_000),
]; // prettier-ignore

const HOSTILE = [
  ...new Set([
    '',
    ...PIECES,
    ...PIECES.map((piece) => `a${piece}`),
    ...PIECES.map((piece) => `${piece}a`),
    ...PIECES.map((piece) => `${piece}${piece}`),
    ...PIECES.map((piece) => `'${piece}'`),
    ...PIECES.map((piece) => piece.toUpperCase()),
  ]),
];

let folder: string;
let table: RevisionTable;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tokentrail-'));
  const database = await Database.connect(folder);
  table = await database.create('things', 'row_key', [
    ['id', 'utf8', true],
    ['row_key', 'utf8', false],
    ['revision', 'int64', true],
  ]);
  await table.append(HOSTILE.map((id, i) => ({ id, row_key: `${i}`, revision: i })));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = async (filter: Filter): Promise<string[]> => (await table.select(['id'], filter)).map(({ id }) => String(id));

describe('a filter', () => {
  it('is tried with a few hundred strings', () => {
    expect(HOSTILE.length).toBeGreaterThan(300);
  });

  it('matches exactly the one row that holds the string, for each of them', async () => {
    const wrong: string[] = [];
    for (const id of HOSTILE) {
      const rows = await found(eq('id', id));
      if (rows.length !== 1 || rows[0] !== id) wrong.push(id);
    }
    expect(wrong).toEqual([]);
  });

  it('counts one row for each of them', async () => {
    const wrong: string[] = [];
    for (const id of HOSTILE) if ((await table.count(eq('id', id))) !== 1) wrong.push(id);
    expect(wrong).toEqual([]);
  });

  it('matches as a prefix what starts with it, letter by letter, without wildcards', async () => {
    const wrong: string[] = [];
    for (const prefix of PIECES) {
      const expected = HOSTILE.filter((id) => id.startsWith(prefix)).sort();
      if (JSON.stringify((await found(startsWith('id', prefix))).sort()) !== JSON.stringify(expected)) wrong.push(prefix);
    }
    expect(wrong).toEqual([]);
  });

  it('matches all of a list', async () => {
    expect((await found(oneOf('id', HOSTILE))).length).toBe(HOSTILE.length);
  });

  it('matches nothing that is not there', async () => {
    expect(await found(eq('id', "no such' row"))).toEqual([]);
  });

  it('keeps parts of a conjunction together', async () => {
    const filter = and(or(eq('id', "'"), eq('id', '%')), eqNumber('revision', HOSTILE.indexOf('%')));
    expect(await found(filter)).toEqual(['%']);
  });

  it('takes a lone half of a pair for what it becomes when it is stored', async () => {
    await expect(found(eq('id', 'a\ud83d'))).resolves.toEqual([]);
  });

  it('takes a number for nothing but a whole number', () => {
    expect(eqNumber('revision', 1.9).sql).toBe('revision = 1');
  });
});
