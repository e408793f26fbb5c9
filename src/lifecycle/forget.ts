// Hides an analysis from lists. The books keep it, and what it spent still counts, unless that is purged on request.
import type { Analysis } from '../model/analysis.js';
import type { SessionPart } from '../model/cut.js';
import { TokentrailError } from '../model/errors.js';
import type { Books } from './books.js';

export interface Forgotten {
  readonly analysis: Analysis;
  /** Usage records that were taken out of all totals; null if that was not asked for. */
  readonly purged: number | null;
}

/**
 * @param purge takes what a session spent in the analysis out of the totals of all sessions; null if it still counts.
 * @throws ANALYSIS_NOT_FOUND, WRONG_STATE if it is forgotten already
 */
export async function forgetAnalysis(
  books: Books,
  id: string,
  reason: string,
  purge: ((part: SessionPart) => Promise<number>) | null,
): Promise<Forgotten> {
  let purged: number | null = null;
  const analysis = await books.revise(id, 'analysis forget', async (current, at) => {
    if (current.forgotten_at !== null && purge === null) {
      throw new TokentrailError('WRONG_STATE', `${id} is forgotten already.`, { details: { id, forgotten_at: current.forgotten_at } });
    }
    if (purge !== null) {
      await books.keep(current);
      purged = 0;
      for (const part of current.sessions) purged += await purge(part);
    }
    return { ...current, forgotten_at: current.forgotten_at ?? at, reason };
  });
  return { analysis, purged };
}
