// Factors on the rates of tokens that providers list for whole kinds of requests.
import type { Factor } from './book.js';
import type { PriceRule } from './rule.js';

/** Claude models before Opus 4.6, whose price does not depend on where they run. */
const BEFORE_RESIDENCY = /^claude-(?:v1|2|3|(?:opus|sonnet)-4-[015]$|haiku-4-5$)/;

const isAnthropic = ({ provider }: PriceRule): boolean => provider === 'anthropic';

const RESIDENCY = 'https://platform.claude.com/docs/en/about-claude/pricing#data-residency-pricing';

const isBatched = ({ provider }: PriceRule): boolean => provider === 'anthropic' || provider === 'openai' || provider === 'google';

export const FACTORS: readonly Factor[] = [
  {
    mode: 'batch',
    numerator: 1n,
    denominator: 2n,
    of: isBatched,
    url: 'https://platform.claude.com/docs/en/build-with-claude/batch-processing',
  },
  { mode: 'us', numerator: 11n, denominator: 10n, of: (rule) => isAnthropic(rule) && !BEFORE_RESIDENCY.test(rule.model), url: RESIDENCY },
  { mode: 'us', numerator: 1n, denominator: 1n, of: (rule) => isAnthropic(rule) && BEFORE_RESIDENCY.test(rule.model), url: RESIDENCY },
];
