// What an export is made from: the books as they were recorded by a time, and what of them was asked for.
import { notFound } from '../../lifecycle/books.js';
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
  /** The last revisions of all analyses and sources in it. */
  readonly known: Known;
  /** What of it was asked for. */
  readonly chosen: RecordedBooks;
  /** The same with all that went into its syntheses: what pages and lineages tell. */
  readonly covered: RecordedBooks;
  /** Null: now. */
  readonly at: Instant | null;
}

export const lastOf = <T>(chain: readonly T[]): T => chain.at(-1)!;

/** The later of two times, where they are known. */
export const latest = (a: Instant | null, b: Instant | null): Instant | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** When the last of some revisions was recorded; null if there is none. */
export function recordedBy({ analyses, sources, journal = [] }: RecordedBooks): Instant | null {
  const times = [...analyses.map(lastOf), ...sources.map(lastOf), ...journal.map(lastOf)].map(({ recorded_at }) => recorded_at);
  return times.reduce<Instant | null>(latest, null);
}

/** Sources that an analysis names. */
const namedBy = ({ source_id, inputs_source_ids }: Analysis): readonly string[] => [
  ...(source_id === null ? [] : [source_id]),
  ...(inputs_source_ids ?? []),
];

/** The last revisions of all analyses and sources in the books, by id. */
function lastRevisions(books: RecordedBooks): Known {
  return {
    analyses: new Map(books.analyses.map(lastOf).map((analysis) => [analysis.id, analysis])),
    sources: new Map(books.sources.map(lastOf).map((source) => [source.id, source])),
  };
}

/** Some analyses, with the sources that they name. */
function withSources(books: RecordedBooks, ids: ReadonlySet<string>): RecordedBooks {
  const analyses = books.analyses.filter((chain) => ids.has(lastOf(chain).id));
  const named = new Set(analyses.map(lastOf).flatMap(namedBy));
  const journal = books.journal?.filter((chain) => ids.has(lastOf(chain).id)) ?? [];
  return { analyses, sources: books.sources.filter((chain) => named.has(lastOf(chain).id)), ...(journal.length === 0 ? {} : { journal }) };
}

/** The analyses that a request chooses, and their sources; all sources where it chooses all. */
function chosenIn(
  books: RecordedBooks,
  known: Known,
  at: Instant | null,
  { what, id, since, until, forgotten }: ExportRequest,
): RecordedBooks {
  const all = books.analyses.map(lastOf);
  if (what === 'journal') {
    if (!known.analyses.has(id!)) throw notFound(id!, at);
    return withSources(books, new Set([id!]));
  }
  if (id !== undefined) return withSources(books, new Set(treeOf(synthesisNamed(id, all, at), known).keys()));
  const filter = { sourceId: null, tool: null, status: null, kind: null, tags: [], limit: null };
  const asked = { ...filter, forgotten: forgotten === true, since: since ?? null, until: until ?? null };
  const ids = new Set(selectAnalyses(all, asked).analyses.map((analysis) => analysis.id));
  const chosen = withSources(books, ids);
  return since === undefined && until === undefined ? { ...chosen, sources: books.sources } : chosen;
}

/** Some analyses and all that went into them, with the sources that these name. */
function withInputs(books: RecordedBooks, known: Known, chosen: RecordedBooks): RecordedBooks {
  const ids = new Set(chosen.analyses.map(lastOf).flatMap((analysis) => [...treeOf(analysis, known).keys()]));
  const { sources, ...rest } = withSources(books, ids);
  const all = new Set([...chosen.sources, ...sources]);
  return { ...rest, sources: books.sources.filter((chain) => all.has(chain)) };
}

/** @throws ANALYSIS_NOT_FOUND, WRONG_STATE for a synthesis that is none */
export function stateOf(books: RecordedBooks, request: ExportRequest, at: Instant | null): ExportState {
  const known = lastRevisions(books);
  const chosen = chosenIn(books, known, at, request);
  return { books, known, chosen, covered: withInputs(books, known, chosen), at };
}

/** @throws STORE_MISSING, STORE_DAMAGED, and what `stateOf` throws */
export const exportState = async (context: Context, request: ExportRequest, at: Instant | null): Promise<ExportState> =>
  stateOf(await recordedBooks(await context.readBooks(), at), request, at);

/** When the last of all that an export may be made from was recorded, usage records too; null if there is nothing. */
export async function allRecordedBy(context: Context, { books, at }: ExportState): Promise<Instant | null> {
  const { store } = await context.readBooks();
  if (!store.hasUsage) return recordedBy(books);
  const [records, logs] = await store.guarded(async () => [
    await (await store.usage()).recordedBy(at),
    await (await store.logFiles()).recordedBy(at),
  ]);
  return latest(recordedBy(books), latest(records, logs));
}
