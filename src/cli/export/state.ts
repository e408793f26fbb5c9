// What an export is made from: the books as they were recorded by a time, and what of them was asked for.
import { recordedBooks, type RecordedBooks } from '../../lifecycle/recorded.js';
import { synthesisNamed } from '../../lifecycle/synthesis.js';
import type { Analysis } from '../../model/analysis.js';
import type { Instant } from '../../model/time.js';
import { treeOf, type Known } from '../../report/lineage.js';
import { selectAnalyses } from '../../report/select-analyses.js';
import type { Context } from '../context.js';
import type { ExportRequest } from './request.js';

export interface ExportState {
  /** All that was recorded by then. */
  readonly books: RecordedBooks;
  /** What of it was asked for. */
  readonly chosen: RecordedBooks;
  /** Null: now. */
  readonly at: Instant | null;
}

export const lastOf = <T>(chain: readonly T[]): T => chain.at(-1)!;

/** The later of two times, where they are known. */
export const latest = (a: Instant | null, b: Instant | null): Instant | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** When the last of some revisions was recorded; null if there is none. */
export function recordedBy({ analyses, sources }: RecordedBooks): Instant | null {
  const times = [...analyses.map(lastOf), ...sources.map(lastOf)].map(({ recorded_at }) => recorded_at);
  return times.reduce<Instant | null>(latest, null);
}

/** Sources that an analysis names. */
const namedBy = ({ source_id, inputs_source_ids }: Analysis): readonly string[] => [
  ...(source_id === null ? [] : [source_id]),
  ...(inputs_source_ids ?? []),
];

/** The last revisions of all analyses and sources by then, by id. */
export function knownIn({ books }: Pick<ExportState, 'books'>): Known {
  return {
    analyses: new Map(books.analyses.map(lastOf).map((analysis) => [analysis.id, analysis])),
    sources: new Map(books.sources.map(lastOf).map((source) => [source.id, source])),
  };
}

/** Some analyses, with the sources that they name. */
function withSources(books: RecordedBooks, ids: ReadonlySet<string>): RecordedBooks {
  const analyses = books.analyses.filter((chain) => ids.has(lastOf(chain).id));
  const named = new Set(analyses.map(lastOf).flatMap(namedBy));
  return { analyses, sources: books.sources.filter((chain) => named.has(lastOf(chain).id)) };
}

/** The analyses that a request chooses, and their sources; all sources where it chooses all. */
export function chosenIn(books: RecordedBooks, { id, since, until, forgotten }: ExportRequest): RecordedBooks {
  const all = books.analyses.map(lastOf);
  if (id !== undefined) return withSources(books, new Set(treeOf(synthesisNamed(id, all), knownIn({ books })).keys()));
  const filter = { sourceId: null, tool: null, status: null, kind: null, tags: [], limit: null };
  const asked = { ...filter, forgotten: forgotten === true, since: since ?? null, until: until ?? null };
  const ids = new Set(selectAnalyses(all, asked).analyses.map((analysis) => analysis.id));
  const chosen = withSources(books, ids);
  return since === undefined && until === undefined ? { ...chosen, sources: books.sources } : chosen;
}

/** @throws STORE_MISSING, STORE_DAMAGED; ANALYSIS_NOT_FOUND, WRONG_STATE for a synthesis that is none */
export async function exportState(context: Context, request: ExportRequest, at: Instant | null): Promise<ExportState> {
  const books = await recordedBooks(await context.readBooks(), at);
  return { books, chosen: chosenIn(books, request), at };
}

/** When the last of all that an export may be made from was recorded, usage records too; null if there is nothing. */
export async function allRecordedBy(context: Context, { books, at }: ExportState): Promise<Instant | null> {
  const { store } = await context.readBooks();
  const records = store.hasUsage ? await store.guarded(async () => (await store.usage()).recordedBy(at)) : null;
  return latest(recordedBy(books), records);
}
