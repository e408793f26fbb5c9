// The price book: the pinned catalogue, our dated overlay that wins over it, and the user's own rules that win over both. Pure: it
// knows no clock, no network and no file.
import { dollars, dividedEvenly, picoOf } from '../model/money.js';
import { parseTerms } from '../model/terms.js';
import type { Instant } from '../model/time.js';
import type { Counts } from '../model/tokens.js';
import { cardText, priceBy, unpricedText, type PriceStep, type RateCard, type RateName, type Rates } from './card.js';
import type { CatalogueEntry } from './catalogue.js';
import { namesOf, OWN_PROVIDERS } from './names.js';
import { holdsAt, isDated, ratesFor, type PriceRule } from './rule.js';
import { appliesTo, type UserRule } from './user-rule.js';

/** What of a request its price depends on. */
export interface Request {
  readonly model: string | null;
  readonly at: Instant | null;
  readonly counts: Counts;
  /** Terms as a record carries them. */
  readonly terms: string | null;
  /** Requests that it stands for; one, where that is left out. */
  readonly calls?: number;
}

/** A factor on all rates of tokens. */
export interface Factor {
  readonly mode: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Whether an entry's requests have it. */
  readonly of: (rule: PriceRule) => boolean;
  readonly url: string;
}

/** Why a request has no price. */
export type NoPriceReason =
  | 'no_model'
  | 'unknown_model'
  | 'not_priced_then'
  | 'no_time'
  | 'unknown_counts'
  | 'too_large'
  /** It is a sum of requests, each of which may lie on either side of a context tier. */
  | 'several_requests'
  | `no_price_for:${string}`
  | `no_rate:${RateName}`;

export interface Found {
  readonly card: RateCard;
  readonly rule: PriceRule;
  /** Factors that are in its rates. */
  readonly factors: readonly Factor[];
}

export interface Estimate {
  /** Pico-dollars; null if there is no price. */
  readonly pico: bigint | null;
  /** The rate card, or why there is none, as a record keeps it. */
  readonly card: string;
}

/** An estimate with how it came to be. */
export interface Explained extends Estimate {
  readonly reason: NoPriceReason | null;
  readonly found: Found | null;
  readonly steps: readonly PriceStep[];
}

export interface BookParts {
  /** Name of the book as a whole, as `genai-prices@0.1.8+tokentrail@2026-11-26`. */
  readonly name: string;
  readonly catalogue: readonly CatalogueEntry[];
  readonly overlay: readonly CatalogueEntry[];
  readonly factors: readonly Factor[];
  readonly user: readonly UserRule[];
}

/** Rates times a factor, exactly: rates have at most six decimals, and are kept with twelve. */
function times(rates: Rates, { numerator, denominator }: Pick<Factor, 'numerator' | 'denominator'>): Rates {
  const scaled = (rate: string): string => dollars(dividedEvenly(picoOf(rate)! * numerator, denominator));
  const entries = Object.entries(rates) as [RateName, string][];
  return Object.fromEntries(entries.map(([name, rate]) => [name, name === 'web_search' ? rate : scaled(rate)]));
}

/** A model with what the overlay and the catalogue say of it. */
interface Entry {
  readonly provider: string;
  readonly model: string;
  readonly aliases: readonly string[];
  readonly overlay: readonly PriceRule[];
  readonly catalogue: readonly PriceRule[];
}

const keyOf = (provider: string, name: string): string => `${provider}\u0000${name}`;

/** The entries of both, as one each, by provider and model. */
function merged({ catalogue, overlay }: BookParts): Entry[] {
  const entries = new Map<string, Entry>();
  const add = (layer: 'overlay' | 'catalogue', { provider, model, aliases, rules }: CatalogueEntry): void => {
    const key = keyOf(provider, model.toLowerCase());
    const known = entries.get(key) ?? { provider, model, aliases: [], overlay: [], catalogue: [] };
    entries.set(key, { ...known, aliases: [...known.aliases, ...aliases], [layer]: rules });
  };
  for (const entry of catalogue) add('catalogue', entry);
  for (const entry of overlay) add('overlay', entry);
  return [...entries.values()].sort((a, b) => (keyOf(a.provider, a.model) < keyOf(b.provider, b.model) ? -1 : 1));
}

/** A rule, and the modes of the request that are not in its rates yet. */
interface Chosen {
  readonly rule: PriceRule;
  readonly rest: readonly string[];
}

export class PriceBook {
  readonly name: string;
  readonly #parts: BookParts;
  readonly #entries: readonly Entry[];
  readonly #byName = new Map<string, Entry>();
  /** What was found for a model's name: most records name one of few. */
  readonly #known = new Map<string, Entry | null>();
  /** One text for equal cards, so that a million records share few. */
  readonly #texts = new Map<string, string>();

  constructor(parts: BookParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#entries = merged(parts);
    // Ids stand before the other names of another entry.
    for (const entry of this.#entries) this.#byName.set(keyOf(entry.provider, entry.model.toLowerCase()), entry);
    for (const entry of this.#entries) {
      for (const alias of entry.aliases) {
        const key = keyOf(entry.provider, alias);
        if (!this.#byName.has(key)) this.#byName.set(key, entry);
      }
    }
  }

  /** The entry of a model by its exact name. */
  #entryOf(model: string): Entry | null {
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const found = namesOf(model)
      .flatMap(({ provider, name }) => (provider === null ? OWN_PROVIDERS : [provider]).map((one) => this.#byName.get(keyOf(one, name))))
      .find((entry) => entry !== undefined);
    this.#known.set(model, found ?? null);
    return found ?? null;
  }

  /** The entry by which a model is priced, as `provider/model`; null if it is not listed. Rules of the user's own may win over it. */
  entryName(model: string): string | null {
    const entry = this.#entryOf(model);
    return entry === null ? null : `${entry.provider}/${entry.model}`;
  }

  /** Whether a name is one of a model that is listed. */
  knows(model: string): boolean {
    return this.#entryOf(model) !== null;
  }

  /** All names under which a rule of the user's may mean a model: as the log has it, and as the catalogue and we know it. */
  #namesOf(model: string, entry: Entry | null): readonly string[] {
    const known = entry === null ? [] : [entry.model, `${entry.provider}/${entry.model}`];
    return [model, ...namesOf(model).map(({ name }) => name), ...known].map((name) => name.toLowerCase());
  }

  /** The rule of a request: the user's, else ours, else the catalogue's. */
  #ruleOf(model: string, at: Instant | null, modes: readonly string[]): Chosen | NoPriceReason {
    const entry = this.#entryOf(model);
    const names = this.#parts.user.length === 0 ? [] : this.#namesOf(model, entry);
    for (const user of this.#parts.user) {
      const { rule, like } = user;
      if (!appliesTo(user, names)) continue;
      if (rule.mode !== null && !modes.includes(rule.mode)) continue;
      const holds = holdsAt(rule, at);
      if (holds === null) return 'no_time';
      if (!holds) continue;
      return like === null ? { rule, rest: modes.filter((mode) => mode !== rule.mode) } : this.#like(user, like, at, modes);
    }
    return this.#listed(entry, at, modes);
  }

  /** The rule of another model, as the user's own, with a factor. */
  #like({ rule: own, times: factor }: UserRule, like: string, at: Instant | null, modes: readonly string[]): Chosen | NoPriceReason {
    const listed = this.#listed(this.#entryOf(like), at, modes);
    if (typeof listed === 'string') return listed;
    const scaled = (rates: Rates): Rates => (factor === null ? rates : times(rates, factor));
    const { rates, tiers, provider, model } = listed.rule;
    const rule = {
      ...own,
      provider,
      model,
      rates: scaled(rates),
      tiers: tiers.map((tier) => ({ over: tier.over, rates: scaled(tier.rates) })),
    };
    // The mode that it is the price of is in it, as in rates of its own.
    return { ...listed, rule, rest: listed.rest.filter((mode) => mode !== own.mode) };
  }

  /** The rule that is listed for an entry, whatever the user says. */
  #listed(entry: Entry | null, at: Instant | null, modes: readonly string[]): Chosen | NoPriceReason {
    if (entry === null) return 'unknown_model';
    const own = modes.find((mode) => entry.overlay.some((rule) => rule.mode === mode)) ?? null;
    const meant = entry.overlay.filter((rule) => rule.mode === own);
    const rules = own === null ? [...meant, ...entry.catalogue] : meant;
    if (at === null && rules.some(isDated)) return 'no_time';
    const rule = rules.find((one) => holdsAt(one, at) === true);
    return rule === undefined ? 'not_priced_then' : { rule, rest: modes.filter((mode) => mode !== own) };
  }

  /** The rates of a request. */
  find({ model, at, counts, terms, calls = 1 }: Request): Found | NoPriceReason {
    if (model === null) return 'no_model';
    const { modes } = parseTerms(terms);
    const chosen = this.#ruleOf(model, at, modes);
    if (typeof chosen === 'string') return chosen;
    const { rule, rest } = chosen;
    const tier = ratesFor(rule, counts);
    if (tier === null) return 'unknown_counts';
    // A sum below the first tier is of requests below it.
    if (calls !== 1 && tier.over !== null) return 'several_requests';
    const factors: Factor[] = [];
    for (const mode of rest) {
      const factor = this.#parts.factors.find((one) => one.mode === mode && one.of(rule));
      if (factor !== undefined) factors.push(factor);
      else return `no_price_for:${mode}`;
    }
    const rates = factors.reduce(times, tier.rates);
    const card = { source: rule.source, model: `${rule.provider}/${rule.model}`, from: rule.since, over: tier.over, modes, rates };
    return { card, rule, factors };
  }

  /** What a request costs, with each step of the sum. */
  explain(request: Request): Explained {
    const found = this.find(request);
    const none = (reason: NoPriceReason, of: Found | null): Explained => ({
      pico: null,
      card: unpricedText(reason, this.name),
      reason,
      found: of,
      steps: [],
    });
    if (typeof found === 'string') return none(found, null);
    const { web_searches } = parseTerms(request.terms);
    const priced = priceBy(found.card, request.counts, web_searches);
    if (typeof priced === 'string') return none(priced, found);
    return { pico: priced.pico, card: this.#textOf(found.card), reason: null, found, steps: priced.steps };
  }

  /** What a request costs. */
  estimate(request: Request): Estimate {
    const { pico, card } = this.explain(request);
    return { pico, card };
  }

  #textOf(card: RateCard): string {
    const text = cardText(card);
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  /** All entries with their rules, ours before the catalogue's, by provider and model. */
  get entries(): readonly { readonly provider: string; readonly model: string; readonly rules: readonly PriceRule[] }[] {
    return this.#entries.map(({ provider, model, overlay, catalogue }) => ({ provider, model, rules: [...overlay, ...catalogue] }));
  }

  /** The user's rules. */
  get userRules(): readonly UserRule[] {
    return this.#parts.user;
  }
}
