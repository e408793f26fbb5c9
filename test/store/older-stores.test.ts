// Stores that released versions made, with what they said of them: opened by this one, and evolved.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, type Migration } from '../../src/schema/index.js';
import { Database } from '../../src/store/database.js';
import { migrate, missingMigrations } from '../../src/store/migrate.js';
import { QuickHome } from '../support/quick-home.js';
import { NOON, temporaryFolder } from './temporary.js';

const STORES = join(import.meta.dirname, '../fixtures/stores');

type Document = { readonly data: Record<string, unknown> };

const told = (name: string): Document => JSON.parse(readFileSync(join(STORES, name), 'utf8')) as Document;
const shownBy = (schema: number): Record<string, unknown>[] =>
  readFileSync(join(STORES, `schema-${schema}.shown.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Document).data['analysis'] as Record<string, unknown>);

/** Puts the store that a version made into `folder`. */
function unpack(schema: number, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(STORES, `schema-${schema}.tar.gz`), '-C', folder]);
}

const SCHEMAS = MIGRATIONS.map(({ id }) => id).slice(0, -1);

it('there is one of each released schema', () => {
  expect(SCHEMAS.filter((schema) => !existsSync(join(STORES, `schema-${schema}.tar.gz`)))).toEqual([]);
});

describe.each(SCHEMAS)('a store of schema %i', (schema) => {
  let home: QuickHome;

  beforeEach(() => {
    home = new QuickHome();
    unpack(schema, home.store);
  });

  const list = async (): Promise<Record<string, unknown>> => home.json(['analysis', 'list', '--all']);

  it('says what it said, read as it is', async () => {
    expect(await list()).toMatchObject(told(`schema-${schema}.list.json`).data);
    for (const analysis of shownBy(schema))
      expect((await home.json(['analysis', 'show', String(analysis['id'])]))['analysis']).toMatchObject(analysis);
    expect(existsSync(join(home.store, 'backups'))).toBe(false);
  });

  it('says what it said after it was brought here, field by field', async () => {
    await home.ok('store migrate');
    expect(await list()).toMatchObject(told(`schema-${schema}.list.json`).data);
    for (const analysis of shownBy(schema))
      expect((await home.json(['analysis', 'show', String(analysis['id'])]))['analysis']).toMatchObject(analysis);
    expect(await home.json(['source', 'list'])).toMatchObject(told(`schema-${schema}.sources.json`).data);
    expect((await home.run('validate')).code).toBe(0);
  });

  it('may be written to by any command first, with columns that it lacked until then', async () => {
    await home.ok('analysis forget ANALYSIS-2026-004 --reason trial');
    const { analysis } = await home.json<{ analysis: Record<string, unknown> }>(['analysis', 'show', 'ANALYSIS-2026-004']);
    expect([analysis['forgotten_at'] !== null, (await home.run('validate')).code]).toEqual([true, 0]);
  });

  it('takes further commands on what it holds', async () => {
    await home.ok('analysis complete --id ANALYSIS-2026-004 --notes late');
    const { analysis } = await home.json<{ analysis: Record<string, unknown> }>(['analysis', 'show', 'ANALYSIS-2026-004']);
    expect(analysis).toMatchObject({ status: 'completed', notes: 'late', revision: 2 });
    expect((await home.json<{ findings: { check: string; level: string }[] }>(['doctor', '--deep'])).findings).toContainEqual(
      expect.objectContaining({ check: 'store', level: 'ok' }),
    );
  });

  it('is said to have been brought here, and where the copy is, which can be put back', async () => {
    const { backup, migrations } = await home.json<{ backup: string; migrations: unknown[] }>(['store', 'migrate']);
    expect(migrations).toHaveLength(MIGRATIONS.length - schema);
    await home.ok(['store', 'restore', backup.replace('~', home.path), '--force']);
    expect(await missingMigrations(await Database.connect(home.store))).toHaveLength(MIGRATIONS.length - schema);
  });

  it('is not changed by a dry run', async () => {
    const before = readdirSync(home.store, { recursive: true }).sort();
    await home.ok('store migrate --dry-run');
    expect(readdirSync(home.store, { recursive: true }).sort()).toEqual(before);
  });
});

it('a store of schema 2 gives the same report', async () => {
  const home = new QuickHome();
  unpack(2, home.store);
  await home.ok('store migrate');
  expect(await home.json(['usage', 'daily', '--tz', 'UTC'])).toMatchObject(told('schema-2.daily.json').data);
});

describe('a migration that fails', () => {
  const FAILING: Migration = {
    id: MIGRATIONS.length + 1,
    name: 'fails',
    steps: [
      { add: 'analysis_logs', columns: [['mood', 'utf8', true]] },
      { create: 'moods', key: null, columns: [['id', 'utf8', false]] },
      { add: 'no_such_table', columns: [['x', 'utf8', true]] },
    ],
  };

  it('leaves the tables as they were, those before it applied, and the copy in place', async () => {
    const folder = temporaryFolder();
    unpack(1, folder);
    const database = await Database.connect(folder);
    const missing = [...(await missingMigrations(database)), FAILING];
    await expect(migrate(database, { missing, foreign: [] }, NOON, 'test')).rejects.toThrow();
    expect(await missingMigrations(await Database.connect(folder))).toEqual([]);
    const columns = await (await (await Database.connect(folder)).open('analysis_logs')).columnNames();
    expect({ mood: columns.has('mood'), forgotten: columns.has('forgotten_at'), moods: database.has('moods') }).toEqual({
      mood: false,
      forgotten: true,
      moods: false,
    });
    expect(readdirSync(join(folder, 'backups'))).toHaveLength(1);
  });
});
