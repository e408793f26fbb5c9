// Takes in analyses that another program kept. All of them or none: they are one commit.
import { isDeepStrictEqual } from 'node:util';
import type { Analysis } from '../model/analysis.js';
import { idAmong, importedAnalysis, type ForeignRow, type ImportedAnalysis } from '../model/imported.js';
import type { Instant } from '../model/time.js';
import type { AnalysisLogs } from '../store/analysis-logs.js';
import type { Books } from './books.js';

export interface ImportedRow {
  /** Its id in the file; null if it had none. */
  readonly id: string | null;
  /** The id that it has in the store. */
  readonly stored_as: string;
  /** `renamed`: its id stood for another analysis. `known`: it had been taken in before. */
  readonly result: 'imported' | 'renamed' | 'known';
  /** Fields that could not be read, kept as they were. */
  readonly unread: readonly string[];
}

export interface Import {
  readonly rows: readonly ForeignRow[];
  /** Reads a time without an offset. */
  readonly local: (text: string) => Instant | null;
}

/** An empty list and none say the same in a file. */
const bare = (fields: ImportedAnalysis['fields']): unknown =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) && value.length === 0 ? null : value]));

/** Whether the row is what the first revision of an analysis was taken in from. */
function isSame({ local }: Import, row: ForeignRow, first: Analysis): boolean {
  const { fields } = importedAnalysis(row, first.recorded_at, local, true);
  const before = Object.fromEntries(Object.keys(fields).map((name) => [name, first[name as keyof Analysis]]));
  return isDeepStrictEqual(bare(fields), bare(before as unknown as ImportedAnalysis['fields']));
}

/** First revisions of what has the id, or a name made of it because the id was taken. */
async function namesakes(logs: AnalysisLogs, ids: ReadonlySet<string>, id: string): Promise<Analysis[]> {
  const found: Analysis[] = [];
  for (let [name, n] = [id, 1]; ids.has(name); name = `${id}~${++n}`) found.push((await logs.history(name))[0]!);
  return found;
}

/** What would become of each row. */
async function planned(logs: AnalysisLogs | null, asked: Import, at: Instant): Promise<{ rows: ImportedRow[]; fresh: Analysis[] }> {
  const there = new Set(logs === null ? [] : (await logs.outlines()).map(({ id }) => id));
  const taken = new Set(there);
  const [rows, fresh]: [ImportedRow[], Analysis[]] = [[], []];
  for (const row of asked.rows) {
    const { id, fields } = importedAnalysis(row, at, asked.local, true);
    const unread = Object.keys(fields.imported ?? {});
    const stored = logs === null || id === null ? [] : await namesakes(logs, there, id);
    const known = stored.find((first) => isSame(asked, row, first)) ?? fresh.find((one) => isTwin(one, id, fields));
    if (known !== undefined) {
      rows.push({ id, stored_as: known.id, result: 'known', unread });
      continue;
    }
    const stored_as = idAmong(id, taken);
    rows.push({ id, stored_as, result: stored_as === id ? 'imported' : 'renamed', unread });
    fresh.push({
      ...fields,
      id: stored_as,
      revision: 1,
      recorded_at: at,
      recorded_by: 'import',
      prev_sha256: null,
      row_sha256: null,
      unknown_columns: {},
    });
  }
  return { rows, fresh };
}

/** The same row twice in one file. */
const isTwin = (one: Analysis, id: string | null, fields: ImportedAnalysis['fields']): boolean =>
  id !== null && (one.id === id || one.id.startsWith(`${id}~`)) && isDeepStrictEqual({ ...one, ...fields }, one);

/**
 * Takes in rows of Reality Check. What was taken in before is left alone, also if it was changed since; what has the id of another
 * analysis becomes `<id>~2`.
 */
export async function importAnalyses(books: Books, asked: Import): Promise<readonly ImportedRow[]> {
  const logs = await books.logs();
  return books.store.exclusively(async () => {
    await logs.refresh();
    const { rows, fresh } = await planned(logs, asked, books.now());
    await logs.insertAll(fresh);
    return rows;
  });
}

/** The same without writing anything. @param books null if there is no store yet */
export async function planImport(books: Books | null, asked: Import, at: Instant): Promise<readonly ImportedRow[]> {
  if (books === null) return (await planned(null, asked, at)).rows;
  const logs = await books.logs();
  return books.store.guarded(async () => (await planned(logs, asked, at)).rows);
}
