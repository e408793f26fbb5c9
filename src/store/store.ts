// A store: the folder, its tables, its lock. Everything above this room knows tables and verbs, never paths or locks.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import { analysisLogs, ledger, sources } from '../schema/index.js';
import { AnalysisLogs } from './analysis-logs.js';
import { Database, type RevisionTable } from './database.js';
import { storeFailure } from './failures.js';
import { makeFolder, writeFileAtomically } from './files.js';
import { withFileLock } from './lock.js';
import { migrate, missingMigrations } from './migrate.js';
import { Sources } from './sources.js';
import { keepSmall, LOOK_EVERY } from './upkeep.js';

export interface StoreOptions {
  /** Absolute path of the folder. */
  readonly folder: string;
  readonly now: () => Instant;
  /** Version of this program, for the ledger. */
  readonly program: string;
}

const missing = (folder: string): TokentrailError =>
  new TokentrailError('STORE_MISSING', `There is no store at "${folder}".`, {
    suggestions: ['Create it with `tokentrail init`, or begin with `tokentrail analysis start`, which creates it.'],
    details: { store: folder },
  });

export class Store {
  readonly folder: string;
  /** True if opening it created it. */
  readonly created: boolean;
  readonly #database: Database;
  readonly #tables = new Map<string, Promise<RevisionTable>>();

  private constructor(folder: string, database: Database, created: boolean) {
    this.folder = folder;
    this.created = created;
    this.#database = database;
  }

  /** @throws STORE_MISSING if there is no store at `folder`. */
  static requireExisting(folder: string): void {
    if (!existsSync(join(folder, `${ledger.name}.lance`))) throw missing(folder);
  }

  /** Creates nothing. @throws STORE_MISSING, STORE_NEWER, STORE_DAMAGED. */
  static async openForReading({ folder }: Pick<StoreOptions, 'folder'>): Promise<Store> {
    if (!existsSync(folder)) throw missing(folder);
    return Store.#guarded(folder, async () => {
      if (!statSync(folder).isDirectory()) throw new Error('ENOTDIR');
      if (!existsSync(join(folder, `${ledger.name}.lance`))) throw missing(folder);
      const database = await Database.connect(folder);
      await missingMigrations(database);
      return new Store(folder, database, false);
    });
  }

  /** Creates what is missing: the folder, tables, columns. */
  static async openForWriting({ folder, now, program }: StoreOptions): Promise<Store> {
    const created = !existsSync(join(folder, `${ledger.name}.lance`));
    return Store.#guarded(folder, async () => {
      makeFolder(folder);
      if (!existsSync(join(folder, '.gitignore'))) writeFileAtomically(join(folder, '.gitignore'), ['*\n'], true);
      const database = await Database.connect(folder);
      if ((await missingMigrations(database)).length > 0) {
        await withFileLock(join(folder, 'store.lock'), true, async () => {
          const left = await missingMigrations(database);
          if (left.length > 0) await migrate(database, left, now(), program);
        });
      }
      return new Store(folder, database, created);
    });
  }

  static async #guarded<T>(folder: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeFailure(error, folder);
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

  /** Runs `work`, turning failures of the store into errors that tell what to do. */
  guarded<T>(work: () => Promise<T>): Promise<T> {
    return Store.#guarded(this.folder, work);
  }

  /** Runs `work` while no other process of this machine writes to the books. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.guarded(async () => (await withFileLock(join(this.folder, 'store.lock'), true, work)) as T);
  }

  /** Merges small files of the tables that were used, if it is time; never fails. */
  async keepSmall(now: Date): Promise<void> {
    const tables = (await Promise.all(this.#tables.values())).filter(
      (table) => table.committed !== null && table.committed % LOOK_EVERY === 0,
    );
    if (tables.length > 0) await keepSmall(this.folder, tables, now).catch(() => undefined);
  }
}
