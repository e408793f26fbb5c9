// Puts the price book together. A module of its own, since the catalogue takes as long to load as a small command.
import { PriceBook } from './book.js';
import { CATALOGUE, catalogueEntries } from './catalogue.js';
import { FACTORS } from './factors.js';
import { OVERLAY, overlayEntries } from './overlay.js';
import type { UserRule } from './user-rule.js';

/** @param user the user's own rules, the first that fits wins; `userName` tells one set of them from another. */
export function makeBook(user: readonly UserRule[], userName: string | null): PriceBook {
  const name = [CATALOGUE, OVERLAY, ...(userName === null ? [] : [userName])].join('+');
  return new PriceBook({ name, catalogue: catalogueEntries(), overlay: overlayEntries(), factors: FACTORS, user });
}
