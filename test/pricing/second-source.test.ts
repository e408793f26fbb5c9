// The book against a second source of prices, model by model: equal, or different for a reason that is told here.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { picoOf } from '../../src/model/money.js';
import { parseInstant } from '../../src/model/time.js';
import { TOKEN_CLASSES, ZERO, type TokenClass } from '../../src/model/tokens.js';
import { makeBook } from '../../src/pricing/make-book.js';

/** Rates in dollars per million; null: the source doesn't tell. */
interface Row extends Readonly<Partial<Record<TokenClass, string | null>>> {
  readonly provider: string;
  readonly model: string;
  readonly source: string;
  /** The source's own day; null where it names none, which means today. */
  readonly as_of: string | null;
}

const ROWS = JSON.parse(readFileSync(new URL('second-source.json', import.meta.url), 'utf8')) as readonly Row[];

const TODAY = '2026-11-26';

/** What is different, as `class theirs/ours`, and why. */
const DIFFERENCES: Readonly<Record<string, readonly [difference: string, why: string]>> = {
  'models.dev gpt-5.6-sol': [
    'input 2/4, cache_read 0.2/0.4, cache_write_5m 2.5/5, output 10/20',
    "OpenAI's own page tells 4 and 20, promotional until 2026-11-21 at least; theirs is wrong, or later than any page that was found",
  ],
  'models.dev o3': ['input 2/10, output 8/40', 'its day is that of the release, its rates are those after the cut of 2025-06-10'],
  'models.dev qwen3-coder-plus': ['unknown_model', 'its four steps of context stand on no page of its maker that was found'],
  'llm-prices o3': ['input 10/2, output 40/8', 'it never followed the cut of 2025-06-10'],
  'llm-prices claude-3-haiku': ['cache_read 0.025/0.03', "Anthropic's own page tells 0.03"],
  'llm-prices claude-sonnet-5-5': ['cache_read 0.2/0.1', 'it is older than the cut of 2026-10-07'],
  'llm-prices gemini-3.6-flash': [
    'input 1.5/0.75, cache_read 0.15/0.075, output 7.5/3.75',
    'it tells the rates that follow the introductory ones, which end with 2026',
  ],
  'llm-prices deepseek-chat': ['input 0.27/0.14, output 1.1/0.28', 'it is older than the changes of 2025-09-05, 2025-09-29 and 2026-04-24'],
  'llm-prices deepseek-reasoner': [
    'input 0.55/0.14, output 2.19/0.28',
    'it is older than the changes of 2025-09-05, 2025-09-29 and 2026-04-24',
  ],
};

const book = makeBook([], null);

/** Null where all that the source tells is what the book tells. */
function differenceOf(row: Row): string | null {
  const found = book.find({ model: row.model, at: parseInstant(`${row.as_of ?? TODAY}T12:00:00Z`), counts: ZERO, terms: null });
  if (typeof found === 'string') return found;
  if (!found.card.model.startsWith(`${row.provider}/`)) return found.card.model;
  const told = TOKEN_CLASSES.filter((name) => (row[name] ?? null) !== null);
  const other = told.filter((name) => picoOf(row[name]!) !== picoOf(found.card.rates[name] ?? ''));
  return other.length === 0 ? null : other.map((name) => `${name} ${row[name]}/${found.card.rates[name] ?? 'none'}`).join(', ');
}

it('has the rates of a second source, but for those that are listed with their reason', () => {
  expect(ROWS.length).toBeGreaterThan(80);
  const found = ROWS.flatMap((row) => {
    const difference = differenceOf(row);
    return difference === null ? [] : [[`${row.source} ${row.model}`, difference] as const];
  });
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(DIFFERENCES).map(([name, [difference]]) => [name, difference])),
  );
});
