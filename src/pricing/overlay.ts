// Our own dated prices, which win over the catalogue: what it lacks, or has wrong. Each row says where its rates stand and on which day
// they were looked up there. Rates are dollars per million tokens.
import { parseInstant } from '../model/time.js';
import type { Rates } from './card.js';
import type { CatalogueEntry } from './catalogue.js';
import type { PriceRule } from './rule.js';

export const OVERLAY = 'tokentrail@2026-11-26';

interface Row {
  readonly provider: string;
  readonly model: string;
  readonly aliases?: readonly string[];
  /** Times, from and before; left out: always. */
  readonly from?: string;
  readonly to?: string;
  readonly mode?: string;
  readonly rates: Rates;
  readonly over?: { readonly tokens: number; readonly rates: Rates };
  readonly url: string;
  readonly checked: string;
}

const PRICING = 'https://platform.claude.com/docs/en/about-claude/pricing';
const FAST = 'https://platform.claude.com/docs/en/build-with-claude/fast-mode';
const NOTES = 'https://platform.claude.com/docs/en/release-notes/overview';
const DEEPSEEK = 'https://api-docs.deepseek.com/quick_start/pricing';
const ZAI = 'https://docs.z.ai/guides/overview/pricing';

/** Claude's five rates; searches on the web are a cent. */
const claude = (input: string, cache_read: string, cache_write_5m: string, cache_write_1h: string, output: string): Rates => ({
  input,
  cache_read,
  cache_write_5m,
  cache_write_1h,
  output,
  web_search: '0.01',
});

/** OpenAI's, whose caches cost a quarter more than input to write since GPT-5.6. */
const gpt = (input: string, cache_read: string, cache_write_5m: string, output: string): Rates => ({
  input,
  cache_read,
  cache_write_5m,
  output,
  web_search: '0.01',
});

const plain = (input: string, cache_read: string, output: string): Rates => ({ input, cache_read, output });

/**
 * What the catalogue lacks: Sonnet 4's long context; fast mode, which has rates of its own and, for Opus 4.6, three of them one after the
 * other; models that came after it; DeepSeek's aliases since the nightly discount ended; GLM.
 */
const ROWS: readonly Row[] = [
  {
    provider: 'anthropic',
    model: 'claude-sonnet-4-0',
    from: '2025-08-12T00:00:00Z',
    rates: claude('3', '0.3', '3.75', '6', '15'),
    over: { tokens: 200_000, rates: claude('6', '0.6', '7.5', '12', '22.5') },
    url: PRICING,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-4-6',
    mode: 'fast',
    to: '2026-02-21T00:00:00Z',
    rates: claude('30', '3', '37.5', '60', '150'),
    over: { tokens: 200_000, rates: claude('60', '6', '75', '120', '225') },
    url: FAST,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-4-6',
    mode: 'fast',
    from: '2026-02-21T00:00:00Z',
    to: '2026-06-29T00:00:00Z',
    rates: claude('30', '3', '37.5', '60', '150'),
    url: FAST,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-4-6',
    mode: 'fast',
    from: '2026-06-29T00:00:00Z',
    rates: claude('5', '0.5', '6.25', '10', '25'),
    url: NOTES,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-4-7',
    mode: 'fast',
    to: '2026-07-25T00:00:00Z',
    rates: claude('30', '3', '37.5', '60', '150'),
    url: FAST,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-4-8',
    mode: 'fast',
    rates: claude('10', '1', '12.5', '20', '50'),
    url: FAST,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-5',
    mode: 'fast',
    rates: claude('10', '1', '12.5', '20', '50'),
    url: FAST,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-opus-5-5',
    mode: 'fast',
    rates: claude('8', '0.4', '10', '16', '40'),
    url: FAST,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-sonnet-5-5',
    to: '2026-10-07T00:00:00Z',
    rates: claude('2', '0.2', '2.5', '4', '10'),
    url: PRICING,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-sonnet-5-5',
    from: '2026-10-07T00:00:00Z',
    rates: claude('2', '0.1', '2.5', '4', '10'),
    url: NOTES,
    checked: '2026-11-26',
  },
  {
    provider: 'anthropic',
    model: 'claude-haiku-5-5',
    rates: claude('0.1', '0.01', '0.125', '0.2', '0.5'),
    over: { tokens: 100_000, rates: claude('0.5', '0.05', '0.625', '1', '2.5') },
    url: 'https://platform.claude.com/docs/en/models/haiku-5-5/overview',
    checked: '2026-11-26',
  },
  { provider: 'anthropic', model: 'claude-fable-5-2', rates: claude('8', '0.2', '10', '16', '40'), url: PRICING, checked: '2026-11-26' },
  { provider: 'anthropic', model: 'claude-mythos-5', rates: claude('10', '1', '12.5', '20', '50'), url: PRICING, checked: '2026-11-26' },
  {
    provider: 'anthropic',
    model: 'claude-mythos-5-1',
    rates: claude('10', '0.25', '12.5', '20', '50'),
    url: PRICING,
    checked: '2026-11-26',
  },
  {
    provider: 'openai',
    model: 'gpt-6.1-sol',
    rates: gpt('2', '0.1', '2.5', '10'),
    over: { tokens: 272_000, rates: gpt('4', '0.2', '5', '15') },
    url: 'https://developers.openai.com/api/docs/models/gpt-6.1-sol',
    checked: '2026-11-26',
  },
  {
    provider: 'openai',
    model: 'gpt-6.2-sol',
    rates: gpt('2', '0.1', '2.5', '10'),
    over: { tokens: 272_000, rates: gpt('4', '0.2', '5', '15') },
    url: 'https://developers.openai.com/api/docs/models/gpt-6.2-sol',
    checked: '2026-11-26',
  },
  {
    provider: 'deepseek',
    model: 'deepseek-chat',
    from: '2025-09-05T16:00:00Z',
    to: '2025-09-29T00:00:00Z',
    rates: plain('0.56', '0.07', '1.68'),
    url: DEEPSEEK,
    checked: '2026-11-26',
  },
  {
    provider: 'deepseek',
    model: 'deepseek-chat',
    from: '2025-09-29T00:00:00Z',
    to: '2026-04-24T00:00:00Z',
    rates: plain('0.28', '0.028', '0.42'),
    url: DEEPSEEK,
    checked: '2026-11-26',
  },
  {
    provider: 'deepseek',
    model: 'deepseek-chat',
    from: '2026-04-24T00:00:00Z',
    rates: plain('0.14', '0.0028', '0.28'),
    url: DEEPSEEK,
    checked: '2026-11-26',
  },
  {
    provider: 'deepseek',
    model: 'deepseek-reasoner',
    from: '2025-09-05T16:00:00Z',
    to: '2025-09-29T00:00:00Z',
    rates: plain('0.56', '0.07', '1.68'),
    url: DEEPSEEK,
    checked: '2026-11-26',
  },
  {
    provider: 'deepseek',
    model: 'deepseek-reasoner',
    from: '2025-09-29T00:00:00Z',
    to: '2026-04-24T00:00:00Z',
    rates: plain('0.28', '0.028', '0.42'),
    url: DEEPSEEK,
    checked: '2026-11-26',
  },
  {
    provider: 'deepseek',
    model: 'deepseek-reasoner',
    from: '2026-04-24T00:00:00Z',
    rates: plain('0.14', '0.0028', '0.28'),
    url: DEEPSEEK,
    checked: '2026-11-26',
  },
  { provider: 'zai', model: 'glm-4.5', rates: plain('0.6', '0.11', '2.2'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.5-x', rates: plain('2.2', '0.45', '8.9'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.5-air', rates: plain('0.2', '0.03', '1.1'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.5-airx', rates: plain('1.1', '0.22', '4.5'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.5-flash', rates: plain('0', '0', '0'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.6', rates: plain('0.6', '0.11', '2.2'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.7', rates: plain('0.6', '0.11', '2.2'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.7-flashx', rates: plain('0.07', '0.01', '0.4'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-4.7-flash', rates: plain('0', '0', '0'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-5', rates: plain('1', '0.2', '3.2'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-5-turbo', rates: plain('1.2', '0.24', '4'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-5.1', rates: plain('1.4', '0.26', '4.4'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-5.2', rates: plain('1.4', '0.26', '4.4'), url: ZAI, checked: '2026-11-26' },
  { provider: 'zai', model: 'glm-5.3', rates: plain('1.4', '0.26', '4.4'), url: ZAI, checked: '2026-11-26' },
  {
    provider: 'zai',
    model: 'glm-5.3-flash',
    to: '2026-09-09T16:00:00Z',
    rates: plain('0.075', '0.015', '0.25'),
    url: ZAI,
    checked: '2026-11-26',
  },
  {
    provider: 'zai',
    model: 'glm-5.3-flash',
    from: '2026-09-09T16:00:00Z',
    rates: plain('0.15', '0.03', '0.5'),
    url: ZAI,
    checked: '2026-11-26',
  },
];

const instantOf = (time: string | undefined): number | null => (time === undefined ? null : parseInstant(time));

const ruleOf = ({ provider, model, from, to, mode, rates, over, url, checked }: Row): PriceRule => ({
  source: OVERLAY,
  provider,
  model,
  from: instantOf(from),
  to: instantOf(to),
  since: from ?? null,
  hours: null,
  mode: mode ?? null,
  rates,
  tiers: over === undefined ? [] : [{ over: over.tokens, rates: over.rates }],
  url,
  checked,
});

/** The rows by model. */
export function overlayEntries(): CatalogueEntry[] {
  const models = new Map<string, Row[]>();
  for (const row of ROWS) {
    const key = `${row.provider}/${row.model}`;
    models.set(key, [...(models.get(key) ?? []), row]);
  }
  return [...models.values()].map((rows) => ({
    provider: rows[0]!.provider,
    model: rows[0]!.model,
    aliases: rows.flatMap(({ aliases }) => aliases ?? []),
    rules: rows.map(ruleOf),
  }));
}
