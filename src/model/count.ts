// Which values in a log are token counts (semantics 21, decision 5 of the agents' logs).

const INTEGRAL_TEXT = /^[+]?\d{1,16}$/;

/** What a field says: a count, nothing (absent or null: 0 in that class), or something that no count can be. */
export type CountReading = { readonly count: number; readonly valid: boolean };

const ABSENT: CountReading = { count: 0, valid: true };
const INVALID: CountReading = { count: 0, valid: false };

/**
 * Reads one field. 100, 100.0, 5e3 and "10" are counts up to 2^53 − 1; absent or null is 0; anything else is 0 and not valid.
 */
export function readCount(value: unknown): CountReading {
  if (value === undefined || value === null) return ABSENT;
  const number = typeof value === 'string' && INTEGRAL_TEXT.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) return INVALID;
  return { count: number === 0 ? 0 : number, valid: true };
}
