// The hash by which a row proves itself (semantics 30): `v1:` and the SHA-256 of its canonical JSON (RFC 8785), without nulls,
// without `cost_usd` (a float kept for others) and without the hash itself; whole numbers as strings, times as microseconds.
import { createHash } from 'node:crypto';
import { TokentrailError } from '../model/errors.js';
import { TABLES } from '../schema/index.js';
import type { Row, Value } from './rows.js';

/** Numbers that are no whole ones stay JSON numbers. */
const FLOATS = new Set(TABLES.flatMap(({ columns }) => columns.flatMap(({ name, type }) => (type === 'float64' ? [name] : []))));

const UNSEALED_COLUMNS = new Set(['cost_usd', 'row_sha256']);

const canonicalValue = (column: string, value: Exclude<Value, null>): unknown => {
  if (typeof value === 'number' && (FLOATS.has(column) || !Number.isInteger(value))) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? value.toWellFormed() : value.map((item) => item.toWellFormed());
};

/** No nested objects, so sorting the keys is all that RFC 8785 asks beyond JSON.stringify. */
export function canonicalRow(row: Row): string {
  const entries = Object.keys(row)
    .filter((key) => row[key] !== null && row[key] !== undefined && !UNSEALED_COLUMNS.has(key))
    .sort()
    .map((key) => [key, canonicalValue(key, row[key] as Exclude<Value, null>)] as const);
  return JSON.stringify(Object.fromEntries(entries));
}

/** What to do about damage. */
export const RESTORE = ['Run `tokentrail doctor --deep` to see what is damaged, and bring back a backup with `tokentrail store restore`.'];

export const rowHash = (row: Row): string => `v1:${createHash('sha256').update(canonicalRow(row)).digest('hex')}`;

/** Throws unless the row is what was stored; rows made by a migration may be unsealed. */
export function checkSeal(row: Row, table: string): void {
  const seal = row['row_sha256'] ?? null;
  if (seal === null && row['recorded_by'] === 'migration') return;
  if (seal === rowHash(row)) return;
  throw new TokentrailError('STORE_DAMAGED', `Row "${String(row['row_key'])}" of table "${table}" is not what was stored.`, {
    suggestions: RESTORE,
    details: { table, row_key: row['row_key'], row_sha256: seal, computed: rowHash(row) },
  });
}
