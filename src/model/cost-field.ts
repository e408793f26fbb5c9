// What a field of a log says that a request cost.

/**
 * Dollars as a decimal text; null for anything else, and for 0: agents write it for plans that are paid otherwise, and where they know
 * no price. A number stands for the shortest text that is read as it, which is what programs in JavaScript have written: of amounts below
 * a thousand dollars, all twelve decimals that are kept are as written.
 */
export function reportedCost(value: unknown): string | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? String(value) : null;
}
