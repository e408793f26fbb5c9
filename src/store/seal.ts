// The hash by which a row proves itself (semantics 30): `v1:` and the SHA-256 of its canonical JSON (RFC 8785), without nulls,
// without `cost_usd` (a float kept for others) and without the hash itself; whole numbers as strings, times as microseconds.
import { createHash } from 'node:crypto';
import { TokentrailError } from '../model/errors.js';
import { RESTORE } from './damage.js';
import { TABLES } from '../schema/index.js';
import { Carried, type Row, type Value } from './rows.js';

/** Numbers that are no whole ones stay JSON numbers. */
const FLOATS = new Set(TABLES.flatMap(({ columns }) => columns.flatMap(({ name, type }) => (type === 'float64' ? [name] : []))));

const UNSEALED_COLUMNS = new Set(['cost_usd', 'row_sha256']);

/** What is carried along, in the form of everything else: whole numbers of 64 bits as strings, bytes as base64, keys sorted. */
function canonicalCarried(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return value.toWellFormed();
  // JSON knows no NaN.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(canonicalCarried);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, canonicalCarried(one)]),
  );
}

const canonicalValue = (column: string, value: Exclude<Value, null>): unknown => {
  if (typeof value === 'number' && (FLOATS.has(column) || !Number.isInteger(value))) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value;
  if (value instanceof Carried) return canonicalCarried(value.value);
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

export const rowHash = (row: Row): string => `v1:${createHash('sha256').update(canonicalRow(row)).digest('hex')}`;

/** Throws unless the row is what was stored; rows made by a migration may be unsealed. */
export function checkSeal(row: Row, table: string): void {
  const seal = (row['row_sha256'] ?? null) as string | null;
  if (seal !== null || row['recorded_by'] !== 'migration') requireSeal(row, seal, table, String(row['row_key']));
}

/** @throws STORE_DAMAGED unless `seal` is the hash of the row */
export function requireSeal(row: Row, seal: string | null, table: string, key: string): void {
  const computed = rowHash(row);
  if (seal === computed) return;
  throw new TokentrailError('STORE_DAMAGED', `Row "${key}" of table "${table}" is not what was stored.`, {
    suggestions: RESTORE,
    details: { table, row_key: key, row_sha256: seal, computed },
  });
}
