import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { analysisLogs, ledger, MIGRATIONS, sources, TABLES, type FrozenColumn, type TableSchema } from '../../src/schema/index.js';
import { Database } from '../../src/store/database.js';
import { eq } from '../../src/store/filter.js';
import { analysisToRow } from '../../src/store/analysis-rows.js';
import { Store } from '../../src/store/store.js';
import { analysisNamed, NOON, createStore, temporaryFolder } from './temporary.js';

const ID = 'ANALYSIS-2026-001';
const frozen = (table: TableSchema): FrozenColumn[] => table.columns.map(({ name, type, nullable }) => [name, type, nullable]);

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

const ledgerRows = async (): Promise<unknown[]> =>
  (await (await (await Database.connect(folder)).open(ledger.name)).select(['id', 'name', 'applied_at', 'program'])).map((row) => ({
    ...row,
  }));

const shape = async (table: string): Promise<Record<string, string>> => {
  const { fields } = await (await (await Database.connect(folder)).open(table)).schema();
  return Object.fromEntries(fields.map((field) => [field.name, `${String(field.type)}${field.nullable ? '?' : ''}`]));
};

describe('a fresh store', () => {
  it('gets all tables of today', async () => {
    await createStore(folder);
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.lance'))
        .sort(),
    ).toEqual(TABLES.map(({ name }) => `${name}.lance`).sort());
  });

  it.each([analysisLogs, sources].map((table) => [table.name, table] as const))(
    'gets the table %s with all its columns',
    async (name, table) => {
      await createStore(folder);
      expect(Object.keys(await shape(name)).sort()).toEqual(table.columns.map(({ name: column }) => column).sort());
    },
  );

  it('gets columns of the types of the schema', async () => {
    await createStore(folder);
    expect(await shape(analysisLogs.name)).toMatchObject({
      id: 'Utf8',
      row_key: 'Utf8',
      notes: 'Utf8?',
      tokens_check: 'Int64?',
      cost_pico_usd: 'Int64?',
      cost_usd: 'Float64?',
      tags: 'List<Utf8>?',
      recorded_at: 'Timestamp<MICROSECOND, UTC>',
    });
  });

  it('notes each migration in the ledger, with time and program', async () => {
    await createStore(folder);
    expect(await ledgerRows()).toEqual(MIGRATIONS.map(({ id, name }) => ({ id, name, applied_at: NOON, program: '0.0.0-test' })));
  });

  it('says that it was created, once', async () => {
    expect([(await createStore(folder)).created, (await createStore(folder)).created]).toEqual([true, false]);
  });

  it('is migrated once by several who open it at the same time', async () => {
    await Promise.all([createStore(folder), createStore(folder), createStore(folder)]);
    expect(await ledgerRows()).toHaveLength(MIGRATIONS.length);
  });
});

describe('a store whose migration was killed midway', () => {
  it('with tables but without a ledger is finished by the next writer', async () => {
    const database = await Database.connect(folder);
    await database.create(sources.name, sources.key, frozen(sources));
    await createStore(folder);
    expect(await ledgerRows()).toHaveLength(MIGRATIONS.length);
  });

  it('with an empty ledger is finished by the next writer', async () => {
    const database = await Database.connect(folder);
    await database.create(ledger.name, ledger.key, frozen(ledger));
    await createStore(folder);
    expect(existsSync(join(folder, 'analysis_logs.lance'))).toBe(true);
  });

  it('keeps the rows that are there', async () => {
    const database = await Database.connect(folder);
    const table = await database.create(analysisLogs.name, analysisLogs.key, frozen(analysisLogs));
    await table.append([analysisToRow(analysisNamed(ID, { notes: 'early' }))]);
    const logs = await (await createStore(folder)).analysisLogs();
    expect(await logs.last(ID)).toMatchObject({ notes: 'early' });
  });

  it('gets the columns that it lacks, and reads its old rows as null there', async () => {
    const database = await Database.connect(folder);
    const late = new Set(['cost_json', 'tags', 'output_tokens', 'tokens_check']);
    const table = await database.create(
      analysisLogs.name,
      analysisLogs.key,
      frozen(analysisLogs).filter(([name]) => !late.has(name)),
    );
    await table.append([analysisToRow(analysisNamed(ID))]);
    const logs = await (await createStore(folder)).analysisLogs();
    expect(await logs.last(ID)).toMatchObject({ tags: null, tokens_check: null });
  });

  it('takes new rows with the columns that it got', async () => {
    const database = await Database.connect(folder);
    const columns = frozen(analysisLogs).filter(([name]) => name !== 'tags');
    await database.create(analysisLogs.name, analysisLogs.key, columns);
    const logs = await (await createStore(folder)).analysisLogs();
    await logs.insert(analysisNamed(ID, { tags: ['a=b'] }));
    expect(await logs.last(ID)).toMatchObject({ tags: ['a=b'] });
  });

  it('keeps its key, so that a row can’t be inserted twice', async () => {
    const database = await Database.connect(folder);
    await database.create(analysisLogs.name, analysisLogs.key, frozen(analysisLogs));
    const logs = await (await createStore(folder)).analysisLogs();
    expect([await logs.insert(analysisNamed(ID)), await logs.insert(analysisNamed(ID))]).toEqual([true, false]);
  });

  it('is no damage to a reader', async () => {
    const database = await Database.connect(folder);
    await database.create(ledger.name, ledger.key, frozen(ledger));
    const read = async (): Promise<unknown> => {
      const store = await Store.openForReading({ folder });
      return store.guarded(async () => (await store.analysisLogs()).list());
    };
    const outcome = await read().then(
      () => 'read',
      (error: unknown) => (error as { code: string }).code,
    );
    expect(['read', 'STORE_MISSING']).toContain(outcome);
  });
});

describe('a store of a newer release', () => {
  const fromTheFuture = async (): Promise<void> => {
    await createStore(folder);
    const book = await (await Database.connect(folder)).open(ledger.name);
    await book.append([{ id: 99, name: 'far future', applied_at: NOON, program: '9.1.0' }]);
  };

  it('is refused to a writer with exit code 12', async () => {
    await fromTheFuture();
    await expect(createStore(folder)).rejects.toMatchObject({ code: 'STORE_NEWER', exitCode: 12 });
  });

  it('is refused to a reader with exit code 12', async () => {
    await fromTheFuture();
    await expect(Store.openForReading({ folder })).rejects.toMatchObject({ code: 'STORE_NEWER', exitCode: 12 });
  });

  it('is told with the version that wrote it and the migrations that are not known', async () => {
    await fromTheFuture();
    await expect(createStore(folder)).rejects.toMatchObject({
      message: expect.stringContaining('9.1.0') as string,
      details: { unknown_migrations: [{ id: 99, name: 'far future' }] },
    });
  });

  it('is refused although its ledger has as many rows as this release has migrations', async () => {
    const database = await Database.connect(folder);
    const book = await database.create(ledger.name, ledger.key, frozen(ledger));
    await book.append(MIGRATIONS.map((_, i) => ({ id: 100 + i, name: 'far future', applied_at: NOON, program: '9.1.0' })));
    await expect(createStore(folder)).rejects.toMatchObject({ code: 'STORE_NEWER' });
  });
});

describe('columns that this release does not know', () => {
  const withColumns = async (...columns: FrozenColumn[]): Promise<void> => {
    await createStore(folder);
    await (await (await Database.connect(folder)).open(analysisLogs.name)).addColumns(columns);
  };

  it('break no seal of the rows that were there before', async () => {
    await (await (await createStore(folder)).analysisLogs()).insert(analysisNamed(ID));
    await withColumns(['mood', 'utf8', true]);
    const logs = await (await createStore(folder)).analysisLogs();
    expect(await logs.last(ID)).toMatchObject({ id: ID, unknown_columns: { mood: null } });
  });

  it.each([
    ['text', 'utf8', 'calm'],
    ['a number', 'int64', 7],
    ['a float', 'float64', 0.25],
    ['a time', 'timestamp', NOON],
    ['a list', 'list<utf8>', ['a', '']],
  ] as const)('are carried into the next revision unchanged: %s', async (_, type, value) => {
    await withColumns(['mood', type, true]);
    const logs = await (await createStore(folder)).analysisLogs();
    await logs.insert(analysisNamed(ID, { unknown_columns: { mood: value } }));
    const first = (await logs.last(ID))!;
    await logs.insert({ ...first, revision: 2, notes: 'changed', prev_sha256: first.row_sha256 });
    expect(await logs.last(ID)).toMatchObject({ revision: 2, notes: 'changed', unknown_columns: { mood: value } });
  });

  it('stand in the table as they were given', async () => {
    await withColumns(['mood', 'utf8', true]);
    const logs = await (await createStore(folder)).analysisLogs();
    await logs.insert(analysisNamed(ID, { unknown_columns: { mood: 'calm' } }));
    const rows = await (await (await Database.connect(folder)).open(analysisLogs.name)).select(['mood'], eq('id', ID));
    expect(rows.map(({ mood }) => mood)).toEqual(['calm']);
  });
});
