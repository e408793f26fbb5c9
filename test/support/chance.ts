// Chance that can be repeated: the same seed gives the same run. A failure tells its seed; TOKENTRAIL_SEED runs it again.

/** Whether all of it is asked for, not a sample that fits into `make test`. */
export const SOAK = process.env['TOKENTRAIL_SOAK'] === '1';

export class Chance {
  readonly seed: number;
  #state: number;

  /** @param usual the seed unless TOKENTRAIL_SEED gives one. */
  constructor(usual: number) {
    const given = Number(process.env['TOKENTRAIL_SEED'] ?? '');
    this.seed = given > 0 ? given : usual;
    this.#state = this.seed >>> 0;
  }

  /** From 0 to 1, without 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `n` − 1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0]!)[0];
  }

  /** A stream of its own, which does not depend on what is drawn here later. */
  fork(): Chance {
    const forked = new Chance(this.seed);
    forked.#state = Math.floor(this.next() * 2 ** 32);
    return forked;
  }
}
