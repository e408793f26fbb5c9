// The one place that opens LanceDB: a folder of tables.
import { join } from 'node:path';
import type { Connection, Table as LanceTable } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import { arrowSchema } from '../schema/arrow.js';
import { TABLES, type FrozenColumn } from '../schema/index.js';
import { TokentrailError } from '../model/errors.js';
import { isTable, syncNewFiles, syncPath, tableFiles } from './files.js';
import { RevisionTable } from './revision-table.js';

type LanceDb = typeof import('@lancedb/lancedb');

async function loadLanceDb(): Promise<LanceDb> {
  // LanceDB logs warnings of ordinary operations to stderr unless told otherwise before it is loaded.
  process.env['LANCEDB_LOG'] ??= 'error';
  try {
    // A CommonJS module: bundled, its names are only on the default export.
    const loaded = (await import('@lancedb/lancedb')) as LanceDb & { readonly default?: LanceDb };
    return loaded.default ?? loaded;
  } catch (error) {
    throw new TokentrailError('STORE_UNSUPPORTED', `LanceDB has no native part for ${process.platform}-${process.arch} here.`, {
      suggestions: [
        'Install tokentrail with its optional dependencies, on Linux (x64, arm64), macOS (Apple silicon) or Windows (x64, arm64).',
      ],
      cause: error,
    });
  }
}

export class Database {
  readonly folder: string;
  readonly #connection: Connection;
  #commits = 0;

  private constructor(folder: string, connection: Connection) {
    this.folder = folder;
    this.#connection = connection;
  }

  /** `folder` must be an absolute path: a relative one that begins with `db` is taken for the cloud. It must exist. */
  static async connect(folder: string): Promise<Database> {
    const { connect } = await loadLanceDb();
    return new Database(folder, await connect(folder));
  }

  /** Commits of rows by the tables that were opened here: also one that could not be synced, which the next reader sees. */
  get commits(): number {
    return this.#commits;
  }

  #table(name: string, key: string | null, table: LanceTable): RevisionTable {
    return new RevisionTable(name, key, join(this.folder, `${name}.lance`), table, () => this.#commits++);
  }

  has(name: string): boolean {
    return isTable(join(this.folder, `${name}.lance`));
  }

  async open(name: string): Promise<RevisionTable> {
    const known = TABLES.find((table) => table.name === name);
    const key = known === undefined ? 'row_key' : known.key;
    return this.#table(name, key, await this.#connection.openTable(name));
  }

  /** Creates the table, also if another process just did; the key can only be set on a new one. */
  async create(name: string, key: string | null, columns: readonly FrozenColumn[]): Promise<RevisionTable> {
    const table = this.has(name)
      ? await this.#connection.openTable(name)
      : await this.#connection.createEmptyTable(name, arrowSchema(columns), { mode: 'create' });
    const created = this.#table(name, key, table);
    const { fields } = await table.schema();
    const keyed = fields.some(({ metadata }) => metadata.has('lance-schema:unenforced-primary-key:position'));
    if (key !== null && !keyed) await table.setUnenforcedPrimaryKey(key);
    syncNewFiles(join(this.folder, `${name}.lance`), new Set());
    syncPath(this.folder);
    return created;
  }

  /** The whole table, whatever its columns are. */
  async whole(name: string): Promise<ArrowTable> {
    return (await (await this.#connection.openTable(name)).query().toArrow()) as never;
  }

  /** Puts other columns and rows in the place of those of a table, in one commit, and syncs them. */
  async replace(name: string, rows: ArrowTable): Promise<void> {
    const folder = join(this.folder, `${name}.lance`);
    const before = tableFiles(folder);
    if (rows.numRows === 0) await this.#connection.createEmptyTable(name, rows.schema as never, { mode: 'overwrite' });
    else await this.#connection.createTable(name, rows as never, { mode: 'overwrite' });
    syncNewFiles(folder, before);
  }

  async drop(name: string): Promise<void> {
    await this.#connection.dropTable(name);
    syncPath(this.folder);
  }
}
