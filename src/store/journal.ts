// Table `journal` as the entries of analyses: a chain for each, that only grows.
import type { JournalDraft, JournalEntry } from '../model/journal.js';
import type { Instant } from '../model/time.js';
import { entryFromRow, entryToRow } from './journal-rows.js';
import type { RevisionTable } from './revision-table.js';

/** Who records entries, and when. */
export interface Recording {
  readonly at: Instant;
  readonly command: string;
}

export class Journal {
  readonly #table: RevisionTable;

  constructor(table: RevisionTable) {
    this.#table = table;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** Every entry proves itself and follows the one before. @returns how many there are. @throws STORE_DAMAGED */
  prove(): Promise<number> {
    return this.#table.prove();
  }

  /** The entries of an analysis that were recorded by `at` (null: now), the first one first, each proved. @throws STORE_DAMAGED */
  async of(id: string, at: Instant | null = null): Promise<JournalEntry[]> {
    const entries = (await this.#table.history(id)).map(entryFromRow);
    return entries.filter(({ recorded_at }) => at === null || recorded_at <= at);
  }

  /** The same of all analyses, by id. @throws STORE_DAMAGED */
  async all(at: Instant | null = null): Promise<Map<string, JournalEntry[]>> {
    const chains = (await this.#table.chains(at)).map((rows) => rows.map(entryFromRow));
    return new Map(chains.map((chain) => [chain[0]!.id, chain]));
  }

  /** Entries that follow those that are there, in one commit; null if someone was first. */
  async append(id: string, after: readonly JournalEntry[], drafts: readonly JournalDraft[], by: Recording): Promise<JournalEntry[] | null> {
    let last = after.at(-1) ?? null;
    const entries = drafts.map((draft): JournalEntry => {
      const recorded_at = Math.max(by.at, (last?.recorded_at ?? 0) + 1);
      const own = { ...draft, id, revision: (last?.revision ?? 0) + 1, recorded_at, recorded_by: by.command };
      const entry: JournalEntry = { ...own, prev_sha256: last?.row_sha256 ?? null, row_sha256: null };
      last = { ...entry, row_sha256: entryToRow(entry)['row_sha256'] as string };
      return last;
    });
    return (await this.#table.insertAbsent(entries.map(entryToRow))) === entries.length ? entries : null;
  }

  /** Inserts entries as they were recorded elsewhere, unless they are there, in one commit. @returns how many were not there. */
  insertRecorded(entries: readonly JournalEntry[]): Promise<number> {
    return this.#table.insertAbsent(entries.map(entryToRow));
  }
}
