// Writes the journal of an analysis: what was decided, found, noted and tested, entry after entry, each on disk when that is answered.
import type { Analysis } from '../model/analysis.js';
import { assertThat } from '../model/errors.js';
import { EMPTY_ENTRY, isRefusal, type JournalDraft, type JournalEntry } from '../model/journal.js';
import type { Instant } from '../model/time.js';
import { ATTEMPTS, contended, type Books } from './books.js';

/** What is to be recorded; what is left out is null, and the attempt is found out. */
export type EntryInput = Pick<JournalDraft, 'entry'> & Partial<Omit<JournalDraft, 'entry'>>;

/** The entries of an analysis that were recorded by `at` (null: now), the first one first. */
export async function journalOf(books: Books, id: string, at: Instant | null = null): Promise<readonly JournalEntry[]> {
  return books.store.guarded(async () => (await (await books.store.journal())?.of(id, at)) ?? []);
}

/** The same of all analyses, by id. */
export async function allJournals(books: Books, at: Instant | null = null): Promise<ReadonlyMap<string, readonly JournalEntry[]>> {
  return books.store.guarded(async () => (await (await books.store.journal())?.all(at)) ?? new Map<string, JournalEntry[]>());
}

type Told = Pick<JournalDraft, 'entry' | 'stage' | 'attempt' | 'decision'>;

/**
 * The attempt that an entry is about. A decision is about the last one that was closed. All else is about that one, too, unless it
 * failed or was refused: then the next one is under way.
 */
function attemptOf(entry: EntryInput, stage: string, { stages }: Pick<Analysis, 'stages'>, before: readonly Told[]): number {
  const closed = stages.filter((one) => one.stage === stage);
  const last = closed.length;
  if (entry.entry === 'checkpoint' || last === 0) return Math.max(1, last);
  const decided = before.filter((one) => one.stage === stage && one.attempt === last && one.decision !== null);
  const refused = isRefusal(decided.at(-1)?.decision ?? null);
  return closed.at(-1)!.status !== 'done' || refused ? last + 1 : last;
}

function draftOf(entry: EntryInput, analysis: Analysis, before: readonly Told[], now: Instant): JournalDraft {
  const lastStage = entry.entry === 'checkpoint' ? (analysis.stages.at(-1)?.stage ?? null) : null;
  const stage = entry.stage ?? lastStage;
  const attempt = stage === null ? null : (entry.attempt ?? attemptOf(entry, stage, analysis, before));
  return { ...EMPTY_ENTRY, ...entry, at: entry.at === undefined ? now : entry.at, stage, attempt };
}

export interface Recorded {
  readonly analysis: Analysis;
  readonly entries: readonly JournalEntry[];
}

/**
 * Adds entries to the journal of an analysis, also of one that has ended: all of them, or none.
 *
 * @param command that records them.
 * @throws ANALYSIS_NOT_FOUND
 */
export async function recordEntries(books: Books, id: string, command: string, inputs: readonly EntryInput[]): Promise<Recorded> {
  await books.analysis(id);
  return books.store.exclusively(async () => {
    const journal = await books.store.journal();
    assertThat(journal !== null, 'a store that was opened for writing has its journal');
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await Promise.all([journal.refresh(), (await books.logs()).refresh()]);
      const [analysis, before] = [await books.analysis(id), await journal.of(id)];
      const now = books.now();
      const drafts: JournalDraft[] = [];
      for (const input of inputs) drafts.push(draftOf(input, analysis, [...before, ...drafts], now));
      const entries = await journal.append(id, before, drafts, { at: now, command });
      if (entries !== null) return { analysis, entries };
    }
    await journal.prove();
    throw contended();
  });
}
