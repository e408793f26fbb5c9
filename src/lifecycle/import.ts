// Takes in analyses that another program kept. All of them or none: they are one commit.
import type { Analysis } from '../model/analysis.js';
import { idAmong, importedAnalysis, isNameOf, type ForeignRow } from '../model/imported.js';
import type { Instant } from '../model/time.js';
import { contentOf } from '../store/analysis-rows.js';
import type { AnalysisLogs } from '../store/analysis-logs.js';
import { ATTEMPTS, contended, type Books } from './books.js';

export interface ImportedRow {
  /** Its id in the file; null if it had none. */
  readonly id: string | null;
  /** The id that it has in the store. */
  readonly stored_as: string;
  /**
   * `renamed`: its id is reserved, or stood for another analysis. `known`: it had been taken in before. `continued`: it had been, and
   * the file knows later revisions. `differs`: a run that had been, and went on since; what is here stays.
   */
  readonly result: 'imported' | 'continued' | 'renamed' | 'known' | 'differs';
  /** Fields that could not be read, kept as they were. */
  readonly unread: readonly string[];
  /** Fields that say more than the columns of an analysis hold, kept as they were. */
  readonly kept: readonly string[];
}

export interface Import {
  readonly rows: readonly ForeignRow[];
  /** Reads a time without an offset. */
  readonly local: (text: string) => Instant | null;
}

/** What is in the store already. */
interface There {
  readonly ids: ReadonlySet<string>;
  /** Ids of the analyses that began with the same content. */
  readonly byContent: ReadonlyMap<string, readonly string[]>;
}

const NOTHING: There = { ids: new Set(), byContent: new Map() };

function put(byContent: Map<string, string[]>, content: string, id: string): void {
  const ids = byContent.get(content);
  if (ids === undefined) byContent.set(content, [id]);
  else ids.push(id);
}

async function lookUp(logs: AnalysisLogs): Promise<There> {
  const byContent = new Map<string, string[]>();
  for (const first of await logs.firsts()) put(byContent, contentOf(first), first.id);
  return { ids: await logs.ids(), byContent };
}

/** What would become of each row. */
function planned(there: There, { rows: given, local }: Import, at: Instant): { rows: ImportedRow[]; fresh: Analysis[] } {
  const taken = new Set(there.ids);
  const byContent = new Map<string, string[]>();
  const [rows, fresh]: [ImportedRow[], Analysis[]] = [[], []];
  for (const row of given) {
    const { id, fields } = importedAnalysis(row, at, local, true);
    const recorded = { id: id ?? '', revision: 1, recorded_at: at, recorded_by: 'import', prev_sha256: null, row_sha256: null };
    const analysis: Analysis = { ...fields, ...recorded, unknown_columns: {} };
    const content = contentOf(analysis);
    const alike = [...(there.byContent.get(content) ?? []), ...(byContent.get(content) ?? [])];
    const known = alike.find((name) => isNameOf(id, name));
    const stored_as = known ?? idAmong(id, taken);
    const result = known !== undefined ? 'known' : stored_as === id ? 'imported' : 'renamed';
    const { unread = {}, kept = {} } = fields.imported ?? {};
    rows.push({ id, stored_as, result, unread: Object.keys(unread), kept: Object.keys(kept) });
    if (known !== undefined) continue;
    put(byContent, content, stored_as);
    fresh.push({ ...analysis, id: stored_as });
  }
  return { rows, fresh };
}

/**
 * Takes in rows of Reality Check. What was taken in before is left alone, also if it was changed since; what has the id of another
 * analysis becomes `<id>~2`.
 */
export async function importAnalyses(books: Books, asked: Import): Promise<readonly ImportedRow[]> {
  const logs = await books.logs();
  // Read before the lock is held, since it takes longest.
  let [seen, there] = await books.store.guarded(async () => {
    await logs.refresh();
    return [await logs.version(), await lookUp(logs)] as const;
  });
  return books.store.exclusively(async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await logs.refresh();
      const version = await logs.version();
      if (version !== seen) [seen, there] = [version, await lookUp(logs)];
      const { rows, fresh } = planned(there, asked, books.now());
      // Where someone without the lock was first, what is there now is looked at again.
      if ((await logs.insertAll(fresh)) === fresh.length) return rows;
    }
    await logs.prove();
    throw contended();
  });
}

/** The same without writing anything. @param books null if there is no store yet */
export async function planImport(books: Books | null, asked: Import, at: Instant): Promise<readonly ImportedRow[]> {
  if (books === null) return planned(NOTHING, asked, at).rows;
  const logs = await books.logs();
  return planned(await books.store.guarded(() => lookUp(logs)), asked, at).rows;
}
