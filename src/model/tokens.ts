// Token counts and their arithmetic. Invariant: the classes are disjoint, their sum is the total, and null is unknown, never 0.

/** The disjoint classes in the order in which they are shown and summed. */
export const TOKEN_CLASSES = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output'] as const;

export type TokenClass = (typeof TOKEN_CLASSES)[number];

/**
 * Tokens by class. `null` means that the log can't tell the class. `reasoning` is a part of `output`: shown, never added.
 */
export interface Counts {
  readonly input: number | null;
  readonly cache_read: number | null;
  readonly cache_write_5m: number | null;
  readonly cache_write_1h: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
}

const COUNT_KEYS = [...TOKEN_CLASSES, 'reasoning'] as const;

export const ZERO: Counts = { input: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output: 0, reasoning: 0 };

/** Nothing is known, as of a session whose log carries no token counts. */
export const UNKNOWN: Counts = {
  input: null,
  cache_read: null,
  cache_write_5m: null,
  cache_write_1h: null,
  output: null,
  reasoning: null,
};

/** A sum of counts; null beyond 2^53 − 1, where a number is not exact any more, and so unknown. */
export const exact = (count: number): number | null => (Number.isSafeInteger(count) ? count : null);

function combine(a: Counts, b: Counts, op: (x: number, y: number) => number): Counts {
  const one = (key: keyof Counts): number | null => {
    const x = a[key];
    const y = b[key];
    if (x === null || y === null) return null;
    return exact(op(x, y));
  };
  return {
    input: one('input'),
    cache_read: one('cache_read'),
    cache_write_5m: one('cache_write_5m'),
    cache_write_1h: one('cache_write_1h'),
    output: one('output'),
    reasoning: one('reasoning'),
  };
}

/** Class by class; a class that is unknown on either side is unknown in the sum. */
export const add = (a: Counts, b: Counts): Counts => combine(a, b, (x, y) => x + y);

/** Class by class; a class that is unknown on either side is unknown in the difference. The result may be negative. */
export const subtract = (a: Counts, b: Counts): Counts => combine(a, b, (x, y) => x - y);

export const sum = (all: Iterable<Counts>, from: Counts = ZERO): Counts => {
  let total = from;
  for (const counts of all) total = add(total, counts);
  return total;
};

/** The sum of the classes; null if one of them is unknown (semantics 19), or if it is beyond 2^53 − 1. */
export function total(counts: Counts): number | null {
  let all = 0;
  for (const name of TOKEN_CLASSES) {
    const value = counts[name];
    if (value === null) return null;
    all += value;
  }
  return exact(all);
}

/** The sum of the classes that are known. */
export function totalKnown(counts: Counts): number {
  return TOKEN_CLASSES.reduce((all, name) => all + (counts[name] ?? 0), 0);
}

/** What was sent to the model: input, cache reads and both cache writes; null if one of them is unknown. */
export function tokensIn(counts: Counts): number | null {
  return total({ ...counts, output: 0 });
}

export const isUnknown = (counts: Counts): boolean => TOKEN_CLASSES.every((name) => counts[name] === null);

export const sameCounts = (a: Counts, b: Counts): boolean => COUNT_KEYS.every((key) => a[key] === b[key]);

/** True if a class of `counts` is below zero; such counts must never be booked. */
export const hasNegative = (counts: Counts): boolean => COUNT_KEYS.some((key) => (counts[key] ?? 0) < 0);
