// A table of chains that only grow: the journals of analyses, the snapshots of sessions.
import type { Instant } from '../model/time.js';
import type { TableSchema } from '../schema/index.js';
import { sealedRow, unsealed, type Recorded } from './entry-rows.js';
import type { RevisionTable } from './revision-table.js';
import type { Row } from './rows.js';

/** Who records entries, and when. */
export interface Recording {
  readonly at: Instant;
  readonly command: string;
}

export class Entries<Draft extends object, Entry extends Draft & Recorded> {
  readonly #table: RevisionTable;
  readonly #schema: TableSchema;

  constructor(table: RevisionTable, schema: TableSchema) {
    this.#table = table;
    this.#schema = schema;
  }

  #entry(row: Row): Entry {
    return unsealed(this.#schema, row) as unknown as Entry;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** Every entry proves itself and follows the one before. @returns how many there are. @throws STORE_DAMAGED */
  prove(): Promise<number> {
    return this.#table.prove();
  }

  /** The entries of a chain that were recorded by `at` (null: now), the first one first, each proved. @throws STORE_DAMAGED */
  async of(id: string, at: Instant | null = null): Promise<Entry[]> {
    const entries = (await this.#table.history(id)).map((row) => this.#entry(row));
    return entries.filter(({ recorded_at }) => at === null || recorded_at <= at);
  }

  /** The same of all chains, by id. @throws STORE_DAMAGED */
  async all(at: Instant | null = null): Promise<Map<string, Entry[]>> {
    const chains = (await this.#table.chains(at)).map((rows) => rows.map((row) => this.#entry(row)));
    return new Map(chains.map((chain) => [chain[0]!.id, chain]));
  }

  /** Entries that follow those that are there, in one commit; null if someone was first. */
  async append(id: string, after: readonly Entry[], drafts: readonly Draft[], by: Recording): Promise<Entry[] | null> {
    let last = after.at(-1) ?? null;
    const entries = drafts.map((draft): Entry => {
      const recorded_at = Math.max(by.at, (last?.recorded_at ?? 0) + 1);
      const own: Recorded = {
        id,
        revision: (last?.revision ?? 0) + 1,
        recorded_at,
        recorded_by: by.command,
        prev_sha256: last?.row_sha256 ?? null,
        row_sha256: null,
      };
      const entry = { ...draft, ...own } as unknown as Entry;
      last = { ...entry, row_sha256: sealedRow(this.#schema, entry)['row_sha256'] as string };
      return last;
    });
    return (await this.insertRecorded(entries)) === entries.length ? entries : null;
  }

  /** Inserts entries as they were recorded elsewhere, unless they are there, in one commit. @returns how many were not there. */
  insertRecorded(entries: readonly Entry[]): Promise<number> {
    return this.#table.insertAbsent(entries.map((entry) => sealedRow(this.#schema, entry)));
  }
}
