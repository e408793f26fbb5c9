// The rows of a store as they lie there, read without the commands, and what is wrong with them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES } from '../../src/schema/index.js';
import { Database } from '../../src/store/database.js';
import { withFileLock } from '../../src/store/lock.js';
import type { Row } from '../../src/store/rows.js';
import { rowHash } from '../../src/store/seal.js';
import { stagesFromText } from '../../src/store/stages-text.js';

/** All rows of the tables, in the order of their keys and revisions. */
export interface Books {
  readonly analyses: readonly Row[];
  /** Idempotency keys with the ids that they stand for. */
  readonly keys: ReadonlyMap<string, string>;
  readonly sources: readonly Row[];
  readonly usage: readonly Row[];
  readonly logs: readonly Row[];
}

const text = (row: Row, column: string): string => String(row[column]);
const number = (row: Row, column: string): number => Number(row[column]);

const byRevision =
  (key: string) =>
  (a: Row, b: Row): number =>
    text(a, key) < text(b, key) ? -1 : text(a, key) > text(b, key) ? 1 : number(a, 'revision') - number(b, 'revision');

export async function readBooks(folder: string): Promise<Books> {
  const database = await Database.connect(folder);
  const rows = async (name: string): Promise<Row[]> => {
    if (!database.has(name)) return [];
    const table = await database.open(name);
    return table.select([...(await table.columnNames())]);
  };
  const logs = await rows('analysis_logs');
  const isKey = (row: Row): boolean => text(row, 'id').startsWith('key:');
  return {
    analyses: logs.filter((row) => !isKey(row)).sort(byRevision('id')),
    keys: new Map(logs.filter(isKey).map((row) => [text(row, 'idempotency_key'), (row['inputs_analysis_ids'] as string[])[0]!])),
    sources: (await rows('sources')).sort(byRevision('id')),
    usage: (await rows('usage')).sort(byRevision('record_key')),
    logs: (await rows('log_files')).sort(byRevision('log_file_id')),
  };
}

/** Rows in groups of one key, the oldest revision first. */
export function groups(rows: readonly Row[], key: string): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const group = found.get(text(row, key));
    if (group === undefined) found.set(text(row, key), [row]);
    else group.push(row);
  }
  return found;
}

export const stageNames = (row: Row): string[] =>
  row['stages_json'] === null ? [] : stagesFromText(text(row, 'stages_json')).map(({ stage }) => stage);

/** Columns that every row has, by table. */
const REQUIRED = new Map(
  TABLES.map(({ name, columns }) => [name, columns.filter(({ nullable }) => !nullable).map((column) => column.name)]),
);

const halfRows = (table: string, rows: readonly Row[], key: string): string[] =>
  rows.flatMap((row) =>
    REQUIRED.get(table)!
      .filter((column) => (row[column] ?? null) === null)
      .map((column) => `${table} ${text(row, key)}: "${column}" is null`),
  );

/** Revisions go from 1 without gaps and without doubles. */
const gaps = (rows: readonly Row[], key: string): string[] =>
  [...groups(rows, key)].flatMap(([name, group]) => {
    const found = group.map((row) => number(row, 'revision'));
    return found.every((revision, i) => revision === i + 1) ? [] : [`${name} has the revisions ${found.join(', ')}`];
  });

/** Each row proves itself, and names the row before it. */
function brokenChains(rows: readonly Row[]): string[] {
  const problems: string[] = [];
  for (const [id, group] of groups(rows, 'id')) {
    group.forEach((row, i) => {
      const name = `${id}@${number(row, 'revision')}`;
      if (row['row_key'] !== name) problems.push(`${name} has the key ${text(row, 'row_key')}`);
      if (row['row_sha256'] !== rowHash(row)) problems.push(`${name} is not what its hash says`);
      const before = i === 0 ? null : group[i - 1]!['row_sha256'];
      if (row['prev_sha256'] !== before) problems.push(`${name} names another row as the one before it`);
      if (i > 0 && number(row, 'recorded_at') <= number(group[i - 1]!, 'recorded_at'))
        problems.push(`${name} is not later than the one before`);
    });
  }
  return problems;
}

/** A mark adds one stage, and nothing else changes what is there. */
function lostStages(analyses: readonly Row[]): string[] {
  const problems: string[] = [];
  for (const [id, group] of groups(analyses, 'id')) {
    let before: string[] = [];
    for (const row of group) {
      const stages = stageNames(row);
      const more = row['recorded_by'] === 'analysis mark' ? 1 : 0;
      const kept = before.every((name, i) => stages[i] === name);
      if (!kept || stages.length !== before.length + more)
        problems.push(`${id}@${number(row, 'revision')} has the stages [${stages.join(', ')}] after [${before.join(', ')}]`);
      before = stages;
    }
  }
  return problems;
}

/** A key stands for one analysis, which says so. */
function strayKeys({ analyses, keys }: Books, killed: boolean): string[] {
  const problems: string[] = [];
  const firsts = analyses.filter((row) => number(row, 'revision') === 1);
  const ids = new Set(firsts.map((row) => text(row, 'id')));
  for (const row of firsts) {
    const key = row['idempotency_key'] as string | null;
    if (key !== null && keys.get(key) !== row['id'])
      problems.push(`${text(row, 'id')} was made with key "${key}", which stands for ${keys.get(key)}`);
  }
  // A kill between the two leaves a key to whose analysis the next start with it comes.
  if (!killed) for (const [key, id] of keys) if (!ids.has(id)) problems.push(`key "${key}" stands for ${id}, which is not there`);
  return problems;
}

const SUMMED = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'];

/** Sums of the records of each log that count. */
function sumsByLog(usage: readonly Row[]): Map<string, Record<string, number>> {
  const sums = new Map<string, Record<string, number>>();
  for (const [, group] of groups(usage, 'record_key')) {
    const row = group.at(-1)!;
    if (row['counted'] !== true) continue;
    const sum = sums.get(text(row, 'log_file_id')) ?? Object.fromEntries(['records', ...SUMMED].map((name) => [name, 0]));
    sum['records']! += 1;
    for (const name of SUMMED) sum[name]! += Number(row[name] ?? 0);
    sums.set(text(row, 'log_file_id'), sum);
  }
  return sums;
}

/** The control totals of each log are the sums of its records; a sync that was killed left them pending. */
function wrongTotals({ usage, logs }: Books, killed: boolean): string[] {
  const problems: string[] = [];
  const sums = sumsByLog(usage);
  const known = groups(logs, 'log_file_id');
  for (const id of sums.keys()) if (!known.has(id)) problems.push(`records of log ${id} are there, the log is not`);
  for (const [id, group] of known) {
    const last = group.at(-1)!;
    if (last['state'] !== 'done') {
      if (!killed) problems.push(`log ${text(last, 'path')} is ${text(last, 'state')}`);
      continue;
    }
    const totals = JSON.parse(text(last, 'totals_after')) as Record<string, number>;
    const sum = sums.get(id) ?? {};
    const off = ['records', ...SUMMED].filter((name) => (totals[name] ?? 0) !== (sum[name] ?? 0));
    for (const name of off) problems.push(`log ${text(last, 'path')} has ${sum[name] ?? 0} ${name}, its control total is ${totals[name]}`);
  }
  return problems;
}

/** What is wrong with the rows. `killed`: a command was killed since the last one that worked. */
export function problemsOf(books: Books, { killed }: { readonly killed: boolean }): string[] {
  const { analyses, sources, usage, logs } = books;
  return [
    ...halfRows('analysis_logs', analyses, 'row_key'),
    ...halfRows('sources', sources, 'row_key'),
    ...halfRows('usage', usage, 'record_key'),
    ...halfRows('log_files', logs, 'log_file_id'),
    ...gaps(analyses, 'id'),
    ...gaps(sources, 'id'),
    ...gaps(usage, 'record_key'),
    ...gaps(logs, 'log_file_id'),
    ...brokenChains([...analyses, ...sources]),
    ...lostStages(analyses),
    ...strayKeys(books, killed),
    ...wrongTotals(books, killed),
  ];
}

/** Locks of the store that somebody still holds. */
export async function heldLocks(folder: string): Promise<string[]> {
  const held: string[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.lock')) : [])
    if ((await withFileLock(join(folder, name), false, () => Promise.resolve(true))) === null) held.push(name);
  return held;
}
