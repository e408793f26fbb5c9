// Takes in a file: the books as they were exported, or rows or run journals of another program.
import { statSync } from 'node:fs';
import { readImportFile, readJournalFolder } from '../exchange/import-file.js';
import type { JournalRun } from '../model/imported-journal.js';
import { importBooks, planBooks, type ImportedBooks } from '../lifecycle/import-books.js';
import { importJournals, planJournals } from '../lifecycle/import-journals.js';
import { importAnalyses, planImport, type ImportedRow } from '../lifecycle/import.js';
import { localTime } from '../model/time.js';
import type { Context } from './context.js';
import { booksIfThere } from './ledger.js';

export interface ImportedFile {
  readonly rows: readonly ImportedRow[];
  /** Items that are no rows. */
  readonly skipped: number;
  /** Null for a file that holds none. */
  readonly sources: ImportedBooks['sources'] | null;
  /** What run journals told; null for a file that is none. */
  readonly journals: JournalCounts | null;
}

/** What stands in some run journals. */
export interface JournalCounts {
  readonly runs: number;
  readonly outcomes: number;
  readonly usage_lines: number;
  readonly checkpoints: number;
  readonly findings: number;
}

function countsOf(runs: readonly JournalRun[]): JournalCounts {
  const items = runs.flatMap((run) => run.items);
  const steps = items.flatMap((item) => (item.kind === 'step' ? [item.step] : []));
  return {
    runs: runs.length,
    outcomes: runs.filter(({ outcome }) => outcome !== null).length,
    usage_lines: steps.filter(({ usage }) => usage !== null).length,
    checkpoints: items.length - steps.length,
    findings: steps.reduce((sum, { findings }) => sum + findings.length, 0),
  };
}

/** The same with paths below the home without it, in every text. */
function stored<T>(context: Context, value: T): T {
  if (typeof value === 'string') return context.storedText(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => stored(context, item)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]: [string, unknown]) => [key, stored(context, one)])) as T;
}

async function importRuns(context: Context, given: readonly JournalRun[], dryRun: boolean): Promise<ImportedFile> {
  const runs = stored(context, given);
  const rows = dryRun
    ? await planJournals(await booksIfThere(context), runs, context.now())
    : await importJournals(await context.books(), runs);
  return { rows, skipped: 0, sources: null, journals: countsOf(runs) };
}

/** What can't be looked at is left to what opens it, which says why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** @param file as the user named it. @throws FILE_NOT_FOUND, IMPORT_INVALID */
export async function importFile(context: Context, file: string, dryRun: boolean): Promise<ImportedFile> {
  const path = context.path(file);
  if (isFolder(path)) return importRuns(context, readJournalFolder(path, file), dryRun);
  const found = await readImportFile(path, file);
  if (found.kind === 'journals') return importRuns(context, found.runs, dryRun);
  if (found.kind === 'books') {
    const books = dryRun ? await planBooks(await booksIfThere(context), found) : await importBooks(await context.books(), found);
    return { ...books, skipped: 0, journals: null };
  }
  const asked = { rows: found.rows, local: localTime };
  const rows = dryRun
    ? await planImport(await booksIfThere(context), asked, context.now())
    : await importAnalyses(await context.books(), asked);
  return { rows, skipped: found.skipped, sources: null, journals: null };
}
