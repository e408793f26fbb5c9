// What several analyses spent together: each usage record once, by its key, however they overlap. Sums are taken only where no
// records are known (semantics 16).
import { placeOf, recordsBefore, usageOfRecords, type Evidence, type View } from '../ingest/evidence.js';
import { KeptSessions } from '../ingest/kept-evidence.js';
import type { Copy } from '../ingest/groups.js';
import { recordKeyOf } from '../ingest/usage-plan.js';
import type { Analysis } from '../model/analysis.js';
import type { SessionPart } from '../model/cut.js';
import { addCost, CostAdder, NO_COST, type Cost, type Price } from '../model/price.js';
import { sameCounts, sum, total, totalKnown, UNKNOWN, type Counts } from '../model/tokens.js';
import { spentIn } from './advance.js';
import type { Books } from './books.js';
import { evidenceOf, recordedEvidence, withPrices } from './told.js';

/** What some analyses spent. */
export interface Together {
  readonly analyses: number;
  /** Null where an analysis spent nobody knows what; `known` is at least what was spent then. */
  readonly total: number | null;
  readonly known: number;
  /** By class; a class that an analysis doesn't tell is null. */
  readonly counts: Counts;
  /** Usage records, each once. */
  readonly records: number;
  /** Some of them spent more than is known. */
  readonly is_lower_bound: boolean;
  /** Those that lie in more than one of the analyses, and their tokens. */
  readonly shared: { readonly records: number; readonly tokens: number | null };
  /** What they cost, each record once; of those counted by sum what they say themselves. */
  readonly cost: Cost;
  /** Analyses of which a sum is counted, and no records: entered by hand, imported, or their evidence is gone. */
  readonly by_sum: readonly string[];
  /** Analyses whose tokens are unknown. */
  readonly unknown: readonly string[];
  /** Analyses whose evidence is gone, in a session that others have, too: what they share can't be told. */
  readonly unclear: readonly string[];
}

/** A record with what it cost. */
interface Spent {
  readonly copy: Copy;
  readonly price: Price;
}

/** By key of the books. */
type Records = ReadonlyMap<string, Spent>;

/** Finds the records of a part of an analysis, with prices; null where nothing is known of them. */
type FindEvidence = (analysis: Analysis, part: SessionPart) => Promise<Evidence | null>;

/** The records that a part counted; null if they don't add up to what it booked. */
async function recordsOf(books: Books, find: FindEvidence, analysis: Analysis, part: SessionPart): Promise<Records | null> {
  const evidence = part.final === null ? null : await find(analysis, part);
  if (evidence === null || part.final === null) return null;
  const priceOf = evidence.priceOf!;
  const view: View = part.settled_at === undefined ? 'then' : 'settled';
  const baseline = placeOf(part.baseline);
  const before = new Set(recordsBefore(evidence, baseline, view).map(({ key }) => key));
  const without = new Set(part.excluded ?? []);
  const own = recordsBefore(evidence, placeOf(part.final), view, [baseline]).filter(({ key }) => !before.has(key) && !without.has(key));
  const usage = usageOfRecords(own, evidence);
  const booked = spentIn(part);
  if (usage.records !== booked.records || !sameCounts(usage.counts, booked.counts)) return null;
  const { agent } = books.targetOf(part);
  return new Map(own.map((copy) => [recordKeyOf(agent, copy), { copy, price: priceOf(copy) }]));
}

/** The records of an analysis; null if not all of them are known. */
async function recordsOfAll(books: Books, find: FindEvidence, analysis: Analysis): Promise<Records | null> {
  const all = new Map<string, Spent>();
  for (const part of analysis.sessions) {
    const records = await recordsOf(books, find, analysis, part);
    if (records === null) return null;
    for (const [key, spent] of records) all.set(key, spent);
  }
  return analysis.sessions.length === 0 ? null : all;
}

const sessionsOf = ({ sessions }: Analysis): ReadonlySet<string> =>
  new Set(sessions.map(({ agent, session_id }) => `${agent}\u0000${session_id}`));

/** Records, each once. */
class Union {
  readonly #records = new Map<string, Spent>();
  readonly #shared = new Set<string>();

  add(records: Records): void {
    for (const [key, spent] of records) {
      const known = this.#records.get(key);
      if (known !== undefined) this.#shared.add(key);
      // It may have been open in one of them, and finished in another.
      if (known === undefined || (known.copy.counts.output ?? 0) < (spent.copy.counts.output ?? 0)) this.#records.set(key, spent);
    }
  }

  get cost(): Cost {
    const adder = new CostAdder();
    for (const { copy, price } of this.#records.values()) adder.add(price, copy.counts, copy.calls);
    return adder.cost;
  }

  get size(): number {
    return this.#records.size;
  }

  get counts(): Counts[] {
    return [...this.#records.values()].map(({ copy }) => copy.counts);
  }

  get shared(): Counts[] {
    return [...this.#shared].map((key) => this.#records.get(key)!.copy.counts);
  }
}

/**
 * What some analyses spent at least of which it can't be told what they share with others: those that share no session, the largest
 * first, and none in a session of which records are counted.
 */
function leastOf(unclear: readonly Analysis[], counted: ReadonlySet<string>): number {
  const taken = new Set(counted);
  let least = 0;
  for (const analysis of [...unclear].sort((a, b) => b.total_tokens! - a.total_tokens!)) {
    const sessions = [...sessionsOf(analysis)];
    if (sessions.some((session) => taken.has(session))) continue;
    for (const session of sessions) taken.add(session);
    least += analysis.total_tokens!;
  }
  return least;
}

/** What an analysis cost of which no records are known, by its own figure. */
function costBySum({ costs, cost_pico_usd: pico, cost_provenance, total_tokens, counts }: Analysis): Cost {
  if (costs !== null) return costs.whole;
  const tokens = total_tokens ?? totalKnown(counts);
  if (pico === null) return { ...NO_COST, unpriced_records: 1, unpriced_tokens: tokens };
  const amount = pico.toString();
  return cost_provenance === 'reported'
    ? { ...NO_COST, reported: amount, reported_records: 1, priced_tokens: tokens }
    : { ...NO_COST, estimated: amount, estimated_records: 1, priced_tokens: tokens };
}

/**
 * @param analyses in any order; started ones count up to their last mark.
 * @throws STORE_DAMAGED
 */
export async function spentTogether(
  books: Books,
  analyses: readonly Analysis[],
  progress: (done: number, of: number) => void,
): Promise<Together> {
  const kept = new KeptSessions(books.store);
  const find: FindEvidence = async (analysis, part) => {
    const { evidence } = await evidenceOf(books, kept, analysis, part, null);
    return evidence === null ? null : withPrices(books, kept, part, evidence, false);
  };
  return added(books, find, analyses, progress);
}

/** The same by what the books kept alone: it depends on no log, so that it is the same on any machine. @param kept as of some time; `missing`: ids of others, which are not in the books */
export const recordedTogether = (
  books: Books,
  kept: KeptSessions,
  analyses: readonly Analysis[],
  missing: readonly string[],
): Promise<Together> =>
  added(
    books,
    (analysis, part) => recordedEvidence(books, kept, analysis, part),
    analyses,
    () => undefined,
    missing,
  );

async function added(
  books: Books,
  find: FindEvidence,
  analyses: readonly Analysis[],
  progress: (done: number, of: number) => void,
  missing: readonly string[] = [],
): Promise<Together> {
  const union = new Union();
  const sums: Analysis[] = [];
  const unknown: Analysis[] = [];
  const unclear: Analysis[] = [];
  const counted = new Set<string>();
  const inSession = new Map<string, number>();
  for (const session of analyses.flatMap((analysis) => [...sessionsOf(analysis)]))
    inSession.set(session, (inSession.get(session) ?? 0) + 1);
  for (const [i, analysis] of analyses.entries()) {
    progress(i, analyses.length);
    const records = await recordsOfAll(books, find, analysis);
    if (records !== null) {
      union.add(records);
      for (const session of sessionsOf(analysis)) counted.add(session);
    } else if (analysis.total_tokens === null) unknown.push(analysis);
    else if ([...sessionsOf(analysis)].some((session) => inSession.get(session)! > 1)) unclear.push(analysis);
    else sums.push(analysis);
  }
  progress(analyses.length, analyses.length);
  const measured = sum(union.counts);
  const known = totalKnown(measured) + sums.reduce((all, { total_tokens }) => all + total_tokens!, 0) + leastOf(unclear, counted);
  const isKnown = total(measured) !== null && unknown.length + unclear.length + missing.length === 0;
  const shared = union.shared;
  const unpriced = { ...NO_COST, unpriced_records: unknown.length + unclear.length + missing.length };
  return {
    analyses: analyses.length + missing.length,
    total: isKnown ? known : null,
    known,
    counts: isKnown
      ? sum(
          sums.map(({ counts }) => counts),
          measured,
        )
      : UNKNOWN,
    records: union.size,
    cost: [...sums.map(costBySum), unpriced].reduce(addCost, union.cost),
    shared: { records: shared.length, tokens: total(sum(shared)) },
    is_lower_bound: analyses.some(({ capture_status }) => capture_status === 'partial'),
    by_sum: sums.map(({ id }) => id),
    unknown: [...unknown.map(({ id }) => id), ...missing],
    unclear: unclear.map(({ id }) => id),
  };
}
