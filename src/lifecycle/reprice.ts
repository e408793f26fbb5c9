// What analyses cost by the price book as it is now, after their records were priced anew: a revision for each that costs something else.
import { KeptSessions } from '../ingest/kept-evidence.js';
import type { Analysis } from '../model/analysis.js';
import { addCosts, NO_COSTS, type AnalysisCosts } from '../model/price.js';
import type { Evidence } from '../ingest/evidence.js';
import { ATTEMPTS, contended, type Books } from './books.js';
import { costColumns, costsFrom, pricedEvidences } from './cost.js';
import { evidenceOf } from './told.js';

export interface RepricedAnalysis {
  readonly id: string;
  readonly before: AnalysisCosts | null;
  readonly after: AnalysisCosts;
}

/** Costs without the cards: the same amounts may be of another version of a book. */
const amounts = (costs: AnalysisCosts): string => JSON.stringify({ ...addCosts(costs, NO_COSTS), cards: {}, stages: costs.stages });

/** What pricing anew makes of the analyses. */
export interface Repricing {
  readonly changes: readonly RepricedAnalysis[];
  /** Analyses that keep the cost they have, since the records that they were counted from are not all known any more. */
  readonly unknown: readonly string[];
}

/** What an analysis costs now; null if that is the same. */
async function changeOf(books: Books, kept: KeptSessions, analysis: Analysis, dry: boolean): Promise<RepricedAnalysis | 'unknown' | null> {
  const { id, sessions, usage, status } = analysis;
  if (status === 'started' || sessions.length === 0 || usage === null) return null;
  const found: (Evidence | null)[] = [];
  for (const part of sessions) found.push((await evidenceOf(books, kept, analysis, part, null)).evidence);
  // In a dry run the records have their old prices still.
  const after = costsFrom(analysis, await pricedEvidences(books, kept, sessions, found, dry));
  if (after === null) return 'unknown';
  if (analysis.costs !== null && amounts(after) === amounts(analysis.costs)) return null;
  return { id, before: analysis.costs, after };
}

/** What would change. @throws STORE_DAMAGED */
export async function planRepricing(books: Books, dry: boolean): Promise<Repricing> {
  const logs = await books.logs();
  const analyses = await books.store.guarded(() => logs.list());
  const kept = new KeptSessions(books.store);
  const changes: RepricedAnalysis[] = [];
  const unknown: string[] = [];
  for (const analysis of analyses) {
    const change = await changeOf(books, kept, analysis, dry);
    if (change === 'unknown') unknown.push(analysis.id);
    else if (change !== null) changes.push(change);
  }
  return { changes, unknown };
}

/**
 * Records what analyses cost now; the lock is held, and their records were priced anew.
 *
 * @param reason says by which book.
 */
export async function repriceAnalyses(books: Books, reason: string): Promise<Repricing> {
  const logs = await books.logs();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await logs.refresh();
    const planned = await planRepricing(books, false);
    const { changes } = planned;
    if (changes.length === 0) return planned;
    const byId = new Map((await logs.list()).map((analysis) => [analysis.id, analysis]));
    const at = books.now();
    const revisions = changes.map(({ id, after }): Analysis => {
      const analysis = byId.get(id)!;
      return {
        ...analysis,
        ...costColumns(after),
        reason,
        revision: analysis.revision + 1,
        recorded_at: Math.max(at, analysis.recorded_at + 1),
        recorded_by: 'usage reprice',
        prev_sha256: analysis.row_sha256,
        row_sha256: null,
      };
    });
    if ((await logs.insertAll(revisions)) === revisions.length) return planned;
  }
  throw contended();
}
