import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  analysisLogs,
  journal,
  ledger,
  logFiles,
  MIGRATIONS,
  snapshots,
  sources,
  TABLES,
  usage,
  type FrozenColumn,
} from '../../src/schema/index.js';

/**
 * Released migrations by content. One that was released is never edited: stores went through it as it was. A new one gets a
 * line of its own.
 */
const FROZEN: Readonly<Record<number, string>> = {
  1: '8d0389d32b99306637c4de1ca56bbc26327b371f2ee7e17ad08c31c1499654b8',
  2: '50e4791e800365580cab28684b2b371887a369589398a5ec6689712063996df5',
  3: '5415fe8ce1877a18c55ddaececf2c15cd2941670892b6f72a3b548f8e54284c0',
  4: '1656240aab4ed9a6cd38be36519c7b8d56ddd584c43268bbd5a00114293d8f08',
  5: '2ea15526ef82bd353fe9f0521924df2a11a9000bbb3b8b4412cff72f49cd1784',
  6: 'aceada74ec8c363c6463ee8bea80af6de32fa91d36af91ee66945f5402a092b0',
};

const hashOf = (migration: unknown): string => createHash('sha256').update(JSON.stringify(migration)).digest('hex');

/** The tables that the migrations leave behind, in plain data. */
function migrated(): Map<string, { key: string | null; columns: FrozenColumn[] }> {
  const tables = new Map<string, { key: string | null; columns: FrozenColumn[] }>();
  for (const { steps } of MIGRATIONS) {
    for (const step of steps) {
      if ('create' in step) tables.set(step.create, { key: step.key, columns: [...step.columns] });
      else tables.get(step.add)!.columns.push(...step.columns);
    }
  }
  return tables;
}

const byName = (columns: readonly FrozenColumn[]): Record<string, unknown> =>
  Object.fromEntries(columns.map(([name, type, nullable]) => [name, { type, nullable }]));

describe('migrations', () => {
  it('are numbered from 1 without a gap', () => {
    expect(MIGRATIONS.map(({ id }) => id)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it.each(MIGRATIONS.map((migration) => [migration.id, migration] as const))(
    'number %i is what it was when it was released',
    (id, migration) => {
      expect(hashOf(migration)).toBe(FROZEN[id]);
    },
  );

  it('have names, each once', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    expect(new Set(names.filter((name) => name !== '')).size).toBe(MIGRATIONS.length);
  });

  it.each([sources, analysisLogs, usage, logFiles, journal, snapshots].map((table) => [table.name, table] as const))(
    'lead to the table %s as it is today',
    (name, table) => {
      const today = table.columns.map(({ name: column, type, nullable }) => [column, type, nullable] as const);
      expect(byName(migrated().get(name)!.columns)).toEqual(byName(today));
    },
  );

  it.each([sources, analysisLogs, usage, logFiles, journal, snapshots].map((table) => [table.name, table] as const))(
    'give the table %s its key',
    (name, table) => {
      expect(migrated().get(name)!.key).toBe(table.key);
    },
  );

  it('create no table that is not one of today’s', () => {
    const today = new Set<string>(TABLES.map(({ name }) => name));
    expect([...migrated().keys()].filter((name) => !today.has(name))).toEqual([]);
  });

  it('add only columns that may be null, since the rows that are there have nothing in them', () => {
    const added = MIGRATIONS.flatMap(({ steps }) => steps).flatMap((step) => ('add' in step ? step.columns : []));
    expect(added.filter(([, , nullable]) => !nullable)).toEqual([]);
  });

  it('leave the ledger to the program, which needs it before the first one', () => {
    expect(migrated().has(ledger.name)).toBe(false);
  });
});
