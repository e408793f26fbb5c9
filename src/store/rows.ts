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

/** An Arrow value without Arrow. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Symbol.iterator in value && !('toJSON' in value && !('length' in value))) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  const fields = 'toJSON' in value ? (value as { toJSON: () => object }).toJSON() : value;
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, plain(one)]));
}

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

/** The texts of a column. */
function texts(data: Data): (i: number) => string {
  const offsets = data.valueOffsets as Int32Array;
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return (i) => bytes.toString('utf8', offsets[i], offsets[i + 1]);
}

const noWord = (column: string, number: number): TokentrailError =>
  new TokentrailError('STORE_DAMAGED', `Column "${column}" refers to word ${number}, which is not there.`, { suggestions: RESTORE });

const isWord = (type: DataType): type is Dictionary =>
  DataType.isDictionary(type) && DataType.isUtf8(type.dictionary as DataType) && type.indices.bitWidth <= 32;

const isDouble = (type: DataType): boolean => DataType.isFloat(type) && type.precision === Precision.DOUBLE;

/** The whole numbers of a column; halves, since a bigint for each of a million cells costs more than all the rest. */
function wholes(data: Data, column: string): (i: number) => number {
  const { buffer, byteOffset, length } = data.values as BigInt64Array;
  const halves = new Int32Array(buffer, byteOffset, length * 2);
  return (i) => wholeOf(halves[2 * i]!, halves[2 * i + 1]!, column);
}

/** Texts of which each stands once in a batch, and is decoded once. */
function words(data: Data, column: string): (i: number) => string {
  const dictionary = data.dictionary!.data[0] as Data;
  const [text, numbers] = [texts(dictionary), data.values as Int32Array];
  const known: (string | undefined)[] = [];
  return (i) => {
    const number = numbers[i]!;
    if (!(number >= 0 && number < dictionary.length)) throw noWord(column, number);
    return (known[number] ??= text(number));
  };
}

/** What the cells of a column hold that are not null. */
function presentCells({ name, type }: Field, data: Data): Cell {
  if (DataType.isUtf8(type)) return texts(data);
  if (isWord(type as DataType)) return words(data, name);
  if (DataType.isInt(type) && type.bitWidth === 64) {
    const numbers = data.values as BigInt64Array;
    if (MONEY.has(name)) return (i) => numbers[i]!;
    if (KNOWN.has(name)) return wholes(data, name);
    // Large numbers in columns of a newer release are only carried along.
    return (i) => (Number.isSafeInteger(Number(numbers[i])) ? Number(numbers[i]) : numbers[i]!);
  }
  if (DataType.isBool(type)) {
    const bits = data.values as Uint8Array;
    return (i) => (bits[(data.offset + i) >> 3]! & (1 << ((data.offset + i) & 7))) !== 0;
  }
  if (DataType.isTimestamp(type)) return wholes(data, name);
  if (isDouble(type as DataType)) {
    const numbers = data.values as Float64Array;
    return (i) => numbers[i]!;
  }
  if (DataType.isList(type) && DataType.isUtf8(type.children[0]!.type)) {
    const [offsets, text] = [data.valueOffsets as Int32Array, texts(data.children[0]!)];
    return (i) => Array.from({ length: offsets[i + 1]! - offsets[i]! }, (_, k) => text(offsets[i]! + k));
  }
  const vector = new Vector([data]);
  return (i) => {
    const value: unknown = vector.get(i);
    return value !== null && typeof value === 'object' ? new Carried(plain(value)) : (value as Value);
  };
}

type Cell = (i: number) => Value;

/** By column: the cell of a row, by its number. As they are stored, rows take a fraction of the memory that their values take. */
export type Cells = Readonly<Record<string, Cell>>;

function cellsOf(field: Field, data: Data): Cell {
  const present = presentCells(field, data);
  const bits = data.nullBitmap;
  if (data.nullCount === 0 || bits.length === 0) return present;
  const { offset } = data;
  return (i) => ((bits[(offset + i) >> 3]! & (1 << ((offset + i) & 7))) === 0 ? null : present(i));
}

/** The cells of a batch, each decoded when it is asked for. */
export function decodeCells({ schema, data }: RecordBatch): Cells {
  const cells = Object.create(null) as Record<string, Cell>;
  schema.fields.forEach((field, c) => (cells[field.name] = cellsOf(field, data.children[c]!)));
  return cells;
}

/** The columns of a batch by name. */
export type Columns = Readonly<Record<string, readonly Value[]>>;

/** All rows of a result, as null-prototype objects in the order of its columns. */
export function decodeRows({ batches }: Table): Row[] {
  const rows: Row[] = [];
  for (const batch of batches) {
    const columns = Object.entries(decodeCells(batch));
    for (let i = 0; i < batch.numRows; i++) {
      const row = Object.create(null) as Record<string, Value>;
      for (const [name, cell] of columns) row[name] = cell(i);
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
  const valueOffsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => (valueOffsets[i + 1] = valueOffsets[i]! + (value === null ? 0 : Buffer.byteLength(value))));
  const data = new Uint8Array(valueOffsets[values.length]!);
  const bytes = Buffer.from(data.buffer);
  values.forEach((value, i) => value !== null && bytes.write(value, valueOffsets[i]!));
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
