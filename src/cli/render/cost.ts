// Costs, for people and for programs. An estimate carries ~, what a part of is unpriced carries ≥; nothing unpriced is $0.
import { dividedEvenly, dollars } from '../../model/money.js';
import { amountIn, coverageOf, hasUnpriced, knownAmount, provenanceOf, type AnalysisCosts, type Cost } from '../../model/price.js';
import { grouped } from './numbers.js';

/** A currency in which costs are shown beside dollars, at a rate that the user set. */
export interface Display {
  readonly code: string;
  /** Pico-units of it for a dollar, and the rate as it was written. */
  readonly pico: bigint;
  readonly rate: string;
  /** Day of the rate. */
  readonly date: string;
}

const DOLLAR = 10n ** 12n;

/** To four decimals below a dollar, to cents above: what is exact stands in --json. */
export function roundedDollars(pico: bigint): string {
  const size = pico < 0n ? -pico : pico;
  const digits = size < DOLLAR ? 4 : 2;
  const unit = 10n ** BigInt(12 - digits);
  const rounded = dividedEvenly(size, unit);
  if (rounded === 0n && size > 0n) return `<$${dollars(unit)}`;
  const [whole, fraction = ''] = dollars(rounded * unit).split('.');
  return `${pico < 0n ? '-' : ''}$${grouped(Number(whole))}.${fraction.padEnd(digits, '0')}`;
}

/** `$1.20`, `~$0.1234`, `≥ ~$3.00 (12 % unpriced)`, `unpriced`. @param isLower its tokens are a lower bound, and so is it */
export function costText(cost: Cost, isLower = false): string {
  if (hasUnpriced(cost) && cost.reported_records + cost.estimated_records === 0) return 'unpriced';
  const amount = `${cost.estimated_records > 0 ? '~' : ''}${roundedDollars(knownAmount(cost))}`;
  if (!hasUnpriced(cost)) return isLower ? `≥ ${amount}` : amount;
  // Of what is unknown altogether, no share can be told.
  const share = 1 - coverageOf(cost);
  return `≥ ${amount} (${share === 0 ? 'incomplete' : `${percent(share)} unpriced`})`;
}

/** In so many parts of the whole; never all of it where something is missing. */
function coverageTo(cost: Cost, parts: number): number {
  const share = Math.round(coverageOf(cost) * parts);
  return (hasUnpriced(cost) ? Math.min(share, parts - 1) : share) / parts;
}

const coverageText = (cost: Cost): string => `${(coverageTo(cost, 1000) * 100).toFixed(1)} %`;

const percent = (share: number): string => (share > 0 && share < 0.01 ? '<1 %' : `${Math.round(share * 100)} %`);

/** `amount` is null where a part has no price: `known` is the rest then. Decimal texts, exact. */
export function costJson(cost: Cost): object {
  const amount = amountIn(cost);
  return {
    currency: 'USD',
    amount: amount === null ? null : dollars(amount),
    ...(amount === null ? { known: dollars(knownAmount(cost)) } : {}),
    provenance: provenanceOf(cost),
    reported: dollars(BigInt(cost.reported)),
    estimated: dollars(BigInt(cost.estimated)),
    reported_estimate: dollars(BigInt(cost.reported_estimate)),
    reported_records: cost.reported_records,
    estimated_records: cost.estimated_records,
    unpriced_records: cost.unpriced_records,
    unpriced_tokens: cost.unpriced_tokens,
    coverage: coverageTo(cost, 1_000_000),
  };
}

export const costOrNullJson = (cost: Cost | null): object | null => (cost === null ? null : costJson(cost));

/** The whole, with its parts and the rate cards by which it was priced. */
export const costsJson = ({ whole, by_model, subagents, cards }: AnalysisCosts): object => ({
  ...costJson(whole),
  by_model: Object.fromEntries(Object.entries(by_model).map(([model, cost]) => [model, costJson(cost)])),
  subagents: costOrNullJson(subagents),
  rate_cards: Object.entries(cards).map(([card, records]) => ({ card, records })),
});

/** What stands under costs: how they are known, and in which currency else they are shown. */
export function costFooter(cost: Cost, plans: readonly string[], display: Display | null): string {
  const parts = [
    ...(cost.estimated_records > 0 ? ['~ is estimated by the price book'] : []),
    ...(cost.unpriced_records > 0
      ? [
          `${grouped(cost.unpriced_tokens)} tokens have no price (coverage ${coverageText(cost)}): \`tokentrail price explain MODEL\` tells why, \`usage reprice\` applies new prices`,
        ]
      : []),
    ...(plans.length === 0 ? [] : [`${plans.join(', ')}: paid by subscription, so its cost is what the API would have taken`]),
    ...(display === null ? [] : [displayText(knownAmount(cost), display)]),
  ];
  return parts.length === 0 ? '' : `${parts.join('; ')}.`;
}

/** `12.34 EUR at 0.92 of 2026-11-01`. */
export const displayText = (pico: bigint, display: Display): string =>
  `${inCurrency(pico, display)} ${display.code} at ${display.rate} of ${display.date}`;

/** To hundredths. */
export function inCurrency(pico: bigint, { pico: rate }: Pick<Display, 'pico'>): string {
  const size = pico < 0n ? -pico : pico;
  const hundredths = dividedEvenly(size * rate * 100n, DOLLAR * DOLLAR);
  const text = hundredths.toString().padStart(3, '0');
  return `${pico < 0n ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}
