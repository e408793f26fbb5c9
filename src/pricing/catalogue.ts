// The pinned catalogue package as price rules. Only its data are used: which entry is meant is decided by exact names (names.ts), and
// sums are worked out in whole numbers here, where the package matches by parts of names and adds up doubles.
import { findProvider, type ModelInfo, type ModelPrice, type MatchLogic, type Provider } from '@pydantic/genai-prices';
import { picoOf, dollars } from '../model/money.js';
import { parseInstant } from '../model/time.js';
import type { Rates, RateName } from './card.js';
import { bedrockName, OWN_PROVIDERS } from './names.js';
import type { ContextTier, PriceRule } from './rule.js';

export const CATALOGUE = 'genai-prices@0.1.8';

const OTHER_PROVIDERS = ['aws', 'azure', 'openrouter', 'groq', 'cerebras', 'together', 'fireworks', 'perplexity'] as const;

/** The catalogue's names of rates → ours. What has no rate of its own is charged as input. */
const NAMES: readonly (readonly [RateName, string])[] = [
  ['input', 'input_mtok'],
  ['cache_read', 'cache_read_mtok'],
  ['cache_write_5m', 'cache_write_mtok'],
  ['cache_write_1h', 'cache_write_1h_mtok'],
  ['output', 'output_mtok'],
];

export interface CatalogueEntry {
  readonly provider: string;
  readonly model: string;
  /** Names by which it is found, in lower case. */
  readonly aliases: readonly string[];
  /** The latest first. */
  readonly rules: readonly PriceRule[];
}

/** The texts in a match that name the model whole; parts of names and patterns are none. */
function literals(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(literals);
  if ('equals' in match) return [match.equals];
  // A beginning is taken for the whole name; a date behind it is cut off before.
  if ('starts_with' in match) return [match.starts_with.replace(/[-@]$/, '')];
  return [];
}

/** The name that Bedrock's regional and global ids are compared by, with which the catalogue's ids begin. */
const aliasesOf = (provider: string, { id, match }: ModelInfo): string[] => {
  const names = [id, ...literals(match)].map((name) => name.toLowerCase());
  const all = provider === 'aws' ? names.map((name) => bedrockName(name) ?? name) : names;
  // `claude-3-5-haiku-latest` is its id, and the undated name is asked for.
  return [...new Set(all.flatMap((name) => [name, name.replace(/-latest$/, '')]))];
};

type Rate = ModelPrice[string];

const base = (rate: Rate): string | null => (rate === undefined ? null : typeof rate === 'number' ? String(rate) : String(rate.base));

const above = (rate: Rate, over: number): string | null => {
  if (rate === undefined || typeof rate === 'number') return base(rate);
  const tier = rate.tiers.filter(({ start }) => start <= over).at(-1);
  return tier === undefined ? String(rate.base) : String(tier.price);
};

function ratesIn(price: ModelPrice, of: (rate: Rate) => string | null): Rates {
  const rates: Partial<Record<RateName, string>> = {};
  for (const [name, key] of NAMES) {
    const rate = of(price[key]);
    if (rate !== null) rates[name] = rate;
  }
  // Without a discount, cached input costs what input costs.
  if (rates.cache_read === undefined && rates.input !== undefined) rates.cache_read = rates.input;
  const searches = of(price['web_searches_kcount']);
  if (searches !== null) rates.web_search = dollars(picoOf(searches)! / 1000n);
  return rates;
}

function tiersIn(price: ModelPrice): ContextTier[] {
  const starts = new Set(NAMES.flatMap(([, key]) => {
    const rate = price[key];
    return rate === undefined || typeof rate === 'number' ? [] : rate.tiers.map(({ start }) => start);
  })); // prettier-ignore
  return [...starts].sort((a, b) => a - b).map((over) => ({ over, rates: ratesIn(price, (rate) => above(rate, over)) }));
}

const secondsOf = (time: string): number => {
  const [hours, minutes, seconds] = time.split(':').map((part) => parseInt(part, 10));
  return hours! * 3600 + minutes! * 60 + (seconds ?? 0);
};

function rulesOf(provider: Provider, { id, prices }: ModelInfo): PriceRule[] {
  const all = Array.isArray(prices) ? prices : [{ prices }];
  const rules = all.map(({ constraint, prices: price }): PriceRule => {
    const since = constraint?.type === 'start_date' ? constraint.start_date : null;
    return {
      source: CATALOGUE,
      provider: provider.id,
      model: id,
      from: since === null ? null : parseInstant(`${since}T00:00:00Z`),
      to: null,
      since,
      hours: constraint?.type === 'time_of_date' ? { start: secondsOf(constraint.start_time), end: secondsOf(constraint.end_time) } : null,
      mode: null,
      rates: ratesIn(price, base),
      tiers: tiersIn(price),
      url: provider.pricing_urls?.[0] ?? null,
      checked: null,
    };
  });
  // The last that holds is meant.
  return rules.reverse().filter(({ rates }) => rates.input !== undefined);
}

export function catalogueEntries(): CatalogueEntry[] {
  return [...OWN_PROVIDERS, ...OTHER_PROVIDERS].flatMap((id) => {
    const provider = findProvider({ providerId: id });
    return (provider?.models ?? []).map((model) => ({
      provider: id,
      model: model.id,
      aliases: aliasesOf(id, model),
      rules: rulesOf(provider!, model),
    }));
  });
}
