// Tables as CSV (RFC 4180): numbers as they are, unknown as nothing, and no text that a spreadsheet would take for a formula.
import { safe } from '../model/safe.js';

export type CsvValue = string | number | boolean | null;

/** A column: its header never changes, and new ones come at the end. */
export interface CsvColumn<T> {
  readonly name: string;
  readonly value: (item: T) => CsvValue;
}

/** What spreadsheets calculate, also after spaces and in full width. */
const FORMULA = /^[\s\p{Cc}]*[=+\-@＝＋－＠|%]/u;

/** A text as a cell, on one line. */
const cellOf = (value: CsvValue): string | number | null => {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'string') return value;
  const line = safe(value.replaceAll(/[\r\n]/g, ' '));
  return FORMULA.test(line) ? `'${line}` : line;
};

/** The lines of a table, without its header. */
export async function csvLines<T>(columns: readonly CsvColumn<T>[], items: readonly T[]): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  return stringify(
    items.map((item) => columns.map(({ value }) => cellOf(value(item)))),
    { record_delimiter: '\r\n', quoted_empty: false },
  );
}

export async function csvOf<T>(columns: readonly CsvColumn<T>[], items: readonly T[]): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  return stringify([columns.map(({ name }) => name)], { record_delimiter: '\r\n' }) + (await csvLines(columns, items));
}
