// Rows between plain values and Arrow. Reads and builds column buffers directly: Arrow's builders and row proxies are the slow
// part of a one-row command. Only the closed set of types in src/schema is written; anything else throws.
import { type Data, DataType, type Dictionary, Field, makeData, Precision, RecordBatch, Schema, Struct, Table, Vector, vectorFromArray } from 'apache-arrow'; // prettier-ignore
import { assertThat, TokentrailError } from '../model/errors.js';
import { TABLES } from '../schema/index.js';
import { RESTORE } from './damage.js';

/** What a column of a type that no table of ours has holds, as an embedding: carried from one revision into the next. */
export class Carried {
  /** Plain values, lists and objects of them, bytes; whole numbers of 64 bits are bigints. */
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  toString(): string {
    return JSON.stringify(this.value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  }
}

/** int64 and timestamp (µs) are numbers, refused beyond 2^53 − 1; money is bigint. */
export type Value = string | number | bigint | boolean | readonly string[] | Carried | null;

export type Row = Readonly<Record<string, Value>>;

/** Columns whose int64 stays a bigint. */
const MONEY = new Set(['cost_pico_usd', 'reported_cost_pico_usd']);

const KNOWN = new Set(TABLES.flatMap(({ columns }) => columns.map(({ name }) => name)));

/** Money, and large numbers in columns of a newer release, which are only carried along. */
const isExact = (column: string, value: bigint): boolean =>
  MONEY.has(column) || (!KNOWN.has(column) && !Number.isSafeInteger(Number(value)));

/** An Arrow value without Arrow. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Symbol.iterator in value && !('toJSON' in value && !('length' in value))) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  const fields = 'toJSON' in value ? (value as { toJSON: () => object }).toJSON() : value;
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, plain(one)]));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

function safeNumber(value: bigint, column: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new TokentrailError('STORE_DAMAGED', `Column "${column}" holds ${value}, which is no count up to 2^53 − 1.`, {
      suggestions: RESTORE,
    });
  }
  return number;
}

const HALF = 2 ** 32;

/** A number from its two halves, the lower one first, as this program's platforms store it. */
function wholeOf(low: number, high: number, column: string): number {
  const number = high * HALF + (low >>> 0);
  return Number.isSafeInteger(number) ? number : safeNumber((BigInt(high) << 32n) | BigInt(low >>> 0), column);
}

function text(data: Data, index: number): string {
  const offsets = data.valueOffsets as Int32Array;
  return decoder.decode((data.values as Uint8Array).subarray(offsets[index], offsets[index + 1]));
}

const noWord = (column: string, number: number): TokentrailError =>
  new TokentrailError('STORE_DAMAGED', `Column "${column}" refers to word ${number}, which is not there.`, { suggestions: RESTORE });

const isWord = (type: DataType): type is Dictionary =>
  DataType.isDictionary(type) && DataType.isUtf8(type.dictionary as DataType) && type.indices.bitWidth <= 32;

const isDouble = (type: DataType): boolean => DataType.isFloat(type) && type.precision === Precision.DOUBLE;

function cell(field: Field, data: Data, index: number): Value {
  if (data.nullCount > 0 && !data.getValid(index)) return null;
  const type = field.type as DataType;
  if (DataType.isUtf8(type)) return text(data, index);
  if (DataType.isInt(type) && type.bitWidth === 64) {
    const value = (data.values as BigInt64Array)[index]!;
    return isExact(field.name, value) ? value : safeNumber(value, field.name);
  }
  if (isWord(type)) {
    const [dictionary, number] = [data.dictionary!.data[0] as Data, (data.values as Int32Array)[index]!];
    if (!(number >= 0 && number < dictionary.length)) throw noWord(field.name, number);
    return text(dictionary, number);
  }
  if (DataType.isBool(type)) return ((data.values as Uint8Array)[(data.offset + index) >> 3]! & (1 << ((data.offset + index) & 7))) !== 0;
  if (DataType.isTimestamp(type)) return safeNumber((data.values as BigInt64Array)[index]!, field.name);
  if (isDouble(type)) return (data.values as Float64Array)[index]!;
  if (DataType.isList(type) && DataType.isUtf8(type.children[0]!.type)) {
    const offsets = data.valueOffsets as Int32Array;
    const child = data.children[0]!;
    return Array.from({ length: offsets[index + 1]! - offsets[index]! }, (_, i) => text(child, offsets[index]! + i));
  }
  const value: unknown = new Vector([data]).get(index);
  return value !== null && typeof value === 'object' ? new Carried(plain(value)) : (value as Value);
}

/** Which rows of a column are not null; null if all are. */
function validBits(data: Data): ((i: number) => boolean) | null {
  const bits = data.nullBitmap;
  if (data.nullCount === 0 || bits.length === 0) return null;
  const { offset } = data;
  return (i) => (bits[(offset + i) >> 3]! & (1 << ((offset + i) & 7))) !== 0;
}

/** A column's values in one go; much faster than cell by cell where there are many rows. */
function columnValues(field: Field, data: Data): Value[] {
  const type = field.type as DataType;
  const values = new Array<Value>(data.length);
  const isValid = validBits(data);
  if (isWord(type)) {
    const dictionary = data.dictionary!.data[0] as Data;
    const words = Array.from({ length: dictionary.length }, (_, i) => text(dictionary, i));
    const numbers = data.values as Int32Array;
    for (let i = 0; i < data.length; i++) {
      if (isValid?.(i) === false) values[i] = null;
      else {
        const word = words[numbers[i]!];
        if (word === undefined) throw noWord(field.name, numbers[i]!);
        values[i] = word;
      }
    }
  } else if (DataType.isInt(type) && type.bitWidth === 64 && MONEY.has(field.name)) {
    const amounts = data.values as BigInt64Array;
    for (let i = 0; i < data.length; i++) values[i] = isValid?.(i) === false ? null : amounts[i]!;
  } else if ((DataType.isInt(type) && type.bitWidth === 64) || DataType.isTimestamp(type)) {
    const { buffer, byteOffset, length } = data.values as BigInt64Array;
    // Halves, since a bigint for each of a million cells costs more than all the rest.
    const halves = new Int32Array(buffer, byteOffset, length * 2);
    for (let i = 0; i < data.length; i++) {
      values[i] = isValid?.(i) === false ? null : wholeOf(halves[2 * i]!, halves[2 * i + 1]!, field.name);
    }
  } else for (let i = 0; i < data.length; i++) values[i] = cell(field, data, i);
  return values;
}

/** The columns of a batch by name. */
export type Columns = Readonly<Record<string, readonly Value[]>>;

export function decodeColumns(batch: RecordBatch): Columns {
  const columns = Object.create(null) as Record<string, readonly Value[]>;
  batch.schema.fields.forEach((field, c) => (columns[field.name] = columnValues(field, batch.data.children[c]!)));
  return columns;
}

/** All rows of a result, as null-prototype objects in the order of its columns. */
export function decodeRows(table: Table): Row[] {
  const rows: Row[] = [];
  for (const batch of table.batches) {
    const fields = batch.schema.fields;
    for (let index = 0; index < batch.numRows; index++) {
      const row = Object.create(null) as Record<string, Value>;
      for (let c = 0; c < fields.length; c++) row[fields[c]!.name] = cell(fields[c]!, batch.data.children[c]!, index);
      rows.push(row);
    }
  }
  return rows;
}

function bitmap(values: readonly Value[]): { nullBitmap?: Uint8Array; nullCount: number } {
  const nullCount = values.reduce<number>((n, v) => n + (v === null ? 1 : 0), 0);
  if (nullCount === 0) return { nullCount };
  const bits = new Uint8Array(((values.length + 63) >> 6) << 3);
  values.forEach((value, i) => {
    if (value !== null) bits[i >> 3]! |= 1 << (i & 7);
  });
  return { nullBitmap: bits, nullCount };
}

/** Arrow's types tie each property to each type; the columns here are known only at run time. */
const make = makeData as unknown as (props: Record<string, unknown>) => Data;

function utf8Data(type: DataType, values: readonly (string | null)[], nulls: ReturnType<typeof bitmap>): Data {
  const parts = values.map((value) => (value === null ? new Uint8Array(0) : encoder.encode(value)));
  const valueOffsets = new Int32Array(values.length + 1);
  parts.forEach((part, i) => (valueOffsets[i + 1] = valueOffsets[i]! + part.length));
  const data = new Uint8Array(valueOffsets[values.length]!);
  parts.forEach((part, i) => data.set(part, valueOffsets[i]));
  return make({ type, length: values.length, valueOffsets, data, ...nulls });
}

const INT64_MAX = 2n ** 63n - 1n;

/** @throws a bug error: what can't be stored exactly must have been refused before. */
function wholeNumber(value: Value, field: Field): bigint {
  if (value === null) return 0n;
  if (typeof value === 'bigint') {
    const money = value;
    assertThat(money <= INT64_MAX && money >= -INT64_MAX - 1n, `${field.name} fits into 64 bits`);
    return money;
  }
  assertThat(Number.isSafeInteger(value), `${field.name} is a whole number up to 2^53 − 1`);
  return BigInt(value as number);
}

/** Each text once, and its number for each row. */
function wordData(type: Dictionary, values: readonly (string | null)[], nulls: ReturnType<typeof bitmap>): Data {
  const numbers = new Map<string, number>();
  const data = Int32Array.from(values, (value) => {
    if (value === null) return 0;
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, numbers.size);
    return numbers.size - 1;
  });
  // A null refers to the first word as well, so there must be one.
  const words = utf8Data(type.dictionary as DataType, numbers.size === 0 ? [''] : [...numbers.keys()], { nullCount: 0 });
  return make({ type, length: values.length, data, dictionary: new Vector([words]), ...nulls });
}

function boolData(type: DataType, values: readonly Value[], nulls: ReturnType<typeof bitmap>): Data {
  const data = new Uint8Array(((values.length + 63) >> 6) << 3);
  values.forEach((value, i) => {
    if (value === true) data[i >> 3]! |= 1 << (i & 7);
  });
  return make({ type, length: values.length, data, ...nulls });
}

/** Arrow's builders make no buffers for rows that are null, which LanceDB wants: so the widths that are fixed are built here. */
function carriedData(type: DataType, values: readonly unknown[], nulls: ReturnType<typeof bitmap>): Data {
  const length = values.length;
  if (DataType.isInt(type) || DataType.isFloat(type)) {
    const data = new (type as { ArrayType: new (length: number) => Record<number, unknown> }).ArrayType(length);
    values.forEach((value, i) => {
      if (value !== null) data[i] = value;
    });
    return make({ type, length, data, ...nulls });
  }
  if (DataType.isFixedSizeList(type)) {
    const child = type.children[0]!.type as DataType;
    const filler: unknown = DataType.isInt(child) || DataType.isFloat(child) ? 0 : null;
    const items = values.flatMap((value) => (value === null ? new Array<unknown>(type.listSize).fill(filler) : (value as unknown[])));
    return make({ type, length, child: carriedData(child, items, bitmap(items as Value[])), ...nulls });
  }
  return vectorFromArray(values, type).data[0]!;
}

function columnData(field: Field, values: readonly Value[]): Data {
  const type = field.type as DataType;
  const nulls = bitmap(values);
  const length = values.length;
  if (DataType.isUtf8(type)) return utf8Data(type, values as readonly (string | null)[], nulls);
  if (isWord(type) && type.indices.bitWidth === 32) return wordData(type, values as readonly (string | null)[], nulls);
  if (DataType.isBool(type)) return boolData(type, values, nulls);
  if ((DataType.isInt(type) && type.bitWidth === 64) || DataType.isTimestamp(type)) {
    const data = new BigInt64Array(length);
    values.forEach((value, i) => (data[i] = wholeNumber(value, field)));
    return make({ type, length, data, ...nulls });
  }
  if (isDouble(type)) {
    return make({ type, length, data: Float64Array.from(values, (v) => Number(v ?? 0)), ...nulls });
  }
  if (DataType.isList(type) && DataType.isUtf8(type.children[0]!.type)) {
    const lists = values as readonly (readonly string[] | null)[];
    const valueOffsets = new Int32Array(length + 1);
    lists.forEach((list, i) => (valueOffsets[i + 1] = valueOffsets[i]! + (list?.length ?? 0)));
    const child = utf8Data(
      type.children[0]!.type as DataType,
      lists.flatMap((list) => [...(list ?? [])]),
      { nullCount: 0 },
    );
    return make({ type, length, valueOffsets, child, ...nulls });
  }
  return carriedData(
    type,
    values.map((value) => (value instanceof Carried ? value.value : value)),
    nulls,
  );
}

/** An Arrow table of `length` rows in the columns of `schema`; a column that is left out is null. */
export function encodeColumns(schema: Schema, columns: Columns, length: number): Table {
  const fields = schema.fields.map((field) => new Field(field.name, field.type as DataType, field.nullable));
  const nothing: readonly Value[] = new Array<null>(length).fill(null);
  const children = fields.map((field) => columnData(field, columns[field.name] ?? nothing));
  const own = new Schema(fields);
  return new Table(own, [new RecordBatch(own, make({ type: new Struct(fields), length, children, nullCount: 0 }) as never)]);
}

/** An Arrow table of `rows` in the columns of `schema`; a column that a row lacks is null. What has no column is not lost in silence. */
export function encodeRows(schema: Schema, rows: readonly Row[]): Table {
  const there = new Set(schema.fields.map(({ name }) => name));
  for (const row of rows) {
    const homeless = Object.keys(row).find((name) => (row[name] ?? null) !== null && !there.has(name));
    assertThat(homeless === undefined, `the table has a column ${homeless ?? ''}`);
  }
  const columns = Object.fromEntries(schema.fields.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]));
  return encodeColumns(schema, columns, rows.length);
}
