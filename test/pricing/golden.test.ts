// Requests that were priced by hand from the pages that list the prices, to the last digit.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dollars } from '../../src/model/money.js';
import { parseInstant } from '../../src/model/time.js';
import { ZERO, type Counts } from '../../src/model/tokens.js';
import { priceAgain } from '../../src/pricing/card.js';
import { makeBook } from '../../src/pricing/make-book.js';

interface Golden {
  readonly name: string;
  readonly model: string;
  readonly at: string;
  readonly tokens: Partial<Counts>;
  readonly terms: string;
  /** Dollars; null: it has no price. */
  readonly usd: string | null;
  readonly source: string;
}

const GOLDEN = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as readonly Golden[];

const book = makeBook([], null);

describe('requests priced by hand', () => {
  it('are enough, of every kind', () => {
    expect(GOLDEN.length).toBeGreaterThan(100);
    for (const term of ['fast', 'batch', 'us', 'web_search'])
      expect(GOLDEN.filter(({ terms }) => terms.includes(term)).length).toBeGreaterThan(2);
    expect(GOLDEN.filter(({ usd }) => usd === null).length).toBeGreaterThan(4);
  });

  it.each(GOLDEN.map((golden) => [golden.name, golden] as const))('%s', (_, { model, at, tokens, terms, usd }) => {
    const counts = { ...ZERO, ...tokens };
    const { pico, card } = book.estimate({ model, at: parseInstant(at), counts, terms: terms || null });
    expect(pico === null ? null : dollars(pico)).toBe(usd);
    // What is kept of it is enough to work it out again.
    expect(priceAgain(card, counts, terms || null)).toBe(pico);
  });
});
