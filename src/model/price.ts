// What a request or some of them cost, in whole pico-dollars, and how it is known. Invariant: an unknown price is counted beside the
// sum and never in it, so that nothing unknown passes for 0.
import { assertThat } from './errors.js';
import { LARGEST_PICO } from './money.js';
import { totalKnown, type Counts } from './tokens.js';

/** The price of one usage record. */
export interface Price {
  /** The agent's own figure, from its log; null where it tells none. */
  readonly reported: bigint | null;
  /** What list prices, or the user's, make of its counts; null where they can't tell. */
  readonly estimated: bigint | null;
  /** The rates by which it was estimated, or why it was not, as one line; null where it was never asked. */
  readonly card: string | null;
}

/** What some records cost. Money is the decimal text of whole pico-dollars, since it is kept as JSON. */
export interface Cost {
  /** Sum of the agents' own figures. */
  readonly reported: string;
  /** Sum of the estimates of records without one. */
  readonly estimated: string;
  /** Sum of the estimates of records that have one, beside it and in no total. */
  readonly reported_estimate: string;
  readonly reported_records: number;
  readonly estimated_records: number;
  readonly unpriced_records: number;
  /** Their tokens, as far as they are known. */
  readonly unpriced_tokens: number;
  readonly priced_tokens: number;
}

export const NO_COST: Cost = {
  reported: '0',
  estimated: '0',
  reported_estimate: '0',
  reported_records: 0,
  estimated_records: 0,
  unpriced_records: 0,
  unpriced_tokens: 0,
  priced_tokens: 0,
};

/** Adds up prices one after the other: there may be a million of them, so bigints are made only where numbers don't do. */
export class CostAdder {
  #reported = 0n;
  #estimated = 0n;
  #beside = 0n;
  /** What is not in the first two sums above yet. */
  #recent = [0, 0];
  #records = [0, 0, 0];
  #tokens = [0, 0];

  /** @param calls that the record stands for. */
  add({ reported, estimated }: Pick<Price, 'reported' | 'estimated'>, counts: Counts, calls: number): void {
    const kind = reported !== null ? 0 : estimated !== null ? 1 : 2;
    // A sum whose calls are not told is still one that has a price, or none.
    this.#records[kind]! += Math.max(1, calls);
    this.#tokens[kind === 2 ? 1 : 0]! += totalKnown(counts);
    if (kind === 2) return;
    if (kind === 0) this.#beside += estimated ?? 0n;
    const amount = (kind === 0 ? reported : estimated)!;
    const next = this.#recent[kind]! + Number(amount);
    if (Number.isSafeInteger(next) && Number.isSafeInteger(Number(amount))) this.#recent[kind] = next;
    else {
      this.#flush();
      if (kind === 0) this.#reported += amount;
      else this.#estimated += amount;
    }
  }

  #flush(): void {
    this.#reported += BigInt(this.#recent[0]!);
    this.#estimated += BigInt(this.#recent[1]!);
    this.#recent = [0, 0];
  }

  addAll(other: CostAdder): void {
    other.#flush();
    this.#reported += other.#reported;
    this.#estimated += other.#estimated;
    this.#beside += other.#beside;
    other.#records.forEach((n, i) => (this.#records[i]! += n));
    other.#tokens.forEach((n, i) => (this.#tokens[i]! += n));
  }

  get cost(): Cost {
    this.#flush();
    const [reported_records, estimated_records, unpriced_records] = this.#records as [number, number, number];
    const [priced_tokens, unpriced_tokens] = this.#tokens as [number, number];
    return {
      reported: this.#reported.toString(),
      estimated: this.#estimated.toString(),
      reported_estimate: this.#beside.toString(),
      reported_records,
      estimated_records,
      unpriced_records,
      unpriced_tokens,
      priced_tokens,
    };
  }
}

function combine(a: Cost, b: Cost, sign: 1 | -1): Cost {
  const money = (name: 'reported' | 'estimated' | 'reported_estimate'): string =>
    (BigInt(a[name]) + BigInt(sign) * BigInt(b[name])).toString();
  return {
    reported: money('reported'),
    estimated: money('estimated'),
    reported_estimate: money('reported_estimate'),
    reported_records: a.reported_records + sign * b.reported_records,
    estimated_records: a.estimated_records + sign * b.estimated_records,
    unpriced_records: a.unpriced_records + sign * b.unpriced_records,
    unpriced_tokens: a.unpriced_tokens + sign * b.unpriced_tokens,
    priced_tokens: a.priced_tokens + sign * b.priced_tokens,
  };
}

export const addCost = (a: Cost, b: Cost): Cost => combine(a, b, 1);

/** The difference of two sums, of which the second one is a part. */
export const subtractCost = (a: Cost, b: Cost): Cost => combine(a, b, -1);

/** True if a sum in it is below nothing: the difference is then of two sums of which the second is no part of the first. */
export const isNegativeCost = (cost: Cost): boolean =>
  Object.values(cost).some((value: string | number) => (typeof value === 'string' ? value.startsWith('-') : value < 0));

/** Pico-dollars of what is priced. */
export const knownAmount = ({ reported, estimated }: Cost): bigint => BigInt(reported) + BigInt(estimated);

/** Whether something in it has no price, or is more than can be kept. */
export const hasUnpriced = (cost: Cost): boolean =>
  cost.unpriced_records > 0 || cost.unpriced_tokens > 0 || knownAmount(cost) > LARGEST_PICO;

/** Pico-dollars; null if a part has no price, or if it is more than can be kept. */
export const amountIn = (cost: Cost): bigint | null => (hasUnpriced(cost) ? null : knownAmount(cost));

export const PROVENANCES = ['reported', 'estimated', 'mixed', 'unpriced'] as const;

/** How a cost came to be. `mixed`: in part reported, in part estimated; `unpriced`: a part of it has no price. */
export type Provenance = (typeof PROVENANCES)[number];

export function provenanceOf(cost: Cost): Provenance {
  if (hasUnpriced(cost)) return 'unpriced';
  if (cost.reported_records > 0) return cost.estimated_records > 0 ? 'mixed' : 'reported';
  return 'estimated';
}

/** Share of the tokens that have a price, from 0 to 1; 1 where there are none. */
export function coverageOf({ priced_tokens, unpriced_tokens, unpriced_records }: Cost): number {
  assertThat(priced_tokens >= 0 && unpriced_tokens >= 0, 'no sum of tokens is negative');
  const all = priced_tokens + unpriced_tokens;
  if (all === 0) return unpriced_records > 0 ? 0 : 1;
  return priced_tokens / all;
}

/** What some work cost, with its parts: each of them adds up to the whole, but for sub-agents, which are a part of it. */
export interface Costs {
  readonly whole: Cost;
  readonly by_model: Readonly<Record<string, Cost>>;
  /** Null where there were none. */
  readonly subagents: Cost | null;
  /** Records by the card that priced them, or by why they have no price. */
  readonly cards: Readonly<Record<string, number>>;
}

export const NO_COSTS: Costs = { whole: NO_COST, by_model: {}, subagents: null, cards: {} };

const isNone = (cost: Cost): boolean =>
  cost.reported_records + cost.estimated_records + cost.unpriced_records === 0 && knownAmount(cost) === 0n;

function combineCosts(a: Costs, b: Costs, sign: 1 | -1): Costs {
  // A model may be named as a property that every object has.
  const own = <T>(all: Readonly<Record<string, T>>, name: string, none: T): T => (Object.hasOwn(all, name) ? all[name]! : none);
  const names = (x: object, y: object): string[] => [...new Set([...Object.keys(x), ...Object.keys(y)])].sort();
  const models = names(a.by_model, b.by_model).map(
    (name) => [name, combine(own(a.by_model, name, NO_COST), own(b.by_model, name, NO_COST), sign)] as const,
  );
  const cards = names(a.cards, b.cards).map((name) => [name, own(a.cards, name, 0) + sign * own(b.cards, name, 0)] as const);
  const subagents = combine(a.subagents ?? NO_COST, b.subagents ?? NO_COST, sign);
  return {
    whole: combine(a.whole, b.whole, sign),
    by_model: Object.fromEntries(models.filter(([, cost]) => !isNone(cost))),
    subagents: isNone(subagents) ? null : subagents,
    cards: Object.fromEntries(cards.filter(([, records]) => records !== 0)),
  };
}

export const addCosts = (a: Costs, b: Costs): Costs => combineCosts(a, b, 1);

export const subtractCosts = (a: Costs, b: Costs): Costs => combineCosts(a, b, -1);

/** What an analysis cost. */
export interface AnalysisCosts extends Costs {
  /** Of each stage; null for one of which nothing is known. */
  readonly stages: readonly (Cost | null)[];
}
