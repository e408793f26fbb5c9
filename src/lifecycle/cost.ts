// What an analysis cost: the prices of its records, cut by cut. Each record has the price that it is kept with, so that the same record
// costs the same in every analysis and report, whatever the price book says later.
import { usageOfRecords, type Evidence } from '../ingest/evidence.js';
import { KeptSessions } from '../ingest/kept-evidence.js';
import type { Copy } from '../ingest/groups.js';
import { UNKNOWN_MODEL } from '../ingest/tally.js';
import type { Analysis } from '../model/analysis.js';
import type { SessionPart, Usage } from '../model/cut.js';
import { TokentrailError } from '../model/errors.js';
import {
  addCosts,
  amountIn,
  isNegativeCost,
  CostAdder,
  NO_COSTS,
  provenanceOf,
  subtractCost,
  subtractCosts,
  type AnalysisCosts,
  type Cost,
  type Costs,
} from '../model/price.js';
import { sameCounts, total } from '../model/tokens.js';
import type { Books } from './books.js';
import { envelopeEvidence } from './envelope.js';
import { asBefore, recordsAtCuts, type CutRecords } from './recount.js';
import { evidenceOf, withPrices } from './told.js';
import { subtractUsage, sumUsage } from './usage.js';
import { spentIn } from './advance.js';

type Measured = Pick<Analysis, 'sessions' | 'stages'>;

/** What some records cost. */
function costsOf(copies: readonly Copy[], priceOf: NonNullable<Evidence['priceOf']>, isSubagent: Evidence['isSubagent']): Costs {
  const whole = new CostAdder();
  const models = new Map<string, CostAdder>();
  const subagents = new CostAdder();
  const cards = new Map<string, number>();
  let hasSubagents = false;
  for (const copy of copies) {
    if (copy.copied) continue;
    const price = priceOf(copy);
    const model = copy.model ?? UNKNOWN_MODEL;
    let own = models.get(model);
    if (own === undefined) models.set(model, (own = new CostAdder()));
    whole.add(price, copy.counts, copy.calls);
    own.add(price, copy.counts, copy.calls);
    if (price.card !== null) cards.set(price.card, (cards.get(price.card) ?? 0) + copy.calls);
    if (!copy.subagent && !isSubagent(copy.session)) continue;
    hasSubagents = true;
    subagents.add(price, copy.counts, copy.calls);
  }
  return {
    whole: whole.cost,
    by_model: Object.fromEntries([...models].map(([model, adder]) => [model, adder.cost])),
    subagents: hasSubagents ? subagents.cost : null,
    cards: Object.fromEntries(cards),
  };
}

/** The records up to a cut: what they add up to, and what they cost. */
interface UpTo {
  readonly usage: Usage;
  readonly costs: Costs;
}

const NOTHING: UpTo = { usage: sumUsage([]), costs: NO_COSTS };

/** What one session spent and cost up to each of its cuts. */
interface PartCosts {
  readonly baseline: UpTo;
  readonly atStages: readonly UpTo[];
  readonly final: UpTo;
}

const isSame = (a: Usage, b: Usage): boolean => a.records === b.records && sameCounts(a.counts, b.counts);

/** The records up to each cut of a session's part, and what tells their prices. */
export interface PricedRecords {
  readonly records: CutRecords;
  readonly evidence: Pick<Evidence, 'isSubagent' | 'tellsReasoning' | 'priceOf'>;
}

/** Null if the records are not those that were counted. */
function partCosts(part: SessionPart, { records, evidence }: PricedRecords): PartCosts | null {
  const { priceOf } = evidence;
  if (priceOf === null) return null;
  const upTo = (copies: readonly Copy[]): UpTo => ({
    usage: usageOfRecords(copies, evidence),
    costs: costsOf(copies, priceOf, evidence.isSubagent),
  });
  const baseline = upTo(records.baseline);
  const atStages: UpTo[] = [];
  for (const of of records.atStages) atStages.push(of === null ? (atStages.at(-1) ?? baseline) : upTo(of));
  if (records.final === null) return { baseline, atStages, final: baseline };
  const final = upTo(records.final);
  const spent = subtractUsage(final.usage, baseline.usage);
  // Where a class is unknown, what was counted before may be in a sum that was told later: no difference of prices is its price.
  const isKnown = isSame(spent, spentIn(part)) && total(spent.counts) !== null;
  return isKnown ? { baseline, atStages, final } : null;
}

/** It spent nothing, which costs nothing whether or not its log is still there. */
const isIdle = (part: SessionPart): boolean => part.final !== null && spentIn(part).records === 0 && total(spentIn(part).counts) === 0;

/**
 * What an analysis cost, and each of its stages.
 *
 * @param evidences of each session, in their order, with prices.
 * @returns null if the records of a session are not all known that were counted: then its cost is unknown.
 */
export function costsFrom(analysis: Measured, evidences: readonly (Evidence | null)[]): AnalysisCosts | null {
  const { sessions, stages } = analysis;
  return costsOfRecords(
    analysis,
    sessions.map((part, i) => {
      const evidence = evidences[i] ?? null;
      return evidence === null ? null : { records: recordsAtCuts(part, stages, evidence, asBefore(part)), evidence };
    }),
  );
}

/** The same where the records of each cut are at hand. */
export function costsOfRecords(analysis: Measured, told: readonly (PricedRecords | null)[]): AnalysisCosts | null {
  const parts = analysis.sessions.map((part, i) => {
    const costs = told[i] ? partCosts(part, told[i]) : null;
    return costs ?? (isIdle(part) ? { baseline: NOTHING, atStages: analysis.stages.map(() => NOTHING), final: NOTHING } : null);
  });
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  const spent = known.map(({ baseline, final }) => subtractCosts(final.costs, baseline.costs)).reduce(addCosts, NO_COSTS);
  let before = known.map(({ baseline }) => baseline);
  const stages = analysis.stages.map(({ usage: booked }, k): Cost | null => {
    // What was spent in it is the next one's.
    if (booked === null) return null;
    const now = known.map(({ atStages }) => atStages[k]!);
    const cost = now.map(({ costs }, i) => subtractCosts(costs, before[i]!.costs)).reduce(addCosts, NO_COSTS).whole;
    const usage = sumUsage(now.map((one, i) => subtractUsage(one.usage, before[i]!.usage)));
    before = now;
    // In a log that was written anew, a place may lie among other records than it did.
    return usage.records === booked.records && total(usage.counts) === total(booked.counts) ? cost : null;
  });
  const parted = [spent.whole, ...Object.values(spent.by_model), ...stages.filter((cost) => cost !== null)];
  return parted.some(isNegativeCost) ? null : { ...spent, stages };
}

type CostColumns = Pick<Analysis, 'cost_pico_usd' | 'cost_provenance' | 'costs'>;

/** The columns that say what it cost; `null`: nothing is known of it, though tokens are. */
export const costColumns = (costs: AnalysisCosts | null): CostColumns =>
  costs === null
    ? { cost_pico_usd: null, cost_provenance: 'unpriced', costs: null }
    : { cost_pico_usd: amountIn(costs.whole), cost_provenance: provenanceOf(costs.whole), costs };

export const NO_COST_COLUMNS: CostColumns = { cost_pico_usd: null, cost_provenance: null, costs: null };

/** The same evidence with prices, of each session. */
export async function pricedEvidences(
  books: Books,
  kept: KeptSessions,
  sessions: readonly SessionPart[],
  evidences: readonly (Evidence | null)[],
  anew = false,
): Promise<(Evidence | null)[]> {
  const found: (Evidence | null)[] = [];
  for (const [i, part] of sessions.entries()) {
    const evidence = evidences[i] ?? null;
    found.push(evidence === null ? null : await withPrices(books, kept, part, evidence, anew));
  }
  return found;
}

/**
 * An ended analysis with what it cost, its records being kept by now. What is measured does not depend on prices: where the books of
 * all sessions are damaged, its cost is unknown.
 */
export async function priced(books: Books, analysis: Analysis): Promise<Analysis> {
  return analysis.sessions.length === 0 || analysis.status === 'started' ? analysis : { ...analysis, ...(await costOf(books, analysis)) };
}

/** The columns of its cost. */
export async function costOf(books: Books, analysis: Measured & Pick<Analysis, 'usage'>): Promise<CostColumns> {
  const { sessions, usage } = analysis;
  if (usage === null) return NO_COST_COLUMNS;
  const kept = new KeptSessions(books.store);
  try {
    const found: (Evidence | null)[] = [];
    for (const part of sessions) found.push((await evidenceOf(books, kept, analysis, part, null)).evidence);
    return costColumns(costsFrom(analysis, await pricedEvidences(books, kept, sessions, found)));
  } catch (error) {
    if (!(error instanceof TokentrailError) || error.code !== 'STORE_DAMAGED') throw error;
    return costColumns(null);
  }
}

/** What was spent after the last stage, of what the whole cost; null where the cost of a stage is not known. */
export function tailCost({ costs, stages }: Pick<Analysis, 'costs' | 'stages'>): Cost | null {
  if (costs === null || stages.some(({ usage }, k) => usage !== null && (costs.stages[k] ?? null) === null)) return null;
  return costs.stages.filter((cost) => cost !== null).reduce(subtractCost, costs.whole);
}

/** What an analysis cost so far whose sessions were all told by envelopes. */
export function envelopeCosts(analysis: Measured): CostColumns {
  return analysis.sessions.length === 0 ? NO_COST_COLUMNS : costColumns(costsFrom(analysis, analysis.sessions.map(envelopeEvidence)));
}
