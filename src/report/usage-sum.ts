// What some usage records add up to: counts, costs, and what limits them. A class that one of them doesn't know is unknown in the sum.
import { CostAdder, type Cost } from '../model/price.js';
import type { Counts } from '../model/tokens.js';
import type { UsagePoint } from '../model/usage-row.js';

/** Sum of some records. */
export interface UsageSum {
  /** API calls. */
  readonly records: number;
  readonly counts: Counts;
  /** By class what is known, also where other records don't know the class. */
  readonly known_counts: KnownCounts;
  readonly cost: Cost;
  readonly partial_records: number;
  /** Of records whose log is gone. */
  readonly gone_records: number;
}

/** Sums that may be of a part of the records only. */
export type KnownCounts = Readonly<Record<keyof Counts, number>>;

const NAMES = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'] as const;

/** Adds up records; a class that one of them doesn't know is unknown in the sum, and so is one beyond 2^53 − 1. */
export class Adder {
  #records = 0;
  #partial = 0;
  #gone = 0;
  readonly #cost = new CostAdder();
  readonly #sums = NAMES.map(() => 0);
  readonly #unknown = NAMES.map(() => false);

  add(point: UsagePoint): void {
    const { calls, counts, partial, gone } = point;
    this.#records += calls;
    this.#cost.add(point, counts, calls);
    if (partial) this.#partial += calls;
    if (gone) this.#gone += calls;
    for (let i = 0; i < NAMES.length; i++) {
      const value = counts[NAMES[i]!];
      if (value === null) this.#unknown[i] = true;
      else this.#sums[i]! += value;
    }
  }

  addAll(other: Adder): void {
    this.#records += other.#records;
    this.#partial += other.#partial;
    this.#gone += other.#gone;
    this.#cost.addAll(other.#cost);
    NAMES.forEach((_, i) => {
      this.#sums[i]! += other.#sums[i]!;
      this.#unknown[i] ||= other.#unknown[i]!;
    });
  }

  get sum(): UsageSum {
    const values = NAMES.map(
      (name, i) => [name, this.#unknown[i] || !Number.isSafeInteger(this.#sums[i]) ? null : this.#sums[i]!] as const,
    );
    const counts = Object.fromEntries(values) as unknown as Counts;
    const known_counts = Object.fromEntries(NAMES.map((name, i) => [name, this.#sums[i]!])) as unknown as KnownCounts;
    const { cost } = this.#cost;
    return { records: this.#records, counts, known_counts, cost, partial_records: this.#partial, gone_records: this.#gone };
  }
}

export const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** What sub-agents spent, as a whole and by their type. */
export interface SubagentUsage extends UsageSum {
  /** `unknown` where the log doesn't tell a type. */
  readonly by_type: readonly (readonly [type: string, sum: UsageSum])[];
}

const UNKNOWN_TYPE = 'unknown';

/** Adds up what sub-agents spent, by type. */
export class SubagentAdder {
  readonly #types = new Map<string, Adder>();

  add(point: UsagePoint): void {
    const type = point.agent_type ?? UNKNOWN_TYPE;
    let adder = this.#types.get(type);
    if (adder === undefined) this.#types.set(type, (adder = new Adder()));
    adder.add(point);
  }

  addAll(other: SubagentAdder): void {
    for (const [type, adder] of other.#types) {
      let known = this.#types.get(type);
      if (known === undefined) this.#types.set(type, (known = new Adder()));
      known.addAll(adder);
    }
  }

  get usage(): SubagentUsage | null {
    if (this.#types.size === 0) return null;
    const all = new Adder();
    for (const adder of this.#types.values()) all.addAll(adder);
    return { ...all.sum, by_type: [...this.#types].sort(byName).map(([type, adder]) => [type, adder.sum]) };
  }
}
