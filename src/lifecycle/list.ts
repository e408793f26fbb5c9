// The state of all analyses, now or as it was recorded by some time.
import type { Analysis } from '../model/analysis.js';
import type { Instant } from '../model/time.js';
import type { Books } from './books.js';

/** As the books were recorded by `at` (null: now); unordered. */
export async function listAnalyses(books: Books, at: Instant | null = null): Promise<Analysis[]> {
  const logs = await books.logs();
  return books.store.guarded(() => logs.list(at));
}

/**
 * Those that `choose` takes, in its order. It chooses by outlines, which are not proved; what is given back is.
 *
 * @returns also how many there were to choose from, as `choose` counts them.
 */
export async function chosenAnalyses<T extends { readonly analyses: readonly Analysis[] }>(
  books: Books,
  at: Instant | null,
  choose: (all: readonly Analysis[]) => T,
): Promise<T> {
  const logs = await books.logs();
  return books.store.guarded(async () => {
    const chosen = choose(await logs.outlines(at));
    const ids = chosen.analyses.map(({ id }) => id);
    const byId = new Map((await logs.listOf(ids, at)).map((analysis) => [analysis.id, analysis]));
    return { ...chosen, analyses: ids.flatMap((id) => byId.get(id) ?? []) };
  });
}
