// The price book, and how one price comes to be, for people and for programs.
import { dollars } from '../../model/money.js';
import { formatOrNull, type Instant } from '../../model/time.js';
import { total, type Counts } from '../../model/tokens.js';
import type { Explained, Factor } from '../../pricing/book.js';
import { RATES, type RateName, type Rates } from '../../pricing/card.js';
import type { PriceRule } from '../../pricing/rule.js';
import { displayText, roundedDollars, type Display } from './cost.js';
import { grouped } from './numbers.js';
import { safe } from '../../model/safe.js';
import { renderPairs, renderTable, type TableColumn } from './table.js';
import { countsJson } from './usage-json.js';

const ratesJson = (rates: Rates): object => Object.fromEntries(RATES.map((name) => [name, rates[name] ?? null]));

export const ruleJson = (rule: PriceRule): object => ({
  source: rule.source,
  provider: rule.provider,
  model: rule.model,
  from: rule.since,
  to: formatOrNull(rule.to),
  hours_utc: rule.hours,
  mode: rule.mode,
  rates: ratesJson(rule.rates),
  tiers: rule.tiers.map(({ over, rates }) => ({ over, rates: ratesJson(rates) })),
  url: rule.url,
  checked: rule.checked,
});

interface Line {
  readonly rule: PriceRule;
  readonly over: number | null;
  readonly rates: Rates;
}

const rateColumn = (header: string, name: RateName): TableColumn<Line> => ({
  header,
  align: 'right',
  cell: ({ rates }) => rates[name] ?? '',
});

const clock = (second: number): string =>
  `${String(Math.floor(second / 3600)).padStart(2, '0')}:${String(Math.floor((second % 3600) / 60)).padStart(2, '0')}`;

/** When the rule holds, in words. */
function holdsText({ since, to, hours }: PriceRule): string {
  const until = to === null ? '' : ` to ${formatOrNull(to)!.slice(0, 10)}`;
  const daily = hours === null ? '' : ` ${clock(hours.start)}–${clock(hours.end)} UTC`;
  return `${since?.slice(0, 10) ?? ''}${until}${daily}`.trim();
}

const COLUMNS: readonly TableColumn<Line>[] = [
  { header: 'model', cell: ({ rule }) => `${rule.provider}/${rule.model}` },
  { header: 'from', cell: ({ rule }) => holdsText(rule) },
  {
    header: 'for',
    cell: ({ rule, over }) => [rule.mode ?? '', over === null ? '' : `> ${grouped(over)} in`].filter((part) => part !== '').join(', '),
  },
  rateColumn('input', 'input'),
  rateColumn('cache read', 'cache_read'),
  rateColumn('write 5 m', 'cache_write_5m'),
  rateColumn('write 1 h', 'cache_write_1h'),
  rateColumn('output', 'output'),
  { header: 'source', cell: ({ rule }) => rule.source },
];

export function renderPrices(rules: readonly PriceRule[], book: string, terminal: boolean): string {
  if (rules.length === 0) return `No prices of that name in ${book}.`;
  const lines = rules.flatMap((rule): Line[] => [
    { rule, over: null, rates: rule.rates },
    ...rule.tiers.map(({ over, rates }) => ({ rule, over, rates })),
  ]);
  return `${renderTable(COLUMNS, lines, terminal)}\nDollars per million tokens, of ${book}.`;
}

/** What was asked for. */
export interface PriceQuestion {
  readonly model: string;
  readonly at: Instant;
  readonly terms: string | null;
  /** Null: only the rates are asked for. */
  readonly counts: Counts | null;
}

/** Why there is no price, and what to do. */
const REASONS: readonly (readonly [string, string])[] = [
  ['unknown_model', 'no source of prices names this model; give it one under `prices` in tokentrail.yaml'],
  ['not_priced_then', 'the model has prices, but none for that time'],
  ['no_price_for', 'the model has no price for a request of this kind; `prices` in tokentrail.yaml can give one with `mode`'],
  ['no_rate', 'the model has no rate for one of the classes'],
  ['no_time', 'its price changed, and the time is not known'],
  ['unknown_counts', 'the tokens of a class are not known'],
  ['several_requests', 'it stands for several requests, each of which may be on either side of a context tier'],
  ['too_large', 'the sum is more than can be kept'],
  ['no_model', 'the log names no model'],
];

export const reasonText = (reason: string): string => REASONS.find(([name]) => reason.startsWith(name))?.[1] ?? reason;

const factorText = ({ mode, numerator, denominator }: Factor): string => `× ${dollars((numerator * 10n ** 12n) / denominator)} (${mode})`;

const percentOf = (part: bigint, whole: bigint): string | null =>
  whole === 0n ? null : (Number((part * 1_000_000n) / whole) / 10_000).toFixed(2);

export function explainJson({ model, at, terms, counts }: PriceQuestion, explained: Explained, book: string): object {
  const { found, reason, steps, pico } = explained;
  const priced = counts === null ? null : pico;
  return {
    model,
    at: formatOrNull(at),
    terms,
    book,
    matched: found === null ? null : ruleJson(found.rule),
    reason: counts === null && found !== null ? null : reason,
    rates: found === null ? null : ratesJson(found.card.rates),
    over: found?.card.over ?? null,
    factors: (found?.factors ?? []).map((factor) => ({
      mode: factor.mode,
      factor: dollars((factor.numerator * 10n ** 12n) / factor.denominator),
      url: factor.url,
    })),
    rate_card: found === null ? null : explained.card,
    usage: counts === null ? null : countsJson(counts),
    steps:
      counts === null
        ? []
        : steps.map((step) => ({
            name: step.name,
            amount: step.amount,
            rate: step.rate,
            per: step.name === 'web_search' ? 1 : 1_000_000,
            cost_usd: dollars(step.pico),
            share: pico === null ? null : percentOf(step.pico, pico),
          })),
    currency: 'USD',
    cost_usd: priced === null ? null : dollars(priced),
    cost_provenance: priced !== null ? 'estimated' : counts === null && found !== null ? null : 'unpriced',
  };
}

const stepsText = ({ steps, pico }: Explained): string =>
  renderTable(
    [
      { header: 'class', cell: ({ name }) => name },
      { header: 'amount', align: 'right', cell: ({ amount }) => grouped(amount) },
      { header: 'rate', align: 'right', cell: ({ name, rate }) => (name === 'web_search' ? `$${rate} each` : `$${rate} / M`) },
      { header: 'cost', align: 'right', cell: (step) => `$${dollars(step.pico)}` },
      { header: 'share', align: 'right', cell: (step) => `${percentOf(step.pico, pico ?? 0n) ?? '0'} %` },
    ],
    steps,
    true,
  );

/** The answer first, then the rule, then each step. */
export function renderExplained(
  { model, terms, counts }: PriceQuestion,
  explained: Explained,
  book: string,
  display: Display | null,
): string {
  const { found, reason, pico } = explained;
  const of = safe(`${model}${terms === null ? '' : ` (${terms})`}`);
  if (found === null || (counts !== null && pico === null)) return `${of} is unpriced: ${reasonText(reason ?? '')} (${reason}, ${book}).`;
  const { rule, card, factors } = found;
  const shown = display === null || pico === null ? '' : `, ${displayText(pico, display)}`;
  const head =
    counts === null
      ? `${of} is priced as ${card.model}.`
      : `${of}: $${dollars(pico!)} for ${grouped(total(counts) ?? 0)} tokens (${roundedDollars(pico!)}${shown}).`;
  const pairs = renderPairs(
    [
      ['matched', `${card.model}, of ${rule.source}`],
      ['since', rule.since],
      ['until', rule.to === null ? null : formatOrNull(rule.to)],
      [
        'for',
        [rule.mode ?? '', card.over === null ? '' : `requests with more than ${grouped(card.over)} tokens of input`]
          .filter((part) => part !== '')
          .join(', ') || null,
      ],
      ['factors', factors.length === 0 ? null : factors.map(factorText).join(', ')],
      ['rates', RATES.flatMap((name) => (card.rates[name] === undefined ? [] : [`${name} ${card.rates[name]}`])).join(' · ')],
      ['see', rule.url === null ? null : `${rule.url}${rule.checked === null ? '' : `, looked up on ${rule.checked}`}`],
    ],
    '  ',
  );
  return [head, '', pairs, ...(counts === null ? [] : ['', stepsText(explained)])].join('\n');
}
