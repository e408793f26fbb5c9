// Table `sources` as sources.
import type { Source } from '../model/source.js';
import type { Instant } from '../model/time.js';
import type { RevisionTable } from './revision-table.js';
import { sourceFromRow, sourceToRow } from './source-rows.js';

export class Sources {
  readonly #table: RevisionTable;

  constructor(table: RevisionTable) {
    this.#table = table;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** Every row proves itself and follows the one before. @returns how many there are. @throws STORE_DAMAGED */
  prove(): Promise<number> {
    return this.#table.prove();
  }

  async last(id: string): Promise<Source | null> {
    const found = await this.#table.last(id);
    return found === null ? null : sourceFromRow(found.row);
  }

  /** All revisions of each source that were recorded by `at`, the first one first, each proved; the sources unordered. */
  async chains(at: Instant | null = null): Promise<Source[][]> {
    return (await this.#table.chains(at)).map((rows) => rows.map(sourceFromRow));
  }

  /** Inserts revisions as they were recorded elsewhere, unless they are there, in one commit. @returns how many were not there. */
  insertRecorded(sources: readonly Source[]): Promise<number> {
    return this.#table.insertAbsent(sources.map((source) => ({ ...sourceToRow(source), row_sha256: source.row_sha256 })));
  }

  /** False if a revision of that number is there already. */
  insert(source: Source): Promise<boolean> {
    return this.#table.insertIfAbsent(sourceToRow(source));
  }

  /** The last revisions of all sources that were recorded by `at` (null: now), unordered. */
  async list(at: Instant | null = null): Promise<Source[]> {
    const sources: Source[] = [];
    for await (const row of this.#table.lastOfAll({ at })) sources.push(sourceFromRow(row));
    return sources;
  }
}
