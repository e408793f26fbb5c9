// What an export is made from: the books as they were recorded by a time, and what of them was asked for.
import { recordedBooks, type RecordedBooks } from '../../lifecycle/recorded.js';
import type { Analysis } from '../../model/analysis.js';
import type { Instant } from '../../model/time.js';
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

/** When the last of some revisions was recorded; null if there is none. */
export function recordedBy({ analyses, sources }: RecordedBooks): Instant | null {
  const times = [...analyses.map(lastOf), ...sources.map(lastOf)].map(({ recorded_at }) => recorded_at);
  return times.reduce<Instant | null>((latest, time) => (latest === null || time > latest ? time : latest), null);
}

/** Sources that an analysis names. */
const namedBy = ({ source_id, inputs_source_ids }: Analysis): readonly string[] => [
  ...(source_id === null ? [] : [source_id]),
  ...(inputs_source_ids ?? []),
];

/** The analyses that a request chooses, and their sources; all sources where it chooses all. */
export function chosenIn(books: RecordedBooks, { since, until, forgotten }: ExportRequest): RecordedBooks {
  const filter = { sourceId: null, tool: null, status: null, kind: null, tags: [], limit: null };
  const asked = { ...filter, forgotten: forgotten === true, since: since ?? null, until: until ?? null };
  const { analyses: found } = selectAnalyses(books.analyses.map(lastOf), asked);
  const ids = new Set(found.map(({ id }) => id));
  const analyses = books.analyses.filter((chain) => ids.has(lastOf(chain).id));
  if (since === undefined && until === undefined) return { analyses, sources: books.sources };
  const named = new Set(found.flatMap(namedBy));
  return { analyses, sources: books.sources.filter((chain) => named.has(lastOf(chain).id)) };
}

/** @throws STORE_MISSING, STORE_DAMAGED */
export async function exportState(context: Context, request: ExportRequest, at: Instant | null): Promise<ExportState> {
  const books = await recordedBooks(await context.readBooks(), at);
  return { books, chosen: chosenIn(books, request), at };
}
