// The current state of all analyses.
import type { Analysis } from '../model/analysis.js';
import type { Books } from './books.js';

/** Without stages, sessions and details; unordered. */
export async function listAnalyses(books: Books): Promise<Analysis[]> {
  const logs = await books.logs();
  return books.store.guarded(() => logs.list());
}
