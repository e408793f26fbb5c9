// A synthesis with all that went into it: its inputs, what each spent, and what all of it spent together, each usage record once.
import type { KeptSessions } from '../ingest/kept-evidence.js';
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Instant } from '../model/time.js';
import { notFound, type Books } from './books.js';
import { recordedTogether, type Together } from './together.js';

const finished = ({ status, completed_at, forgotten_at }: Analysis): boolean =>
  status === 'completed' && completed_at !== null && forgotten_at === null;

/**
 * The synthesis of an id, or the newest completed one of a document (semantics 16).
 *
 * @param at when they were recorded by; null: now
 * @throws ANALYSIS_NOT_FOUND; WRONG_STATE if the id is that of an analysis without inputs
 */
export function synthesisNamed(id: string, analyses: readonly Analysis[], at: Instant | null = null): Analysis {
  const own = analyses.find((analysis) => analysis.id === id);
  if (own !== undefined) {
    if (own.kind === 'synthesis') return own;
    throw new TokentrailError('WRONG_STATE', `${id} is no synthesis: it drew on no other analysis.`, {
      suggestions: ['See `tokentrail analysis list --kind synthesis`; an analysis is told by `tokentrail analysis show`.'],
      details: { id },
    });
  }
  const of = analyses.filter((analysis) => analysis.kind === 'synthesis' && analysis.source_id === id && finished(analysis));
  of.sort((a, b) => a.completed_at! - b.completed_at! || compareAnalysisIds(a.id, b.id));
  const newest = of.at(-1);
  if (newest === undefined) throw notFound(id, at);
  return newest;
}

/** What a synthesis alone, its inputs, and both spent, each usage record once. */
export interface EndToEnd {
  readonly own: Together;
  readonly inputs: Together;
  readonly whole: Together;
}

/**
 * @param kept what the books kept of sessions, as of some time.
 * @param tree the synthesis and all that went into it, itself first.
 * @param missing ids of what went into it and is not in the books: nobody knows what that took.
 */
export async function endToEnd(books: Books, kept: KeptSessions, tree: readonly Analysis[], missing: readonly string[]): Promise<EndToEnd> {
  const own = await recordedTogether(books, kept, tree.slice(0, 1), []);
  const inputs = await recordedTogether(books, kept, tree.slice(1), missing);
  return { own, inputs, whole: await recordedTogether(books, kept, tree, missing) };
}
