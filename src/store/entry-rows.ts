// An entry of a chain (of a journal, of what hooks saw) as a row of its table, and back.
import type { Instant } from '../model/time.js';
import type { TableSchema } from '../schema/index.js';
import { rowKey } from './analysis-rows.js';
import type { Row, Value } from './rows.js';
import { rowHash } from './seal.js';

/** What every entry has beside what it says: whose it is, and its place in the chain. */
export interface Recorded {
  readonly id: string;
  /** From 1. */
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly recorded_by: string;
  readonly prev_sha256: string | null;
  readonly row_sha256: string | null;
}

const fieldsOf = ({ columns }: TableSchema): string[] =>
  columns.map(({ name }) => name).filter((name) => name !== 'row_key' && name !== 'row_sha256');

/** The row to be stored, sealed. */
export function sealedRow(schema: TableSchema, entry: Recorded): Row {
  const values = entry as unknown as Readonly<Record<string, Value>>;
  const row: Record<string, Value> = Object.fromEntries(fieldsOf(schema).map((name) => [name, values[name] ?? null]));
  row['row_key'] = rowKey(entry.id, entry.revision);
  row['row_sha256'] = rowHash(row);
  return row;
}

/** The fields of an entry, as they were stored. */
export const unsealed = (schema: TableSchema, row: Row): Row =>
  Object.fromEntries([...fieldsOf(schema), 'row_sha256'].map((name) => [name, row[name] ?? null]));
