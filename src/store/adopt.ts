// Tables that another program made, as Reality Check: their rows become first revisions, in columns of our types. Columns that we
// don't know stay beside ours.
import { DataType, Field, List, Schema, Utf8, type Table } from 'apache-arrow';
import { idAmong, importedAnalysis, type ForeignRow } from '../model/imported.js';
import type { Source } from '../model/source.js';
import { utcTime, type Instant } from '../model/time.js';
import { arrowField } from '../schema/arrow.js';
import { analysisLogs, sources, type TableSchema } from '../schema/index.js';
import { analysisToRow } from './analysis-rows.js';
import type { Database } from './database.js';
import { Carried, decodeRows, encodeRows, type Row, type Value } from './rows.js';
import { sourceToRow } from './source-rows.js';

/** The command that they are recorded by. */
const BY = 'migration';

const ADOPTED: readonly { readonly table: TableSchema; readonly read: (row: ForeignRow, taken: Set<string>, at: Instant) => Row }[] = [
  { table: analysisLogs, read: analysisRow },
  { table: sources, read: sourceRow },
];

/** Names of the tables of a store that were made by another program: without revisions. */
export async function foreignTables(database: Database): Promise<string[]> {
  const there = ADOPTED.map(({ table }) => table.name).filter((name) => database.has(name));
  const foreign = await Promise.all(there.map(async (name) => !(await (await database.open(name)).columnNames()).has('row_key')));
  return there.filter((_, i) => foreign[i]);
}

const recorded = (id: string, at: Instant) => ({ id, revision: 1, recorded_at: at, recorded_by: BY, prev_sha256: null, row_sha256: null });

function analysisRow(row: ForeignRow, taken: Set<string>, at: Instant): Row {
  const { id, fields } = importedAnalysis(row, at, utcTime, false);
  return analysisToRow({ ...fields, ...recorded(idAmong(id, taken), at), unknown_columns: unknownOf(row, analysisLogs) });
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null);

function sourceRow(row: ForeignRow, taken: Set<string>, at: Instant): Row {
  const own = sources.columns.map(({ name, type }) => {
    const value = Object.hasOwn(row, name) ? row[name] : null;
    // A float32 is widened to the decimal that it stood for.
    if (type === 'float64') return [name, typeof value === 'number' ? Number(value.toPrecision(7)) : null] as const;
    if (type === 'list<utf8>') return [name, Array.isArray(value) ? value.map(String) : null] as const;
    if (type === 'int64') return [name, Number.isSafeInteger(value) ? value : null] as const;
    return [name, text(value)] as const;
  });
  const fields = Object.fromEntries(own) as unknown as Source;
  const source = { ...fields, ...recorded(idAmong(text(row['id']) || null, taken), at), unknown_columns: unknownOf(row, sources) };
  return sourceToRow(source);
}

function unknownOf(row: ForeignRow, table: TableSchema): Record<string, unknown> {
  const ours = new Set(table.columns.map(({ name }) => name));
  return Object.fromEntries(Object.entries(row).filter(([name]) => !ours.has(name)));
}

/** A type that a column can keep: of a column in which nothing ever was, a text. */
function keptType(type: DataType): DataType {
  if (DataType.isNull(type)) return new Utf8();
  const isEmptyList = DataType.isList(type) && DataType.isNull(type.children[0]!.type);
  return isEmptyList ? new List(new Field('item', new Utf8(), true)) : type;
}

const plain = (value: Value): unknown => (value instanceof Carried ? value.value : value);

/** The columns of ours, and those that are only theirs. */
function schemaOf(table: TableSchema, theirs: Table): Schema {
  const ours = new Set(table.columns.map(({ name }) => name));
  const others = theirs.schema.fields.filter(({ name }) => !ours.has(name));
  return new Schema([
    ...table.columns.map(({ name, type, nullable }) => arrowField(name, type, nullable)),
    ...others.map(({ name, type }) => new Field(name, keptType(type as DataType), true)),
  ]);
}

/** Brings tables of another program to our columns, each in one commit; the caller holds the lock. */
export async function adopt(database: Database, foreign: readonly string[], at: Instant): Promise<void> {
  for (const { table, read } of ADOPTED.filter(({ table: { name } }) => foreign.includes(name))) {
    const theirs = await database.whole(table.name);
    const taken = new Set<string>();
    const ours = new Set(table.columns.map(({ name }) => name));
    const rows = decodeRows(theirs).map((row) => {
      // What we know is read as plain values; what we don't is carried as it is.
      const known = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, ours.has(name) ? plain(value) : value]));
      return read(known, taken, at);
    });
    await database.replace(table.name, encodeRows(schemaOf(table, theirs), rows));
  }
}
