// An entry of a journal as a row of `journal`, and back.
import type { JournalEntry } from '../model/journal.js';
import { journal } from '../schema/index.js';
import { rowKey } from './analysis-rows.js';
import type { Row, Value } from './rows.js';
import { rowHash } from './seal.js';

const FIELDS = journal.columns
  .map(({ name }) => name)
  .filter((name) => name !== 'row_key' && name !== 'row_sha256') as (keyof JournalEntry)[];

/** The row to be stored, sealed. */
export function entryToRow(entry: JournalEntry): Row {
  const row: Record<string, Value> = Object.fromEntries(FIELDS.map((name) => [name, entry[name]]));
  row['row_key'] = rowKey(entry.id, entry.revision);
  row['row_sha256'] = rowHash(row);
  return row;
}

export function entryFromRow(row: Row): JournalEntry {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, row[name] ?? null])) as unknown as JournalEntry;
  return { ...fields, row_sha256: (row['row_sha256'] ?? null) as string | null };
}
