// Brings a store to the schema of this program. What the store was is copied first. Each step can be run again, so a migration that
// was killed midway is finished by the next writing command, and one that fails is taken back; the ledger row comes last.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS, ledger, TABLES, type Migration, type MigrationStep } from '../schema/index.js';
import { TokentrailError } from '../model/errors.js';
import { formatInstant, type Instant } from '../model/time.js';
import { adopt, foreignTables, prepareAdoption } from './adopt.js';
import { clearBooked } from './booked.js';
import { BACKUPS, copyStore, removeUnfinished, type CopyProgress } from './copy.js';
import type { Database } from './database.js';
import type { RevisionTable } from './revision-table.js';
import { upTo } from './filter.js';

/** What a store went through. */
export interface Evolution {
  /** Number of the schema that it had; 0 if it was new, or another program's. */
  readonly from: number;
  readonly to: number;
  readonly migrations: readonly Pick<Migration, 'id' | 'name'>[];
  /** Tables that another program had made. */
  readonly adopted: readonly string[];
  /** Folder that holds the store as it was; null if there was nothing in it. */
  readonly backup: string | null;
}

/** What it takes to bring a store to this schema. */
export interface MigrationPlan {
  readonly missing: readonly Migration[];
  readonly foreign: readonly string[];
}

/**
 * The migrations that the store has not been through.
 *
 * @throws STORE_NEWER if the ledger names a migration that this program doesn't know.
 */
export async function missingMigrations(database: Database): Promise<readonly Migration[]> {
  if (!database.has(ledger.name)) return MIGRATIONS;
  const book = await database.open(ledger.name);
  // Two counts tell as much as the rows where all is as it should be, and every command pays for this.
  const [all, ours] = await Promise.all([book.count(), book.count(upTo('id', MIGRATIONS.length))]);
  if (all === MIGRATIONS.length && ours === all) return [];
  const rows = await book.select(['id', 'name', 'program']);
  const known = new Set(MIGRATIONS.map(({ id }) => id));
  const newer = rows.filter((row) => !known.has(Number(row['id'])));
  if (newer.length > 0) {
    const programs = [...new Set(newer.map((row) => String(row['program'])))].join(', ');
    throw new TokentrailError('STORE_NEWER', `The store "${database.folder}" was written by a newer tokentrail (${programs}).`, {
      suggestions: ['Update tokentrail, or name another store with --store.'],
      details: { unknown_migrations: newer.map((row) => ({ id: Number(row['id']), name: row['name'] })) },
    });
  }
  const applied = new Set(rows.map((row) => Number(row['id'])));
  return MIGRATIONS.filter(({ id }) => !applied.has(id));
}

/** What is missing; nothing if both lists are empty. @throws STORE_NEWER */
export async function migrationPlan(database: Database): Promise<MigrationPlan> {
  const missing = await missingMigrations(database);
  return { missing, foreign: missing.length === 0 ? [] : await foreignTables(database) };
}

const tableOf = (step: MigrationStep): string => ('create' in step ? step.create : step.add);

async function take(database: Database, step: MigrationStep): Promise<void> {
  const table = 'create' in step ? await database.create(step.create, step.key, step.columns) : await database.open(step.add);
  await table.addColumns(step.columns);
}

/** Runs `work`; if it fails, the tables are again what they were, those that it made are gone, and the failure is thrown. */
async function orAsBefore(database: Database, names: readonly string[], work: () => Promise<void>): Promise<void> {
  const before = new Map<string, { table: RevisionTable; version: number } | null>();
  for (const name of new Set(names)) {
    const table = database.has(name) ? await database.open(name) : null;
    before.set(name, table === null ? null : { table, version: await table.version() });
  }
  try {
    await work();
  } catch (error) {
    for (const [name, was] of before) {
      // What can't be taken back now (a full disk) is only columns that nobody reads; the next command goes on from there.
      if (was !== null) await was.table.returnTo(was.version).catch(() => undefined);
      else if (database.has(name)) await database.drop(name).catch(() => undefined);
    }
    throw error;
  }
}

/** The name, or with a number where it is taken: the clock may have been set back. */
function freeName(path: string): string {
  let [name, n] = [path, 1];
  while (existsSync(name)) name = `${path}-${++n}`;
  return name;
}

const stampOf = (at: Instant): string => formatInstant(at).replaceAll(/[:.]/g, '-');

/**
 * Applies what is missing; the caller holds the lock.
 *
 * @param keepBackup false for a copy that is thrown away.
 */
export async function migrate(
  database: Database,
  { missing, foreign }: MigrationPlan,
  now: Instant,
  program: string,
  keepBackup = true,
  progress: CopyProgress = () => undefined,
): Promise<Evolution> {
  const from = MIGRATIONS.length - missing.length;
  // What can't be brought here is found before anything is copied or changed.
  const prepared = await prepareAdoption(database, foreign, now);
  const holdsRows = from > 0 || foreign.length > 0 || TABLES.some(({ name }) => name !== ledger.name && database.has(name));
  const backup = keepBackup && holdsRows ? freeName(join(database.folder, BACKUPS, `${stampOf(now)}-schema-${from}`)) : null;
  // What a process left that was killed while it copied is no backup.
  removeUnfinished(join(database.folder, BACKUPS));
  if (backup !== null) await copyStore(database.folder, backup, now, program, progress);
  // What a sync left is not what one leaves now: records may want what they did not have.
  if (from > 0) clearBooked(database.folder);
  const columns = ledger.columns.map(({ name, type, nullable }) => [name, type, nullable] as const);
  const apply = async (migration: Migration): Promise<void> => {
    for (const step of migration.steps) await take(database, step);
    const book = await database.create(ledger.name, ledger.key, columns);
    await book.insertIfAbsent({ id: migration.id, name: migration.name, applied_at: now, program });
  };
  if (foreign.length > 0) {
    // From another program's store to ours is one step.
    const all = [ledger.name, ...foreign, ...missing.flatMap(({ steps }) => steps.map(tableOf))];
    await orAsBefore(database, all, async () => {
      await adopt(database, prepared);
      for (const migration of missing) await apply(migration);
    });
  } else {
    await database.create(ledger.name, ledger.key, columns);
    for (const migration of missing) await orAsBefore(database, migration.steps.map(tableOf), () => apply(migration));
  }
  const to = missing.at(-1)?.id ?? from;
  return { from, to, migrations: missing.map(({ id, name }) => ({ id, name })), adopted: foreign, backup };
}
