// Takes in runs that another program kept as journals: each as an analysis with its entries. A run is known again by its id, however
// often its journal is given.
import { createHash } from 'node:crypto';
import type { Analysis } from '../model/analysis.js';
import { assertThat } from '../model/errors.js';
import { formatAnalysisId } from '../model/ids.js';
import { importedRun, type ImportedRun, type JournalRun } from '../model/imported-journal.js';
import { utcYear, type Instant } from '../model/time.js';
import { stagesToText } from '../store/stages-text.js';
import { analysisToRow } from '../store/analysis-rows.js';
import type { AnalysisLogs } from '../store/analysis-logs.js';
import { ATTEMPTS, contended, type Books } from './books.js';
import type { ImportedRow } from './import.js';

const COMMAND = 'import';

/** By its id and when it began; one without an id is known by all that it says. */
const keyOf = (run: JournalRun): string =>
  run.run_id !== null
    ? `levelup:${run.run_id}@${run.started ?? ''}`
    : `levelup:${createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 32)}`;

interface PlannedRun extends ImportedRun {
  readonly row: ImportedRow;
}

interface There {
  readonly highest: number;
  /** The runs that are here, by their keys, as they were told first. */
  readonly known: ReadonlyMap<string, Analysis>;
}

async function lookUp(logs: AnalysisLogs, runs: readonly JournalRun[], at: Instant): Promise<There> {
  const known = new Map<string, Analysis>();
  for (const key of new Set(runs.map(keyOf))) {
    const id = await logs.idOfKey(key);
    const [first] = id === null ? [] : await logs.history(id);
    if (first !== undefined) known.set(key, first);
  }
  return { highest: await logs.highestNumber(utcYear(at)), known };
}

/** What a run tells, whenever it was taken in. */
const toldBy = ({ status, stages, completed_at }: Pick<Analysis, 'status' | 'stages' | 'completed_at'>): string =>
  stagesToText(stages.map((stage) => (stage.untimed === true ? { ...stage, at: 0 } : stage))) + JSON.stringify([status, completed_at]);

function planned({ highest, known }: There, runs: readonly JournalRun[], at: Instant): PlannedRun[] {
  const ids = new Map<string, { id: string; told: string }>();
  for (const [key, first] of known) ids.set(key, { id: first.id, told: toldBy(first) });
  let number = highest;
  return runs.map((run): PlannedRun => {
    const key = keyOf(run);
    const here = ids.get(key);
    const read = importedRun(run, at, key);
    const told = toldBy(read.analysis);
    const id = here?.id ?? formatAnalysisId({ year: utcYear(at), number: ++number });
    if (here === undefined) ids.set(key, { id, told });
    const result = here === undefined ? 'imported' : here.told === told ? 'known' : 'differs';
    return { ...read, row: { id: run.run_id, stored_as: id, result, unread: read.unread, kept: [] } };
  });
}

function firstOf({ analysis, row }: PlannedRun, at: Instant): Analysis {
  const first: Analysis = {
    ...analysis,
    id: row.stored_as,
    revision: 1,
    recorded_at: at,
    recorded_by: COMMAND,
    prev_sha256: null,
    row_sha256: null,
  };
  return { ...first, row_sha256: analysisToRow(first)['row_sha256'] as string };
}

/** All of them or none; then their entries, which a later import brings if this one was cut short. */
export async function importJournals(books: Books, runs: readonly JournalRun[]): Promise<readonly ImportedRow[]> {
  const logs = await books.logs();
  return books.store.exclusively(async () => {
    const journal = await books.store.journal();
    assertThat(journal !== null, 'a store that was opened for writing has its journal');
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await Promise.all([logs.refresh(), journal.refresh()]);
      const at = books.now();
      const all = planned(await lookUp(logs, runs, at), runs, at);
      const fresh = all.filter(({ row }) => row.result === 'imported').map((one) => firstOf(one, at));
      if (!(await logs.insertRecorded(fresh, new Set()))) continue;
      const told = await journal.all();
      for (const { row, entries } of all)
        if (row.result !== 'differs' && entries.length > 0 && !told.has(row.stored_as)) {
          const added = await journal.append(row.stored_as, [], entries, { at, command: COMMAND });
          if (added !== null) told.set(row.stored_as, added);
        }
      return all.map(({ row }) => row);
    }
    await logs.prove();
    throw contended();
  });
}

/** The same without writing anything. @param books null if there is no store yet */
export async function planJournals(books: Books | null, runs: readonly JournalRun[], at: Instant): Promise<readonly ImportedRow[]> {
  const logs = books === null ? null : await books.logs();
  const there =
    logs === null ? { highest: 0, known: new Map<string, Analysis>() } : await books!.store.guarded(() => lookUp(logs, runs, at));
  return planned(there, runs, at).map(({ row }) => row);
}
