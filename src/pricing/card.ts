// A rate card: by which rates a request was priced, and where they come from. It is kept with each record as one line, so that the
// sum can be worked out again from the books alone. Rates are decimal texts in dollars: per million tokens, per search.
import { parseTerms } from '../model/terms.js';
import { dividedEvenly, LARGEST_PICO, picoOf } from '../model/money.js';
import { TOKEN_CLASSES, type Counts, type TokenClass } from '../model/tokens.js';

export const RATES = [...TOKEN_CLASSES, 'web_search'] as const;

export type RateName = (typeof RATES)[number];

export type Rates = Readonly<Partial<Record<RateName, string>>>;

export interface RateCard {
  /** The catalogue and its version, our overlay and its day, or the user's rule. */
  readonly source: string;
  /** The entry that matched, as `provider/model`. */
  readonly model: string;
  /** Since when its rates hold, as the source says; null: always. */
  readonly from: string | null;
  /** The rates are those of requests whose input is larger than this; null where they are of any. */
  readonly over: number | null;
  /** Modes that are in the rates already. */
  readonly modes: readonly string[];
  readonly rates: Rates;
}

const TOKENS_PER_RATE = 1_000_000n;

/** `source model from=… over=… modes=… input=3 output=15`; what is null is left out. */
export function cardText({ source, model, from, over, modes, rates }: RateCard): string {
  const parts = [
    source,
    encodeURI(model),
    ...(from === null ? [] : [`from=${from}`]),
    ...(over === null ? [] : [`over=${over}`]),
    ...(modes.length === 0 ? [] : [`modes=${modes.join('+')}`]),
    ...RATES.flatMap((name) => (rates[name] === undefined ? [] : [`${name}=${rates[name]}`])),
  ];
  return parts.join(' ');
}

/** Null if the text is no card: it says why there is no price. */
export function parseCard(text: string): RateCard | null {
  const [source, model, ...rest] = text.split(' ');
  if (source === undefined || model === undefined || source === UNPRICED) return null;
  const values = new Map(rest.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  const over = values.get('over');
  return {
    source,
    model: decodeURI(model),
    from: values.get('from') ?? null,
    over: over === undefined ? null : Number(over),
    modes: values.get('modes')?.split('+') ?? [],
    rates: Object.fromEntries(RATES.flatMap((name) => (values.has(name) ? [[name, values.get(name)!]] : []))),
  };
}

const UNPRICED = 'unpriced';

/** Why a request has no price, with the book that was asked. */
export const unpricedText = (reason: string, book: string): string => `${UNPRICED} ${reason} ${book}`;

/** The reason of a text that is no card; null for a card. */
export const unpricedReason = (text: string): string | null => (text.startsWith(`${UNPRICED} `) ? text.split(' ')[1]! : null);

/** Rates as pico-dollars: there are few, and many records. */
const picos = new Map<string, bigint>();

function picoOfRate(rate: string): bigint {
  let pico = picos.get(rate);
  if (pico === undefined) picos.set(rate, (pico = picoOf(rate)!));
  return pico;
}

/** The sources of prices that some cards name, in order; those of texts that are no cards, too: they were asked. */
export const sourcesIn = (cards: Iterable<string>): string[] =>
  [...new Set([...cards].map((card) => (unpricedReason(card) === null ? card.split(' ')[0]! : (card.split(' ')[2] ?? ''))))]
    .filter((source) => source !== '')
    .sort();

/** Pico-dollars of some tokens at a rate in dollars per million, rounded half to even. */
export const tokensCost = (tokens: number, rate: string): bigint => dividedEvenly(BigInt(tokens) * picoOfRate(rate), TOKENS_PER_RATE);

/** One step of a sum: so many of something at a rate. */
export interface PriceStep {
  readonly name: RateName;
  readonly amount: number;
  /** Dollars, per million tokens or per search. */
  readonly rate: string;
  /** Pico-dollars, rounded half to even. */
  readonly pico: bigint;
}

export interface Priced {
  readonly pico: bigint;
  readonly steps: readonly PriceStep[];
}

/** Why a card can't price some counts. */
export type NoSum = 'unknown_counts' | 'too_large' | `no_rate:${RateName}`;

/**
 * What counts cost by a card: each class rounded once, half to even (semantics 22).
 *
 * @returns why not, if a class is unknown or has tokens and no rate, or if the sum is more than can be kept: counts of a damaged log may be.
 */
export function priceBy({ rates }: Pick<RateCard, 'rates'>, counts: Counts, web_searches: number): Priced | NoSum {
  const steps: PriceStep[] = [];
  for (const name of TOKEN_CLASSES) {
    const amount = counts[name];
    if (amount === null) return 'unknown_counts';
    if (amount === 0) continue;
    const rate = rates[name];
    if (rate === undefined) return `no_rate:${name}`;
    steps.push({ name, amount, rate, pico: tokensCost(amount, rate) });
  }
  if (web_searches > 0) {
    const rate = rates.web_search;
    if (rate === undefined) return 'no_rate:web_search';
    steps.push({ name: 'web_search', amount: web_searches, rate, pico: BigInt(web_searches) * picoOfRate(rate) });
  }
  const pico = steps.reduce((sum, step) => sum + step.pico, 0n);
  return pico > LARGEST_PICO ? 'too_large' : { pico, steps };
}

/** All that was sent: what context tiers go by. Null if a class is unknown. */
export function inputOf(counts: Pick<Counts, Exclude<TokenClass, 'output'>>): number | null {
  const { input, cache_read, cache_write_5m, cache_write_1h } = counts;
  return input === null || cache_read === null || cache_write_5m === null || cache_write_1h === null
    ? null
    : input + cache_read + cache_write_5m + cache_write_1h;
}

/** What a card that is kept makes of counts: for a part of a record, or to prove a sum. Null where it gives no price. */
export function priceAgain(card: string | null, counts: Counts, terms: string | null): bigint | null {
  const known = card === null ? null : parseCard(card);
  if (known === null) return null;
  const priced = priceBy(known, counts, parseTerms(terms).web_searches);
  return typeof priced === 'string' ? null : priced.pico;
}
