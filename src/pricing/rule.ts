// What a source of prices says of one model, for a time and for some requests.
import type { Instant } from '../model/time.js';
import { inputOf, type Rates } from './card.js';
import type { Counts } from '../model/tokens.js';

/** Rates of requests whose whole input is larger than `over` tokens: of the whole request, not of what is above. */
export interface ContextTier {
  readonly over: number;
  readonly rates: Rates;
}

/** A part of the day in UTC, as seconds since midnight; it may go over midnight. */
export interface DailyHours {
  readonly start: number;
  readonly end: number;
}

export interface PriceRule {
  readonly source: string;
  readonly provider: string;
  readonly model: string;
  /** The times of requests that it prices: from, and before; null: always. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** `from` as it is shown. */
  readonly since: string | null;
  readonly hours: DailyHours | null;
  /** A mode with rates of its own; null: ordinary requests. */
  readonly mode: string | null;
  readonly rates: Rates;
  /** By `over`, the smallest first. */
  readonly tiers: readonly ContextTier[];
  /** Where it stands, and the day on which that was looked up; null where the source doesn't tell. */
  readonly url: string | null;
  readonly checked: string | null;
}

const DAY_MICROS = 24 * 60 * 60 * 1_000_000;

function isInHours(at: Instant, { start, end }: DailyHours): boolean {
  const second = Math.floor((at % DAY_MICROS) / 1_000_000);
  return start <= end ? second >= start && second < end : second >= start || second < end;
}

/** Whether the rule depends on when a request was made. */
export const isDated = ({ from, to, hours }: PriceRule): boolean => from !== null || to !== null || hours !== null;

/** Whether it prices requests of that time; null where the time is not known and would tell. */
export function holdsAt(rule: PriceRule, at: Instant | null): boolean | null {
  if (at === null) return isDated(rule) ? null : true;
  if (rule.from !== null && at < rule.from) return false;
  if (rule.to !== null && at >= rule.to) return false;
  return rule.hours === null || isInHours(at, rule.hours);
}

/** The rates of a request by its own input, and above how much they hold; null if its input is unknown and would tell. */
export function ratesFor({ rates, tiers }: PriceRule, counts: Counts): { readonly rates: Rates; readonly over: number | null } | null {
  if (tiers.length === 0) return { rates, over: null };
  const input = inputOf(counts);
  if (input === null) return null;
  const tier = tiers.findLast(({ over }) => input > over);
  return tier === undefined ? { rates, over: null } : tier;
}
