// The terms of a request that change its price, as one word that a record carries: `fast us web_search:10`. A log that tells none of
// them has null. Terms that no price is known for are kept, so that such a request is unpriced and not priced as an ordinary one.

export interface Terms {
  /** Modes in a fixed order: `fast`, `batch`, `priority`, `flex`, `us`, `geo:<place>`. */
  readonly modes: readonly string[];
  readonly web_searches: number;
}

const ORDER = ['fast', 'batch', 'priority', 'flex', 'us'];

const rank = (mode: string): number => (ORDER.indexOf(mode) + ORDER.length + 1) % (ORDER.length + 1);

const PLAIN = /^[a-z0-9][a-z0-9_.:-]{0,60}$/;

const SEARCHES = 'web_search:';

/** A mode as a word; one that is none, as a log may hold it, is another mode than all that are known. */
const wordOf = (mode: string): string => (PLAIN.test(mode) && !mode.startsWith(SEARCHES) ? mode : 'unreadable');

/** The word of some terms; null for an ordinary request. */
export function termsText({ modes, web_searches }: Terms): string | null {
  const known = [...new Set(modes.map(wordOf))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const all = web_searches > 0 ? [...known, `${SEARCHES}${web_searches}`] : known;
  return all.length === 0 ? null : all.join(' ');
}

export const ORDINARY_TERMS: Terms = { modes: [], web_searches: 0 };

export function parseTerms(text: string | null): Terms {
  if (text === null || text === '') return ORDINARY_TERMS;
  const words = text.split(' ');
  const searches = words.find((word) => word.startsWith(SEARCHES));
  return {
    modes: words.filter((word) => word !== searches),
    web_searches: searches === undefined ? 0 : Number(searches.slice(SEARCHES.length)),
  };
}
