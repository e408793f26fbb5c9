// Prices, plans and currency in the configuration: exact, or refused with the line that is wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig, type Config } from '../../src/cli/config.js';
import { mergedMoney, namedRules, rulesName } from '../../src/cli/price-settings.js';
import { parseModes, parseTokens } from '../../src/cli/price-flags.js';
import { parseInstant } from '../../src/model/time.js';
import { ZERO } from '../../src/model/tokens.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokentrail-prices-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(text: string): Promise<Config> {
  const file = join(folder, 'tokentrail.yaml');
  writeFileSync(file, text);
  return (await readConfig(file))!;
}

const rule = async (fields: string) => (await read(`prices:\n  - { ${fields} }\n`)).money.rules[0]!;

describe('prices', () => {
  it('are taken as they are written, not through a double', async () => {
    const { rule: own, pattern } = await rule('model: home/*, input: 0.1000000000000000055, output: 1e-3, web_search: 0');
    expect([pattern, own.rates]).toMatchObject(['home/*', { input: '0.1000000000000000055', output: '1e-3', web_search: '0' }]);
  });

  it('take the rate of input for caches without one, and of the shorter cache for the longer', async () => {
    expect((await rule('model: a, input: 3, output: 15')).rule.rates).toMatchObject({
      cache_read: '3',
      cache_write_5m: '3',
      cache_write_1h: '3',
    });
    expect((await rule('model: a, input: 3, output: 15, cache_write_5m: 4')).rule.rates).toMatchObject({
      cache_read: '3',
      cache_write_1h: '4',
    });
  });

  it('hold from the beginning of a day in UTC, or from a time with an offset, up to the other', async () => {
    const { rule: own } = await rule("model: a, input: 1, output: 1, from: 2026-03-01, to: '2026-04-01T00:00:00+02:00'");
    expect([own.from, own.to]).toEqual([parseInstant('2026-03-01T00:00:00Z'), parseInstant('2026-03-31T22:00:00Z')]);
  });

  it('have rates of large requests over those of all', async () => {
    const { rule: own } = await rule('model: a, input: 1, output: 2, cache_read: 0.5, over: { tokens: 200000, output: 4 }');
    expect(own.tiers).toMatchObject([{ over: 200_000, rates: { input: '1', output: '4', cache_read: '0.5' } }]);
  });

  it('may be those of another model with an exact factor', async () => {
    expect(await rule('model: a, like: b, times: 0.85')).toMatchObject({
      like: 'b',
      times: { numerator: 850_000_000_000n, denominator: 10n ** 12n },
    });
  });

  it('of several files go one after the other, under a name that tells one set from another', async () => {
    const one = (await read('prices:\n  - { model: a, input: 1, output: 1 }\n')).money;
    const other = (await read('prices:\n  - { model: a, input: 2, output: 1 }\nsubscriptions: [claude]\n')).money;
    const both = mergedMoney([one, other]);
    expect(both.rules.map(({ rule: own }) => own.rates.input)).toEqual(['1', '2']);
    expect([new Set([one, other, both].map(({ rules }) => rulesName(rules))).size, rulesName([])]).toEqual([3, null]);
    expect(namedRules(both.rules).map(({ rule: own }) => own.source)).toEqual([rulesName(both.rules), rulesName(both.rules)]);
  });
});

describe('what is wrong with prices', () => {
  it.each([
    ['a text', 'prices: cheap', 1],
    ['a map', 'prices: { a: 1 }', 1],
    ['nothing', 'prices:', 1],
    ['an unknown setting', 'prices:\n  - model: a\n    input: 1\n    ouput: 2', 4],
    ['no model', 'prices:\n  - input: 1\n    output: 2', 2],
    ['no output', 'prices:\n  - model: a\n    input: 1', 2],
    ['a rate below zero', 'prices:\n  - model: a\n    input: -1\n    output: 2', 3],
    ['a rate that is no number', 'prices:\n  - model: a\n    input: 1\n    output: two', 4],
    ['a rate without a value', 'prices:\n  - model: a\n    input:\n    output: 2', 3],
    ['a day that is none', 'prices:\n  - model: a\n    input: 1\n    output: 2\n    from: 2026-13-01', 5],
    ['an end before its beginning', 'prices:\n  - model: a\n    input: 1\n    output: 2\n    from: 2026-03-01\n    to: 2026-03-01', 2],
    ['a factor on nothing', 'prices:\n  - model: a\n    input: 1\n    output: 2\n    times: 2', 2],
    ['rates beside another model', 'prices:\n  - model: a\n    like: b\n    input: 1', 2],
    ['large requests without a size', 'prices:\n  - model: a\n    input: 1\n    output: 2\n    over: { input: 3 }', 5],
    ['large requests of half a token', 'prices:\n  - model: a\n    input: 1\n    output: 2\n    over: { tokens: 0.5 }', 5],
    ['a plan of an agent that is none', 'subscriptions: [claude, chatgpt]', 1],
    ['a currency without a rate', 'currency:\n  code: EUR\n  date: 2026-11-01', 2],
    ['a currency at 0', 'currency: { code: EUR, rate: 0, date: 2026-11-01 }', 1],
    ['a currency without a day', 'currency: { code: EUR, rate: 0.9 }', 1],
    ['a currency that is a word', 'currency: { code: euro, rate: 0.9, date: 2026-11-01 }', 1],
  ])('is told with its line, and breaks no store: %s', async (_, text, line) => {
    const { store, money, problem } = await read(`${text}\nstore: ledger\n`);
    expect([store, money, problem?.code, problem?.details['line']]).toEqual([
      'ledger',
      { rules: [], plans: [], display: null, budget: null },
      'CONFIG_INVALID',
      line,
    ]);
  });
});

describe('plans and currency', () => {
  it('are read', async () => {
    const { money } = await read('subscriptions: [claude, codex]\ncurrency: { code: EUR, rate: 0.92, date: 2026-11-01 }\n');
    expect(money).toMatchObject({
      plans: ['claude', 'codex'],
      display: { code: 'EUR', rate: '0.92', pico: 920_000_000_000n, date: '2026-11-01' },
    });
  });
});

describe('a request on the command line', () => {
  it('has the tokens that are given, and 0 of others', () => {
    expect([parseTokens(['input=10_000', 'output=5']), parseTokens([])]).toEqual([{ ...ZERO, input: 10_000, output: 5 }, null]);
  });

  it.each([
    'input',
    'input=',
    'input=x',
    'input=-1',
    'input=1.5',
    'input=_',
    'input=1=2',
    'input=9007199254740992',
    'reasoning=1',
    'cached=1',
    '',
  ])('has no tokens of %j', (part) => {
    expect(() => parseTokens([part])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('has its terms in one order, with searches', () => {
    expect([parseModes(['us', 'web_search:10', 'fast']), parseModes([])]).toEqual(['fast us web_search:10', null]);
  });

  it.each([
    [['web_search']],
    [['web_search:']],
    [['web_search:x']],
    [['web_search:1', 'web_search:2']],
    [['web_searches:1']],
    [['Fast!']],
    [['']],
  ])('has no terms of %j', (words) => {
    expect(() => parseModes(words)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
