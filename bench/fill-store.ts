// Fills a store with analyses of five revisions each, as a year of work would leave it.
import type { Analysis } from '../src/model/analysis.js';
import { formatAnalysisId } from '../src/model/ids.js';
import { analysisToRow } from '../src/store/analysis-rows.js';
import { Database } from '../src/store/database.js';
import { Store } from '../src/store/store.js';

const REVISIONS = 5;
const BATCH = 400;

/** Appends revisions like those of `sample` under other ids, then merges the files. */
export async function fillStore(folder: string, sample: Analysis, analyses: number): Promise<void> {
  const database = await Database.connect(folder);
  const table = await database.open('analysis_logs');
  for (let from = 0; from < analyses; from += BATCH) {
    const rows = [];
    for (let n = from; n < Math.min(analyses, from + BATCH); n++) {
      for (let revision = 1; revision <= REVISIONS; revision++) {
        const id = formatAnalysisId({ year: 2025, number: n + 1 });
        rows.push(
          analysisToRow({ ...sample, id, revision, source_id: `source-${n % 500}`, usage_session_id: `other-${n}`, status: 'completed' }),
        );
      }
    }
    await table.append(rows);
  }
  await table.optimize(new Date());
}

export async function readAnalysis(folder: string, id: string): Promise<Analysis> {
  const store = await Store.openForReading({ folder });
  const found = await (await store.analysisLogs()).last(id);
  if (found === null) throw new Error(`no ${id}`);
  return found;
}

/** Merges the files of a store and drops old versions, as upkeep does once they are older than its grace period. */
export async function mergeAll(folder: string): Promise<void> {
  const database = await Database.connect(folder);
  for (const name of ['analysis_logs', 'sources']) {
    const table = await database.open(name);
    // The version before the merge only grows old with the second look.
    await table.optimize(new Date(0));
    await table.optimize(new Date());
  }
}
