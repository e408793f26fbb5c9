// All that was recorded of analyses, sources and journals by some time: every revision, in the order of ids.
import type { Analysis } from '../model/analysis.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { JournalEntry } from '../model/journal.js';
import type { Source } from '../model/source.js';
import type { Instant } from '../model/time.js';
import { allJournals } from './journal.js';
import type { Books } from './books.js';

export interface RecordedBooks {
  /** The revisions of each analysis, the first one first. */
  readonly analyses: readonly (readonly Analysis[])[];
  readonly sources: readonly (readonly Source[])[];
  /** The entries of each journal, the first one first. */
  readonly journal?: readonly (readonly JournalEntry[])[];
}

/** @param at null: by now. @throws STORE_DAMAGED if a row is not what was stored, or one is missing */
export async function recordedBooks(books: Books, at: Instant | null): Promise<RecordedBooks> {
  const [logs, sources] = [await books.logs(), await books.sources()];
  const [analyses, known] = await books.store.guarded(() => Promise.all([logs.chains(at), sources.chains(at)]));
  analyses.sort(([a], [b]) => compareAnalysisIds(a!.id, b!.id));
  known.sort(([a], [b]) => (a!.id < b!.id ? -1 : 1));
  const journal = [...(await allJournals(books, at))].sort(([a], [b]) => compareAnalysisIds(a, b)).map(([, chain]) => chain);
  return { analyses, sources: known, ...(journal.length === 0 ? {} : { journal }) };
}
