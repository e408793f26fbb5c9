// The state of all analyses, now or as it was recorded by some time.
import type { Analysis } from '../model/analysis.js';
import type { Instant } from '../model/time.js';
import type { Books } from './books.js';

/** As the books were recorded by `at` (null: now); unordered. */
export async function listAnalyses(books: Books, at: Instant | null = null): Promise<Analysis[]> {
  const logs = await books.logs();
  return books.store.guarded(() => logs.list(at));
}
