// A table whose rows are revisions: read in two steps, inserted if absent, on disk when that is answered.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Table as LanceTable } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { arrowField } from '../schema/arrow.js';
import type { FrozenColumn } from '../schema/index.js';
import { assertThat } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import { damagedRow, linkOf, requireChain, type Link } from './chain.js';
import { isConflict } from './failures.js';
import { cutFiles, syncNewFiles, tableFiles } from './files.js';
import { eq, or, startsWith, type Filter } from './filter.js';
import { decodeCells, decodeRows, encodeColumns, encodeRows, type Cells, type Columns, type Row } from './rows.js';
import { checkSeal } from './seal.js';

/** Looking whether files should be merged costs a read, so it is done at every eighth commit. */
export const LOOK_EVERY = 8;

/** How often, and after how many milliseconds, a file that seems to be written in part is looked at again. */
const LOOKS = 10;
const LOOK_MS = 20;

/** Cells of a result that may be in memory at once, and rows of each of its batches. */
const MOST_CELLS = 8_000_000;
const BATCH_ROWS = 16_384;

/** Whole rows that are read at once. */
const MOST_TAKEN = 256;

/** The last revision of one id, as found in a table. */
export interface LastRevision {
  readonly row: Row;
  readonly revision: number;
}

/** Which last revisions are asked for. */
export interface LastQuestion {
  readonly filter?: Filter | undefined;
  readonly columns?: readonly string[] | undefined;
  /** Null: now. */
  readonly at?: Instant | null | undefined;
}

/** How batches are read. */
export interface BatchQuestion {
  readonly filter?: Filter | undefined;
  /** In less memory, also where it takes longer. */
  readonly lean?: boolean | undefined;
}

/** A revision without what it says. */
interface Head {
  readonly rowKey: string;
  readonly revision: number;
  readonly recordedAt: Instant;
  readonly rowId: bigint;
}

/** The last of some revisions in order that was recorded by `at`. */
const newestOf = (heads: readonly Head[], at: Instant | null): Head | null =>
  heads.findLast(({ recordedAt }) => at === null || recordedAt <= at) ?? null;

export class RevisionTable {
  readonly name: string;
  readonly #key: string | null;
  readonly #folder: string;
  readonly #table: LanceTable;
  readonly #committed: () => void;
  #schema: Schema | undefined;
  #upkeepDue = false;

  /** @param committed told of every commit of rows, before it is synced. */
  constructor(name: string, key: string | null, folder: string, table: LanceTable, committed: () => void) {
    this.name = name;
    this.#key = key;
    this.#folder = folder;
    this.#table = table;
    this.#committed = committed;
  }

  /** Shows what other processes committed since the table was opened. */
  async refresh(): Promise<void> {
    await this.#table.checkoutLatest();
    // A migration may have added columns.
    this.#schema = undefined;
  }

  /** The version of the table that this handle sees. */
  async version(): Promise<number> {
    return this.#table.version();
  }

  /** Makes the table what it was at a version, by a new one. */
  async returnTo(version: number): Promise<void> {
    await this.refresh();
    if ((await this.version()) === version) return;
    const before = tableFiles(this.#folder);
    await this.#table.checkout(version);
    await this.#table.restore();
    syncNewFiles(this.#folder, before);
    this.#schema = undefined;
  }

  /** This handle made a commit after which it is time to look whether files should be merged. */
  get upkeepDue(): boolean {
    return this.#upkeepDue;
  }

  async schema(): Promise<Schema> {
    this.#schema ??= await this.#table.schema();
    return this.#schema;
  }

  async columnNames(): Promise<Set<string>> {
    return new Set((await this.schema()).fields.map(({ name }) => name));
  }

  /** Those of `columns` that are there: a store of an older schema lacks some, whose values are null then. */
  async #present(columns: readonly string[]): Promise<string[]> {
    const there = await this.columnNames();
    return columns.filter((name) => there.has(name));
  }

  /** The columns of the rows that match; all rows without a filter. */
  async select(columns: readonly string[], filter?: Filter): Promise<Row[]> {
    const query = this.#table.query().select(await this.#present(columns));
    return decodeRows((await (filter ? query.where(filter.sql) : query).toArrow()) as never);
  }

  /** The rows that match, each proved. @throws STORE_DAMAGED */
  async whole(filter: Filter): Promise<Row[]> {
    const rows = decodeRows((await this.#table.query().where(filter.sql).toArrow()) as never);
    for (const row of rows) checkSeal(row, this.name);
    return rows;
  }

  async count(filter?: Filter): Promise<number> {
    return this.#table.countRows(filter?.sql);
  }

  /**
   * The last revision of `id` that was recorded by `at`, with its seal checked; null if there is none. In two steps, since the cost
   * of a read is fragments × columns: the revisions' numbers first, then the one whole row.
   *
   * @throws STORE_DAMAGED
   */
  async last(id: string, at: Instant | null = null): Promise<LastRevision | null> {
    // By both, so that a revision of which one was damaged is missed by neither.
    const heads = (await this.#heads(or(eq('id', id), startsWith('row_key', `${id}@`)))).get(id) ?? [];
    const newest = newestOf(heads, at);
    if (newest === null) return null;
    // Of an earlier state, when the later ones were recorded must be true as well.
    const rows = await this.#whole((at === null ? [newest] : heads).map(({ rowId }) => rowId));
    for (const row of rows) checkSeal(row, this.name);
    const row = rows.find((one) => Number(one['revision']) === newest.revision);
    return row === undefined ? null : { row, revision: newest.revision };
  }

  /**
   * The last revision of every id that matches, recorded by `at`, one after the other; unordered. `columns`: all of them if left out,
   * and then the seals are checked.
   *
   * @throws STORE_DAMAGED
   */
  async *lastOfAll({ filter, columns, at = null }: LastQuestion = {}): AsyncGenerator<Row> {
    const all = [...(await this.#heads(filter)).values()];
    const newest = all.flatMap((heads) => newestOf(heads, at) ?? []);
    const wanted = new Set(newest.map(({ rowKey }) => rowKey));
    // Of an earlier state, when the later ones were recorded must be true as well.
    const asked = at === null || newest.length === 0 ? newest : all.flat();
    const ids = asked.map(({ rowId }) => rowId);
    for await (const rows of this.#chunks(ids, columns === undefined ? undefined : [...columns, 'row_key'])) {
      if (columns === undefined) for (const row of rows) checkSeal(row, this.name);
      yield* rows.filter((row) => at === null || wanted.has(String(row['row_key'])));
    }
  }

  /** The revisions of each id that matches, by number. A row that is missing, or says two things, is damage: it might be the last. */
  async #heads(filter?: Filter): Promise<Map<string, Head[]>> {
    const query = this.#table.query().select(['id', 'revision', 'row_key', 'recorded_at']).withRowId();
    const found = decodeRows((await (filter ? query.where(filter.sql) : query).toArrow()) as never);
    const byId = new Map<string, Head[]>();
    for (const row of found) {
      const id = String(row['id']);
      const [rowKey, revision] = [String(row['row_key']), Number(row['revision'])];
      const head = { rowKey, revision, recordedAt: Number(row['recorded_at']), rowId: BigInt(row['_rowid'] as number) };
      if (rowKey !== `${id}@${revision}`) throw damagedRow(this.name, rowKey, { id, revision });
      const heads = byId.get(id);
      if (heads === undefined) byId.set(id, [head]);
      else heads.push(head);
    }
    for (const [id, heads] of byId) {
      heads.sort((a, b) => a.revision - b.revision);
      const missing = heads.findIndex(({ revision }, i) => revision !== i + 1);
      if (missing >= 0) throw damagedRow(this.name, `${id}@${missing + 1}`, { revisions: heads.map(({ revision }) => revision) });
    }
    return byId;
  }

  /**
   * Every row proves itself, no revision is missing or there twice, and each follows the one before. A batch at a time.
   *
   * @returns how many rows there are.
   * @throws STORE_DAMAGED
   */
  async prove(): Promise<number> {
    const links = new Map<string, Link[]>();
    let rows = 0;
    for await (const batch of this.#table.query()) {
      for (const row of decodeRows({ batches: [batch] } as never)) {
        checkSeal(row, this.name);
        const link = linkOf(row);
        const id = String(row['id']);
        const known = links.get(id);
        if (known === undefined) links.set(id, [link]);
        else known.push(link);
        rows++;
      }
    }
    for (const [id, own] of links) requireChain(this.name, id, own);
    return rows;
  }

  /** All revisions of `id`, oldest first, each proved, and each the follower of the one before. @throws STORE_DAMAGED */
  async history(id: string): Promise<Row[]> {
    const heads = (await this.#heads(or(eq('id', id), startsWith('row_key', `${id}@`)))).get(id) ?? [];
    if (heads.length === 0) return [];
    const rows = await this.#whole(heads.map(({ rowId }) => rowId));
    rows.sort((a, b) => Number(a['revision']) - Number(b['revision']));
    for (const row of rows) checkSeal(row, this.name);
    requireChain(this.name, id, rows.map(linkOf));
    return rows;
  }

  /**
   * All revisions of every id that were recorded by `at` (null: now), the first one first, each proved, and each the follower of the
   * one before; unordered otherwise.
   *
   * @throws STORE_DAMAGED
   */
  async chains(at: Instant | null = null): Promise<Row[][]> {
    const byId = new Map<string, Row[]>();
    for await (const batch of this.#table.query()) {
      for (const row of decodeRows({ batches: [batch] } as never)) {
        checkSeal(row, this.name);
        const id = String(row['id']);
        const known = byId.get(id);
        if (known === undefined) byId.set(id, [row]);
        else known.push(row);
      }
    }
    for (const [id, rows] of byId) {
      rows.sort((a, b) => Number(a['revision']) - Number(b['revision']));
      requireChain(this.name, id, rows.map(linkOf));
    }
    const recorded = [...byId.values()].map((rows) => rows.filter((row) => at === null || Number(row['recorded_at']) <= at));
    return recorded.filter((rows) => rows.length > 0);
  }

  async #whole(rowIds: readonly bigint[]): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const chunk of this.#chunks(rowIds)) rows.push(...chunk);
    return rows;
  }

  /** The rows, a part of them at a time: one may have a hundred kilobytes, and is in memory three times while it is read. */
  async *#chunks(rowIds: readonly bigint[], columns?: readonly string[]): AsyncGenerator<Row[]> {
    for (let start = 0; start < rowIds.length; start += MOST_TAKEN) {
      const query = this.#table.takeRowIds(rowIds.slice(start, start + MOST_TAKEN));
      const found = await (columns === undefined ? query : query.select(await this.#present(columns))).toArrow();
      // Whole rows have the columns of the table, which the next insert needs.
      if (columns === undefined && found.numRows > 0) this.#schema ??= found.schema;
      yield decodeRows(found);
    }
  }

  /** Inserts the row unless its key is there, and returns whether it did. It is on disk when this returns. */
  async insertIfAbsent(row: Row): Promise<boolean> {
    return (await this.insertAbsent([row])) > 0;
  }

  /**
   * Inserts those rows whose keys are not there, in one commit, and returns how many they were. They are on disk when this returns.
   * The index is never used: LanceDB's indexed path skips the check of the key, and two writers would both win.
   */
  async insertAbsent(rows: readonly Row[]): Promise<number> {
    assertThat(this.#key !== null, 'only a table with a key takes rows that may be there');
    if (rows.length === 0) return 0;
    const data = encodeRows(await this.schema(), rows);
    const before = tableFiles(this.#folder);
    const merge = this.#table.mergeInsert(this.#key).whenNotMatchedInsertAll().useIndex(false);
    const { numInsertedRows, version } = await merge.execute(data as never);
    if (numInsertedRows === 0) return 0;
    await this.#settle(before, version);
    this.#upkeepDue ||= version % LOOK_EVERY === 0;
    return numInsertedRows;
  }

  /** Brings a commit to the disk; one whose files were written in part is taken back. */
  async #settle(before: ReadonlySet<string>, version: number): Promise<void> {
    let cut = cutFiles(this.#folder, before);
    // Where there is no lock, another process may be writing its file just now.
    for (let look = 0; look < LOOKS && cut.length > 0; look++) {
      await sleep(LOOK_MS);
      cut = cutFiles(this.#folder, before);
    }
    if (cut.length > 0) {
      try {
        await this.#table.checkout(version - 1);
        await this.#table.restore();
        syncNewFiles(this.#folder, before);
      } catch (error) {
        this.#committed();
        throw error;
      }
      throw new Error(`EIO: file "${cut[0]!}" was written in part`);
    }
    this.#committed();
    syncNewFiles(this.#folder, before);
  }

  /** Appends rows without looking at keys; for tables whose single writer holds the lock. */
  async append(rows: readonly Row[]): Promise<void> {
    const columns = Object.fromEntries([...(await this.columnNames())].map((name) => [name, rows.map((row) => row[name] ?? null)]));
    await this.appendColumns(columns, rows.length);
  }

  /** The same by columns; one that is left out is null. */
  async appendColumns(columns: Columns, length: number): Promise<void> {
    if (length === 0) return;
    const before = tableFiles(this.#folder);
    const { version } = await this.#table.add(encodeColumns(await this.schema(), columns, length) as never);
    await this.#settle(before, version);
    this.#upkeepDue ||= version % LOOK_EVERY === 0;
  }

  /** The rows that match, a batch at a time; columns that are not there are left out. */
  async *batches(
    names: readonly string[],
    { filter, lean = false }: BatchQuestion = {},
  ): AsyncGenerator<{ readonly cells: Cells; readonly length: number }> {
    const all = this.#table.query().select(await this.#present(names));
    const query = filter ? all.where(filter.sql) : all;
    // A stream comes in small batches, each with its own dictionaries: slower, for what is too much to have at once.
    const isMuch = lean || (await this.#table.countRows()) * names.length > MOST_CELLS;
    const batches = isMuch ? query : (await query.toArrow({ maxBatchLength: BATCH_ROWS })).batches;
    for await (const batch of batches) yield { cells: decodeCells(batch), length: batch.numRows };
  }

  /** Adds nullable columns, null in every row that is there. */
  async addColumns(columns: readonly FrozenColumn[]): Promise<void> {
    const before = tableFiles(this.#folder);
    for (let attempt = 0; ; attempt++) {
      await this.refresh();
      this.#schema = undefined;
      const there = await this.columnNames();
      const missing = columns.filter(([name]) => !there.has(name));
      if (missing.length === 0) break;
      try {
        await this.#table.addColumns(missing.map(([name, type]) => arrowField(name, type, true)) as never);
      } catch (error) {
        if (attempt >= 8 || !isConflict(error)) throw error;
      }
    }
    syncNewFiles(this.#folder, before);
  }

  /** How many fragments a read has to visit. */
  async fragments(): Promise<number> {
    return (await this.#table.stats()).fragmentStats.numFragments;
  }

  /** Merges fragments, and removes versions older than `keepSince`; history is in rows and is never touched. */
  async optimize(keepSince: Date): Promise<void> {
    await this.refresh();
    const before = tableFiles(this.#folder);
    // Never deleteUnverified: it destroyed a table that others were writing to.
    await this.#table.optimize({ cleanupOlderThan: keepSince });
    syncNewFiles(this.#folder, before);
  }
}
