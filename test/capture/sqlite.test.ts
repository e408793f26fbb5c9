import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { withDatabase } from '../../src/capture/sqlite.js';
import { fixtures, temporaryFolder } from './fixture.js';

let path: string;

beforeEach(() => {
  path = join(temporaryFolder(), 'some.db');
});

function made(...statements: readonly string[]): void {
  const database = new sqlite.Database(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}

describe('a database', () => {
  it('gives the rows of a query', async () => {
    made('CREATE TABLE t (a TEXT, b INTEGER)', "INSERT INTO t VALUES ('x', 1), ('y', NULL)");
    expect(await withDatabase(path, (query) => query('SELECT a, b FROM t ORDER BY a'))).toEqual([
      { a: 'x', b: 1 },
      { a: 'y', b: null },
    ]);
  });

  it('gives counts beyond 32 bits as they are', async () => {
    made('CREATE TABLE t (b INTEGER)', 'INSERT INTO t VALUES (5000000000)');
    expect(Number((await withDatabase(path, (query) => query('SELECT b FROM t')))![0]!['b'])).toBe(5_000_000_000);
  });

  it('gives no rows of an empty table', async () => {
    made('CREATE TABLE t (a TEXT)');
    expect(await withDatabase(path, (query) => query('SELECT a FROM t'))).toEqual([]);
  });

  it.each(['SELECT a FROM nowhere', 'SELECT missing FROM t'])('without the table or the column gives null: %s', async (sql) => {
    made('CREATE TABLE t (a TEXT)');
    expect(await withDatabase(path, (query) => query(sql))).toBeNull();
  });

  it('throws at a query that is wrong otherwise', async () => {
    made('CREATE TABLE t (a TEXT)');
    await expect(withDatabase(path, (query) => query('SELEKT'))).rejects.toThrow(/syntax/);
  });

  it.each<[string, () => Buffer]>([
    ['is text', () => Buffer.from('this is no database, whatever its name may say. '.repeat(100))],
    ['has a damaged beginning', () => Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096, 0xff)])],
  ])('that %s throws', async (_, bytes) => {
    writeFileSync(path, bytes());
    await expect(withDatabase(path, (query) => query('SELECT * FROM sqlite_master'))).rejects.toThrow();
  });

  it('that is a folder throws', async () => {
    mkdirSync(path);
    await expect(withDatabase(path, (query) => query('SELECT 1'))).rejects.toThrow();
  });

  it('is closed after the work, also if that throws, so that it can be read again', async () => {
    made('CREATE TABLE t (a TEXT)');
    const failed = withDatabase(path, () => {
      throw new Error('of the work');
    });
    await expect(failed).rejects.toThrow('of the work');
    expect(await withDatabase(path, (query) => query('SELECT a FROM t'))).toEqual([]);
  });

  it('is not changed by being read, and nothing is left beside it', async () => {
    made('CREATE TABLE t (a TEXT)', "INSERT INTO t VALUES ('x')");
    const before = readFileSync(path);
    await withDatabase(path, (query) => query('SELECT a FROM t'));
    expect([readFileSync(path).equals(before), readdirSync(join(path, '..'))]).toEqual([true, ['some.db']]);
  });

  it('is read together with the write-ahead log beside it', async () => {
    const { home } = fixtures().find(({ name }) => name === 'opencode/database-wal')!;
    const original = join(home, '.local', 'share', 'opencode', 'opencode.db');
    const rows = (): Promise<number> =>
      withDatabase(path, (query) => (query("SELECT name FROM sqlite_master WHERE type = 'table'") === null ? -1 : messages(query)));
    const messages = (query: (sql: string) => readonly unknown[] | null): number => query('SELECT id FROM message')?.length ?? 0;
    copyFileSync(original, path);
    const alone = await rows();
    path = join(temporaryFolder(), 'some.db');
    copyFileSync(original, path);
    copyFileSync(`${original}-wal`, `${path}-wal`);
    expect(await rows()).toBeGreaterThan(alone);
  });
});
