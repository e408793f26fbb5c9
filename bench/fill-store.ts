// Fills a store with analyses of five revisions each, as a year of work would leave it.
import type { Analysis } from '../src/model/analysis.js';
import { formatAnalysisId } from '../src/model/ids.js';
import { analysisToRow } from '../src/store/analysis-rows.js';
import { canonicalRow } from '../src/store/seal.js';
import { Database } from '../src/store/database.js';
import { Store } from '../src/store/store.js';

const REVISIONS = 5;
const BATCH = 400;

/** Appends revisions like those of `sample` under other ids, then merges the files. @returns the rows' own bytes, as text. */
export async function fillStore(folder: string, sample: Analysis, analyses: number): Promise<number> {
  let bytes = 0;
  const database = await Database.connect(folder);
  const table = await database.open('analysis_logs');
  for (let from = 0; from < analyses; from += BATCH) {
    const rows = [];
    for (let n = from; n < Math.min(analyses, from + BATCH); n++) {
      for (let revision = 1; revision <= REVISIONS; revision++) {
        const id = formatAnalysisId({ year: 2025, number: n + 1 });
        const row = analysisToRow({
          ...sample,
          id,
          revision,
          source_id: `source-${n % 500}`,
          usage_session_id: `other-${n}`,
          sessions: sample.sessions.map((part) => ({ ...part, session_id: `other-${n}` })),
          status: 'completed',
        });
        bytes += canonicalRow(row).length;
        rows.push(row);
      }
    }
    await table.append(rows);
  }
  await table.optimize(new Date());
  return bytes;
}

/** Commits revisions one by one, with the upkeep that a command does after its answer. @returns the rows' own bytes, as text. */
export async function commitOneByOne(folder: string, sample: Analysis, analyses: number): Promise<number> {
  let bytes = 0;
  let prev: string | null = null;
  for (let n = 0; n < analyses * REVISIONS; n++) {
    const store = await Store.openForWriting({ folder, now: () => Date.now() * 1000, program: 'bench' });
    const logs = await store.analysisLogs();
    const id = formatAnalysisId({ year: 2025, number: Math.floor(n / REVISIONS) + 1 });
    const revision = (n % REVISIONS) + 1;
    const analysis: Analysis = { ...sample, id, revision, recorded_at: Date.now() * 1000, prev_sha256: revision === 1 ? null : prev };
    const row = analysisToRow(analysis);
    prev = String(row['row_sha256']);
    bytes += canonicalRow(row).length;
    if (!(await logs.insert(analysis))) throw new Error(`${id}@${revision} is there`);
    await store.keepSmall(new Date());
  }
  return bytes;
}

export async function readAnalysis(folder: string, id: string): Promise<Analysis> {
  const store = await Store.openForReading({ folder });
  const found = await (await store.analysisLogs()).last(id);
  if (found === null) throw new Error(`no ${id}`);
  return found;
}

/** Work that was recorded with its times and without tokens. */
export interface Bare {
  readonly tool: Analysis['tool'];
  readonly session_id: string | null;
  readonly project: string;
  readonly started_at: number;
  readonly completed_at: number;
}

/** Adds analyses like `sample` under other ids. */
export async function fillBare(folder: string, sample: Analysis, bare: readonly Bare[]): Promise<void> {
  const database = await Database.connect(folder);
  const table = await database.open('analysis_logs');
  const rows = bare.map(({ session_id, ...over }, n) =>
    analysisToRow({ ...sample, ...over, usage_session_id: session_id, id: formatAnalysisId({ year: 2025, number: n + 1 }) }),
  );
  await table.append(rows);
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
