// Tables that another program made, as Reality Check: their rows become first revisions, in columns of our types. Columns that we
// don't know stay beside ours.
import { DataType, Field, Schema, Utf8, type Table } from 'apache-arrow';
import { assertThat } from '../model/errors.js';
import { idAmong, importedAnalysis, REALITY_CHECK_COLUMNS, type ForeignRow } from '../model/imported.js';
import type { Source } from '../model/source.js';
import { utcTime, type Instant } from '../model/time.js';
import { arrowField } from '../schema/arrow.js';
import { analysisLogs, sources, type TableSchema } from '../schema/index.js';
import { analysisToRow } from './analysis-rows.js';
import type { Database } from './database.js';
import { asText, foreignRows, isKept, narrowFloats, widened } from './foreign.js';
import { Carried, decodeRows, encodeRows, type Row } from './rows.js';
import { checkSeal } from './seal.js';
import { sourceToRow } from './source-rows.js';

/** The command that they are recorded by. */
const BY = 'migration';

const ADOPTED: readonly TableSchema[] = [analysisLogs, sources];

/** A table in our columns, ready to take the place of the one that it was made of. */
export interface AdoptedTable {
  readonly name: string;
  readonly rows: Table;
}

/** Names of the tables of a store that were made by another program: without revisions. */
export async function foreignTables(database: Database): Promise<string[]> {
  const there = ADOPTED.map(({ name }) => name).filter((name) => database.has(name));
  const foreign = await Promise.all(there.map(async (name) => !(await (await database.open(name)).columnNames()).has('row_key')));
  return there.filter((_, i) => foreign[i]);
}

const recorded = (id: string, at: Instant) => ({ id, revision: 1, recorded_at: at, recorded_by: BY, prev_sha256: null, row_sha256: null });

/** Columns of theirs under names that we use for something else: their values are kept in `imported_json`. */
const TAKEN = new Set(analysisLogs.columns.map(({ name }) => name).filter((name) => !REALITY_CHECK_COLUMNS.has(name)));

function analysisRow(row: ForeignRow, others: Row, taken: Set<string>, at: Instant): Row {
  const own = Object.fromEntries(Object.entries(row).filter(([name]) => REALITY_CHECK_COLUMNS.has(name) || TAKEN.has(name)));
  const { id, fields } = importedAnalysis(own, at, utcTime, true);
  return analysisToRow({ ...fields, ...recorded(idAmong(id, taken), at), unknown_columns: others });
}

const WHOLE = /^-?\d{1,15}$/;

/** A value as a column of that type can hold it; undefined if it can't. */
function fitting(type: TableSchema['columns'][number]['type'], value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'float64':
      return typeof value === 'number' ? value : undefined;
    case 'int64':
      return Number.isSafeInteger(value) ? value : typeof value === 'string' && WHOLE.test(value) ? Number(value) : undefined;
    case 'list<utf8>':
      if (typeof value === 'string') return [value];
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
    default:
      return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  }
}

const SET_BY_US = new Set(['row_key', 'revision', 'recorded_at', 'recorded_by', 'prev_sha256', 'row_sha256']);

/** What of a source fits into no column is kept here, beside it. */
const KEPT = 'imported_json';

function sourceRow(row: ForeignRow, others: Row, taken: Set<string>, at: Instant): Row {
  const kept: Record<string, unknown> = {};
  const own = sources.columns.map(({ name, type }) => {
    const value = Object.hasOwn(row, name) ? row[name] : null;
    const fits = SET_BY_US.has(name) ? undefined : fitting(type, value);
    if (fits === undefined && value !== null) kept[name] = value;
    return [name, fits ?? null] as const;
  });
  const fields = Object.fromEntries(own) as unknown as Source;
  const extra = Object.keys(kept).length === 0 ? null : new Carried(kept).toString();
  return sourceToRow({
    ...fields,
    ...recorded(idAmong(fields.id, taken), at),
    unknown_columns: { ...others, [KEPT]: extra },
  });
}

/** The columns of ours, and those that are only theirs: as they are, or as text. */
function schemaOf(table: TableSchema, theirs: Table, rows: readonly Row[]): Schema {
  const ours = new Set(table.columns.map(({ name }) => name));
  const fields = [
    ...table.columns.map(({ name, type, nullable }) => arrowField(name, type, nullable)),
    ...theirs.schema.fields.flatMap((field, i) => {
      if (ours.has(field.name)) return [];
      const type = field.type as DataType;
      return [new Field(field.name, isKept(type, theirs.getChildAt(i)!) ? type : new Utf8(), true)];
    }),
  ];
  const needsKept = !ours.has(KEPT) && rows.some((row) => (row[KEPT] ?? null) !== null);
  return new Schema(needsKept ? [...fields, new Field(KEPT, new Utf8(), true)] : fields);
}

/** What their columns that we don't know hold in each row. */
function othersOf(table: TableSchema, theirs: Table): readonly Row[] {
  const ours = new Set(table.columns.map(({ name }) => name));
  const names = theirs.schema.fields.flatMap(({ name, type }, i) => (ours.has(name) ? [] : [{ name, type: type as DataType, i }]));
  const kept = names.filter(({ type, i }) => isKept(type, theirs.getChildAt(i)!)).map(({ name }) => name);
  const asTheyAre = kept.length === 0 ? [] : decodeRows(theirs.select(kept));
  const plain = foreignRows(theirs);
  return plain.map((row, i) =>
    Object.fromEntries(names.map(({ name }) => [name, kept.includes(name) ? (asTheyAre[i]![name] ?? null) : asText(row[name])])),
  );
}

/** Makes our columns of tables of another program, and proves that what was made can be read again. Writes nothing. */
export async function prepareAdoption(database: Database, foreign: readonly string[], at: Instant): Promise<AdoptedTable[]> {
  const prepared: AdoptedTable[] = [];
  for (const table of ADOPTED.filter(({ name }) => foreign.includes(name))) {
    const theirs = await database.whole(table.name);
    const narrow = narrowFloats(theirs);
    const taken = new Set<string>();
    const others = othersOf(table, theirs);
    const read = table === analysisLogs ? analysisRow : sourceRow;
    const made = foreignRows(theirs).map((row, i) => {
      const wide = Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' && narrow.has(name) ? widened(value) : value,
      ]);
      return read(Object.fromEntries(wide) as ForeignRow, others[i]!, taken, at);
    });
    const rows = encodeRows(schemaOf(table, theirs, made), made);
    const again = decodeRows(rows);
    assertThat(again.length === theirs.numRows, 'an adopted table has the rows of the one that it was made of');
    for (const row of again) checkSeal(row, table.name);
    prepared.push({ name: table.name, rows });
  }
  return prepared;
}

/** Puts them in the place of those, each in one commit, and proves them as they are stored; the caller holds the lock. */
export async function adopt(database: Database, prepared: readonly AdoptedTable[]): Promise<void> {
  for (const { name, rows } of prepared) {
    await database.replace(name, rows);
    await (await database.open(name)).prove();
  }
}
