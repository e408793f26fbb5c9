// What the books tell of today and this month, in a file of the cache, so that a status line need not open the store.
import type { Instant } from './time.js';

export interface Spent {
  /** As it is shown: `~$12.34`, `≥ ~$3.00 (12 % unpriced)`. */
  readonly text: string;
  /** Parts of a thousand of what may be spent, of what is known; null without a budget. */
  readonly budget_permille: number | null;
}

export interface Today {
  /** `YYYY-MM-DD` in local time. */
  readonly day: string;
  /** When the books were brought up to date. */
  readonly at: Instant;
  readonly spent: Spent;
  /** Null without a budget for the month. */
  readonly month: Spent | null;
}

/** The local day of an instant. Loaded with every status line: no zones, no collators. */
export function dayHere(at: Instant): string {
  const date = new Date(at / 1000);
  const pad = (n: number): string => String(n).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
