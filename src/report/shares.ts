// Shares of a whole that add up to all of it, in whichever unit they are told.

/**
 * The part of each weight in their sum, in so many parts; they add up to `parts` exactly. What is left by rounding down goes to the
 * largest remainders, of equal ones to the first. Null where the sum is 0, of which nothing has a share.
 */
export function sharesOf(weights: readonly bigint[], parts: number): readonly number[] | null {
  const all = weights.reduce((sum, weight) => sum + weight, 0n);
  if (all <= 0n) return null;
  const exact = weights.map((weight) => weight * BigInt(parts));
  const shares = exact.map((weight) => Number(weight / all));
  const left = parts - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((weight, i) => ({ i, rest: weight % all }))
    .sort((a, b) => (a.rest < b.rest ? 1 : a.rest > b.rest ? -1 : a.i - b.i));
  for (const { i } of byRemainder.slice(0, left)) shares[i]!++;
  return shares;
}

/**
 * Part `i` of `n` of a count: what the first i + 1 parts have, rounded down, without what the first i have. The parts add up to the whole
 * exactly, and none is more than one larger than another.
 */
export function partOf(whole: number, i: number, n: number): number {
  if (whole <= Number.MAX_SAFE_INTEGER / n) return Math.floor((whole * (i + 1)) / n) - Math.floor((whole * i) / n);
  return Number(partOfBig(BigInt(whole), i, n));
}

/** The same of money. */
export const partOfBig = (whole: bigint, i: number, n: number): bigint =>
  (whole * BigInt(i + 1)) / BigInt(n) - (whole * BigInt(i)) / BigInt(n);
