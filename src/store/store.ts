// A store: the folder, its tables, its lock. Everything above this room knows tables and verbs, never paths or locks.
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import { fromMs, MICROS_PER_MS, type Instant } from '../model/time.js';
import { analysisLogs, journal, ledger, logFiles, snapshots, sources, TABLES, usage } from '../schema/index.js';
import { AnalysisLogs } from './analysis-logs.js';
import { Database } from './database.js';
import type { RevisionTable } from './revision-table.js';
import { storeFailure, type Recorded } from './failures.js';
import { makeFolder, writeFileAtomically } from './files.js';
import { withFileLock } from './lock.js';
import { foreignTables } from './adopt.js';
import type { CopyProgress } from './copy.js';
import { migrate, migrationPlan, missingMigrations, type Evolution, type MigrationPlan } from './migrate.js';
import { scratchFolder } from './scratch.js';
import { Journal } from './journal.js';
import { Snapshots } from './snapshots.js';
import { LogFiles } from './log-files.js';
import { RESTORE } from './damage.js';
import { Sources } from './sources.js';
import { tablesOf, tableStatus, type TableStatus } from './status.js';
import { GRACE_MS, keepSmall } from './upkeep.js';
import { Usage } from './usage.js';

export interface StoreOptions {
  /** Absolute path of the folder. */
  readonly folder: string;
  readonly now: () => Instant;
  /** Version of this program, for the ledger. */
  readonly program: string;
  /** Told of the copy that is made before a migration. */
  readonly progress?: CopyProgress | undefined;
}

const missing = (folder: string): TokentrailError =>
  new TokentrailError('STORE_MISSING', `There is no store at "${folder}".`, {
    suggestions: ['Create it with `tokentrail init`, or begin with `tokentrail analysis start`, which creates it.'],
    details: { store: folder },
  });

/** What a store leaves in its folder, also one whose creation was cut short. */
const OURS = /^(\.gitignore|\.DS_Store|(usage|unsettled|hooks)\.state|backup\.json|backups|.*\.(lance|lock|tmp))$/;

/** A store ignores its whole folder for git and keeps others out of it, so it is made in no folder that holds anything else. */
function requireOwnFolder(folder: string): void {
  const others = existsSync(folder) ? readdirSync(folder).filter((name) => !OURS.test(name)) : [];
  if (others.length === 0) return;
  throw new TokentrailError('STORE_NOT_EMPTY', `The folder "${folder}" holds other things ("${others[0]!}"), so no store is made in it.`, {
    suggestions: ['Name a folder of its own, as `--store .tokentrail`.'],
    details: { store: folder },
  });
}

/** LanceDB takes a path for an address, in which it refuses control characters. */
function requirePlainPath(folder: string): void {
  if (!/[\u0000-\u001f\u007f]/.test(folder)) return;
  throw new TokentrailError('STORE_UNSUPPORTED', `The path "${folder}" holds a control character, so it can't be a store's.`, {
    suggestions: ['Rename the folder, or name another store with --store.'],
    details: { store: folder },
  });
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

const settled = <T>(work: () => Promise<T>): Promise<Settled<T>> =>
  work().then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );

/** Applies the migrations that are missing; null if there are none. */
async function evolve(database: Database, now: () => Instant, program: string, progress?: CopyProgress): Promise<Evolution | null> {
  if ((await missingMigrations(database)).length === 0) return null;
  return withFileLock(join(database.folder, 'store.lock'), true, async () => {
    const plan = await migrationPlan(database);
    return plan.missing.length === 0 ? null : migrate(database, plan, now(), program, true, progress);
  });
}

/**
 * Whether the folder holds rows and no ledger: those of another program, or those of one whose adoption was cut short. A store of ours
 * whose creation was cut short holds none.
 */
async function isForeign(folder: string): Promise<boolean> {
  if (existsSync(join(folder, `${ledger.name}.lance`)) || !existsSync(join(folder, `${analysisLogs.name}.lance`))) return false;
  const database = await Database.connect(folder);
  if (!database.has(analysisLogs.name)) return false;
  return (await foreignTables(database)).length > 0 || (await (await database.open(analysisLogs.name)).count()) > 0;
}

/** Another program's tables, in our columns, in a copy: reading changes no store. */
async function adoptedCopy(folder: string): Promise<Database> {
  const copy = scratchFolder();
  for (const { name } of [analysisLogs, sources]) {
    const from = join(folder, `${name}.lance`);
    if (existsSync(from)) cpSync(from, join(copy, `${name}.lance`), { recursive: true });
  }
  const database = await Database.connect(copy);
  // Rows without a time get that of the store's last change, so that two readings say the same.
  const at = fromMs(Math.trunc(statSync(join(folder, `${analysisLogs.name}.lance`, '_versions')).mtimeMs));
  await migrate(database, await migrationPlan(database), at, '', false);
  return database;
}

export class Store {
  readonly folder: string;
  /** True if opening it created it. */
  readonly created: boolean;
  readonly #database: Database;
  /** Resolves once the schema is known to be ours, to what it took; null if nothing. */
  readonly #evolved: Promise<Evolution | null>;
  readonly #tables = new Map<string, Promise<RevisionTable>>();

  private constructor(folder: string, database: Database, created: boolean, evolved: Promise<Evolution | null>) {
    this.folder = folder;
    this.created = created;
    this.#database = database;
    this.#evolved = evolved;
    // Whoever uses the store waits for it and sees the failure.
    evolved.catch(() => undefined);
  }

  /** @throws STORE_MISSING if there is no store at `folder`. */
  static async requireExisting(folder: string): Promise<void> {
    if (existsSync(join(folder, `${ledger.name}.lance`))) return;
    if (!(await Store.#guarded(folder, () => isForeign(folder)))) throw missing(folder);
  }

  /** What it takes to bring the store to this schema. @throws STORE_MISSING, STORE_NEWER */
  static async plan(folder: string): Promise<MigrationPlan> {
    await Store.requireExisting(folder);
    return Store.#guarded(folder, async () => migrationPlan(await Database.connect(folder)));
  }

  /** Creates nothing. @throws STORE_MISSING, STORE_NEWER, STORE_DAMAGED. */
  static async openForReading({ folder }: Pick<StoreOptions, 'folder'>): Promise<Store> {
    requirePlainPath(folder);
    if (!existsSync(folder)) throw missing(folder);
    return Store.#guarded(folder, async () => {
      if (!statSync(folder).isDirectory()) throw new Error('ENOTDIR');
      if (await isForeign(folder)) return new Store(folder, await adoptedCopy(folder), false, Promise.resolve(null));
      if (!existsSync(join(folder, `${ledger.name}.lance`))) throw missing(folder);
      const database = await Database.connect(folder);
      // A store whose creation was cut short holds nothing yet; the next writing command finishes it.
      if (!database.has(analysisLogs.name) || !database.has(sources.name)) throw missing(folder);
      await missingMigrations(database);
      return new Store(folder, database, false, Promise.resolve(null));
    });
  }

  /** Creates what is missing: the folder, tables, columns. */
  static async openForWriting({ folder, now, program, progress }: StoreOptions): Promise<Store> {
    requirePlainPath(folder);
    return Store.#guarded(folder, async () => {
      const isNew = !existsSync(join(folder, `${ledger.name}.lance`));
      const foreign = isNew && (await isForeign(folder));
      const created = isNew && !foreign;
      if (isNew) requireOwnFolder(folder);
      makeFolder(folder);
      // Another program's store may be kept in git on purpose.
      if (!foreign && !existsSync(join(folder, '.gitignore'))) writeFileAtomically(join(folder, '.gitignore'), ['*\n'], true);
      const database = await Database.connect(folder);
      const evolved = evolve(database, now, program, progress);
      // Where all tables are there, reading them need not wait for a look into the ledger: `guarded` does, before it answers.
      if (!TABLES.every(({ name }) => database.has(name))) await evolved;
      return new Store(folder, database, created, evolved);
    });
  }

  static async #guarded<T>(folder: string, work: () => Promise<T>, recorded: () => Recorded = () => 'nothing'): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeFailure(error, folder, recorded());
    }
  }

  #table(name: string): Promise<RevisionTable> {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = this.#database.open(name);
      this.#tables.set(name, table);
    }
    return table;
  }

  async analysisLogs(): Promise<AnalysisLogs> {
    return new AnalysisLogs(await this.#table(analysisLogs.name));
  }

  async sources(): Promise<Sources> {
    return new Sources(await this.#table(sources.name));
  }

  async usage(): Promise<Usage> {
    return new Usage(await this.#table(usage.name));
  }

  async logFiles(): Promise<LogFiles> {
    return new LogFiles(await this.#table(logFiles.name));
  }

  /**
   * The journals of analyses; null in a store of an older version, which gets its table from the next writing command.
   *
   * @throws STORE_DAMAGED if there were some
   */
  async journal(): Promise<Journal | null> {
    if (this.#database.has(journal.name)) return new Journal(await this.#table(journal.name));
    await this.#requireOlder();
    return null;
  }

  /** What hooks saw of sessions; null as with the journals. @throws STORE_DAMAGED if there were some */
  async snapshots(): Promise<Snapshots | null> {
    if (this.#database.has(snapshots.name)) return new Snapshots(await this.#table(snapshots.name));
    await this.#requireOlder();
    return null;
  }

  /** A table is not there: in a store of an older version it never was. @throws STORE_DAMAGED */
  async #requireOlder(): Promise<void> {
    if ((await missingMigrations(this.#database)).length > 0) return;
    throw new TokentrailError('STORE_DAMAGED', `A table of the store "${this.folder}" is gone.`, { suggestions: RESTORE });
  }

  /** Whether the books of all sessions are there: a store of an older version gets them from its next writing command. */
  get hasUsage(): boolean {
    return this.#database.has(usage.name) && this.#database.has(logFiles.name);
  }

  /** @throws STORE_MISSING if there are no books of all sessions yet, STORE_DAMAGED if there were. */
  async requireUsage(): Promise<void> {
    if (this.hasUsage) return;
    await this.#requireOlder();
    throw new TokentrailError('STORE_MISSING', 'This store has no books of all sessions yet.');
  }

  /** Runs `work` on a schema that is known to be ours, turning failures of the store into errors that tell what to do. */
  guarded<T>(work: () => Promise<T>): Promise<T> {
    return Store.#guarded(this.folder, async () => {
      const [evolved, done] = await Promise.all([this.#evolved, settled(work)]);
      if (done.ok) return done.value;
      // It may have failed for want of what the migration has brought by now.
      if (evolved !== null) return work();
      throw done.error;
    });
  }

  /** Runs `work` while no other process of this machine writes to the books. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    let before = Infinity;
    return Store.#guarded(
      this.folder,
      async () => {
        await this.#evolved;
        before = this.#database.commits;
        return (await withFileLock(join(this.folder, 'store.lock'), true, work)) as T;
      },
      () => (this.#database.commits > before ? 'perhaps' : 'nothing'),
    );
  }

  /** What it took to bring the store to this schema; null if nothing. */
  evolution(): Promise<Evolution | null> {
    return Store.#guarded(this.folder, () => this.#evolved);
  }

  /** How large each table is. */
  status(): Promise<TableStatus[]> {
    return this.guarded(async () => {
      const tables = await tablesOf(
        this.#database,
        TABLES.map(({ name }) => name),
      );
      return Promise.all(tables.map((table) => tableStatus(table, this.#database.folder)));
    });
  }

  /** Merges the files of all tables, and removes versions of them that nobody can be reading any more. History is in the rows. */
  optimize(now: Instant): Promise<void> {
    return this.exclusively(async () => {
      const tables = await tablesOf(
        this.#database,
        TABLES.map(({ name }) => name),
      );
      await withFileLock(join(this.folder, 'upkeep.lock'), true, async () => {
        for (const table of tables) await table.optimize(new Date(now / MICROS_PER_MS - GRACE_MS));
      });
    });
  }

  /** The migrations that it has been through. */
  migrations(): Promise<readonly { id: number; name: string; program: string }[]> {
    return this.guarded(async () => {
      const rows = await (await this.#database.open(ledger.name)).select(['id', 'name', 'program']);
      return rows
        .map((row) => ({ id: Number(row['id']), name: String(row['name']), program: String(row['program']) }))
        .sort((a, b) => a.id - b.id);
    });
  }

  /** Merges small files of the tables that were used, if it is time; never fails. */
  async keepSmall(now: Date): Promise<void> {
    const tables = (await Promise.all(this.#tables.values())).filter((table) => table.upkeepDue);
    if (tables.length > 0) await keepSmall(this.folder, tables, now).catch(() => undefined);
  }
}
