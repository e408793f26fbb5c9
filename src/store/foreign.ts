// Tables of another program as plain rows, whatever their types are: no value is guessed, and none is lost.
import { DataType, Precision, type Field, type Table, TimeUnit, type Vector } from 'apache-arrow';
import { float32Text } from '../model/float32.js';
import type { ForeignRow } from '../model/imported.js';
import { formatInstant } from '../model/time.js';
import { Carried } from './rows.js';

/** An Arrow value without Arrow: plain values, lists and objects of them. Whole numbers that are too large are their digits as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plain);
  const isList = typeof (value as { get?: unknown }).get === 'function' && 'length' in value;
  if (isList || Array.isArray(value)) return Array.from(value as unknown as Iterable<unknown>, plain);
  const fields = 'toJSON' in value ? (value as { toJSON: () => object }).toJSON() : value;
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, plain(one)]));
}

/** Microseconds of one unit of a timestamp; those below a microsecond are cut off. */
const MICROS: Readonly<Record<number, (value: bigint) => bigint>> = {
  [TimeUnit.SECOND]: (value) => value * 1_000_000n,
  [TimeUnit.MILLISECOND]: (value) => value * 1000n,
  [TimeUnit.MICROSECOND]: (value) => value,
  [TimeUnit.NANOSECOND]: (value) => value / 1000n,
};

/** A timestamp as text; one without a zone keeps that it has none. */
function timeText(type: DataType, vector: Vector, row: number): unknown {
  if (!DataType.isTimestamp(type)) return null;
  let [chunk, left] = [0, row];
  while (left >= vector.data[chunk]!.length) left -= vector.data[chunk++]!.length;
  const data = vector.data[chunk]!;
  if (!data.getValid(left)) return null;
  const micros = MICROS[type.unit]!((data.values as BigInt64Array)[left]!);
  if (!Number.isSafeInteger(Number(micros))) return String(micros);
  const text = formatInstant(Number(micros));
  return type.timezone ? text : text.replace(/Z$/, '');
}

function valueOf(field: Field, vector: Vector, row: number): unknown {
  const type = field.type as DataType;
  if (DataType.isTimestamp(type)) return timeText(type, vector, row);
  const value: unknown = vector.get(row);
  if (DataType.isDate(type) && value !== null) return new Date(Number(value)).toISOString().slice(0, 10);
  return plain(value);
}

export function foreignRows(table: Table): ForeignRow[] {
  const columns = table.schema.fields.map((field, i) => [field, table.getChildAt(i)!] as const);
  return Array.from({ length: table.numRows }, (_, row) =>
    Object.fromEntries(columns.map(([field, vector]) => [field.name, valueOf(field, vector, row)])),
  );
}

/** The narrow floats of a table, whose values stand for shorter decimals. */
export const narrowFloats = (table: Table): ReadonlySet<string> =>
  new Set(
    table.schema.fields
      .filter(({ type }) => DataType.isFloat(type as DataType) && (type as { precision: Precision }).precision !== Precision.DOUBLE)
      .map(({ name }) => name),
  );

export const widened = (value: number): number => Number(float32Text(value));

/** Whether a column of this type can be kept as it is: all others are kept as text. */
export function isKept(type: DataType, vector: Vector): boolean {
  if (DataType.isUtf8(type)) return true;
  if (DataType.isInt(type)) return type.isSigned;
  if (DataType.isFloat(type)) return type.precision !== Precision.HALF;
  if (DataType.isFixedSizeList(type)) {
    const child = type.children[0]!.type as DataType;
    const isWhole = vector.data.every((data) => data.children[0]!.nullCount === 0 || data.nullCount > 0);
    return DataType.isFloat(child) && child.precision !== Precision.HALF && isWhole;
  }
  if (!DataType.isList(type) || !DataType.isUtf8(type.children[0]!.type)) return false;
  return vector.data.every((data) => data.children[0]!.nullCount === 0);
}

/** A value of a column whose type can't be kept, as JSON text; a text as it is. */
export function asText(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : new Carried(value).toString();
}
