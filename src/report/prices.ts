// The price book as a list. Pure.
import type { PriceBook } from '../pricing/book.js';
import { holdsAt, type PriceRule } from '../pricing/rule.js';
import type { Instant } from '../model/time.js';

export interface PriceSelection {
  /** Part of a model's name, to look for; null: all. */
  readonly text: string | null;
  readonly provider: string | null;
  /** Rules that hold then; null: of all times. */
  readonly at: Instant | null;
}

/** The rules of the book, by provider and model: the user's own, then those that are built in, of each the one that wins first. */
export function selectPrices(book: PriceBook, { text, provider, at }: PriceSelection): PriceRule[] {
  const wanted = text?.toLowerCase() ?? '';
  const own = book.userRules.map(({ rule }) => rule);
  const built = book.entries.flatMap(({ rules }) => rules);
  return [...own, ...built].filter(
    (rule) =>
      (provider === null || rule.provider === provider) &&
      `${rule.provider}/${rule.model}`.toLowerCase().includes(wanted) &&
      (at === null || holdsAt(rule, at) !== false),
  );
}
