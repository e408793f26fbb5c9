// A source as a row of `sources`, and back.
import type { Source } from '../model/source.js';
import { sources } from '../schema/index.js';
import { rowKey } from './analysis-rows.js';
import type { Row, Value } from './rows.js';
import { rowHash } from './seal.js';

const KNOWN = new Set(sources.columns.map(({ name }) => name));
const FIELDS = [...KNOWN].filter((name) => name !== 'row_key' && name !== 'row_sha256') as (keyof Source)[];

/** The row to be stored, sealed. */
export function sourceToRow(source: Source): Row {
  const row: Record<string, Value> = { ...(source.unknown_columns as Record<string, Value>) };
  for (const name of FIELDS) row[name] = source[name] as Value;
  row['row_key'] = rowKey(source.id, source.revision);
  row['row_sha256'] = rowHash(row);
  return row;
}

/** What the row is proved by, as it is for an analysis. */
export const sourceProvedBy = (source: Source): string => source.row_sha256 ?? (sourceToRow(source)['row_sha256'] as string);

export function sourceFromRow(row: Row): Source {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, row[name] ?? null])) as unknown as Source;
  return {
    ...fields,
    row_sha256: (row['row_sha256'] ?? null) as string | null,
    unknown_columns: Object.fromEntries(Object.entries(row).filter(([name]) => !KNOWN.has(name))),
  };
}
