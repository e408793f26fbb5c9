// Brings a store to the schema of this program. Each step can be run again, so a migration that was killed midway is finished by
// the next writing command; the ledger row comes last.
import { MIGRATIONS, ledger, type Migration } from '../schema/index.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { Database } from './database.js';
import { upTo } from './filter.js';

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

/** Applies what is missing; the caller holds the lock. */
export async function migrate(database: Database, missing: readonly Migration[], now: Instant, program: string): Promise<void> {
  const columns = ledger.columns.map(({ name, type, nullable }) => [name, type, nullable] as const);
  const book = await database.create(ledger.name, ledger.key, columns);
  for (const migration of missing) {
    for (const step of migration.steps) {
      const table = 'create' in step ? await database.create(step.create, step.key, step.columns) : await database.open(step.add);
      await table.addColumns(step.columns);
    }
    await book.insertIfAbsent({ id: migration.id, name: migration.name, applied_at: now, program });
  }
}
