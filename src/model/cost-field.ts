// What a field of a log says that a request cost.
import { picoOf } from './money.js';

/**
 * Dollars as a decimal text; null for anything else, for more than can be kept, and for 0: agents write it for plans that are paid
 * otherwise, and where they know no price. A number stands for the shortest text that is read as it, which is what programs in
 * JavaScript have written: of amounts below a thousand dollars, all twelve decimals that are kept are as written.
 */
export function reportedCost(value: unknown): string | null {
  if (typeof value !== 'number' || !(value > 0)) return null;
  const text = String(value);
  return (picoOf(text) ?? 0n) > 0n ? text : null;
}
