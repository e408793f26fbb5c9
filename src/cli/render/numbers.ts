// Numbers for people. Unknown is N/A, never 0; a lower bound carries ≥.
import { isUnknown, total, totalKnown, type Counts } from '../../model/tokens.js';

/** `41,210`. Not by Intl, whose first use costs 20 ms. */
export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1 log`, `2 logs`. */
export const plural = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;

/** `1 analysis`, `2 analyses`. */
export const analysesText = (count: number): string => (count === 1 ? '1 analysis' : `${grouped(count)} analyses`);

export const tokens = (count: number | null, lowerBound = false): string =>
  count === null ? 'N/A' : `${lowerBound ? '≥ ' : ''}${grouped(count)}`;

/** What is known of a total that is not. */
export const atLeast = (known: number): string => `≥ ${grouped(known)} (incomplete)`;

/** The total, or what is known of it, marked as incomplete. */
export function totalText(counts: Counts, lowerBound = false): string {
  const all = total(counts);
  if (all !== null) return tokens(all, lowerBound);
  return isUnknown(counts) ? 'N/A' : atLeast(totalKnown(counts));
}

/** `input 10 · cache read 5,000 · cache write 1,000 (1 h: 200) · output 640`. */
export function classesText(counts: Counts): string {
  const { cache_write_5m, cache_write_1h } = counts;
  const write = cache_write_5m === null || cache_write_1h === null ? null : cache_write_5m + cache_write_1h;
  const hour = cache_write_1h !== null && cache_write_1h > 0 ? ` (1 h: ${grouped(cache_write_1h)})` : '';
  const reasoning = counts.reasoning === null || counts.reasoning === 0 ? '' : ` (reasoning ${grouped(counts.reasoning)})`;
  return [
    `input ${tokens(counts.input)}`,
    `cache read ${tokens(counts.cache_read)}`,
    `cache write ${tokens(write)}${hour}`,
    `output ${tokens(counts.output)}${reasoning}`,
  ].join(' · ');
}
