// Hides an analysis from lists. The books keep it, and what it spent still counts.
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import type { Books } from './books.js';

/** @throws ANALYSIS_NOT_FOUND, WRONG_STATE if it is forgotten already */
export function forgetAnalysis(books: Books, id: string, reason: string): Promise<Analysis> {
  return books.revise(id, 'analysis forget', (current, at) => {
    if (current.forgotten_at !== null) {
      throw new TokentrailError('WRONG_STATE', `${id} is forgotten already.`, { details: { id, forgotten_at: current.forgotten_at } });
    }
    return Promise.resolve({ ...current, forgotten_at: at, reason });
  });
}
