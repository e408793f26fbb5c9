// Which analyses counted in one session at the same time.
import type { Analysis } from '../model/analysis.js';
import { overlapsAmong, type Overlap } from '../model/overlap.js';
import type { Instant } from '../model/time.js';
import type { Books } from './books.js';

/** By id, with all others that the books hold and that were not forgotten, as they were recorded by `at` (null: now). */
export async function findOverlaps(
  books: Books,
  analyses: readonly Analysis[],
  at: Instant | null,
): Promise<ReadonlyMap<string, readonly Overlap[]>> {
  const sessions = [...new Set(analyses.flatMap((analysis) => analysis.sessions.map(({ session_id }) => session_id)))];
  const logs = await books.logs();
  const others = await books.store.guarded(() => logs.withSessions(sessions, at));
  return overlapsAmong(
    analyses,
    others.filter(({ forgotten_at }) => forgotten_at === null),
  );
}
