// Which rule prices a request: the user's over ours over the catalogue's, at its own time, for its own terms and its own input.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dollars } from '../../src/model/money.js';
import { parseInstant } from '../../src/model/time.js';
import { ZERO, type Counts } from '../../src/model/tokens.js';
import { PriceBook, type BookParts, type Request } from '../../src/pricing/book.js';
import { priceAgain } from '../../src/pricing/card.js';
import { catalogueEntries, type CatalogueEntry } from '../../src/pricing/catalogue.js';
import { FACTORS } from '../../src/pricing/factors.js';
import { makeBook } from '../../src/pricing/make-book.js';
import { overlayEntries } from '../../src/pricing/overlay.js';
import type { PriceRule } from '../../src/pricing/rule.js';
import { appliesTo, type UserRule } from '../../src/pricing/user-rule.js';

const at = (text: string): number => parseInstant(text)!;

const rule = (over: Partial<PriceRule> = {}): PriceRule => ({
  source: 'list@1',
  provider: 'anthropic',
  model: 'm',
  from: null,
  to: null,
  since: null,
  hours: null,
  mode: null,
  rates: { input: '1', cache_read: '1', cache_write_5m: '1', cache_write_1h: '1', output: '1' },
  tiers: [],
  url: null,
  checked: null,
  ...over,
});

const costing = (dollarsEach: string): PriceRule['rates'] => ({ input: dollarsEach, output: dollarsEach });

const entry = (rules: readonly PriceRule[], over: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  provider: 'anthropic',
  model: 'm',
  aliases: [],
  rules,
  ...over,
});

const own = (over: Partial<UserRule> = {}, of: Partial<PriceRule> = {}): UserRule => ({
  pattern: 'm',
  like: null,
  times: null,
  rule: rule({ source: 'config@1', provider: 'own', ...of }),
  ...over,
});

const book = (parts: Partial<BookParts>): PriceBook =>
  new PriceBook({ name: 'book@1', catalogue: [], overlay: [], factors: [], user: [], ...parts });

const MILLION: Counts = { ...ZERO, input: 1_000_000 };

const NOW = at('2026-11-26T12:00:00Z');

/** What a million tokens of input cost, in dollars, or why there is no price. */
function priceOf(of: PriceBook, request: Partial<Request> = {}): string {
  const { pico, reason } = of.explain({ model: 'm', at: NOW, counts: MILLION, terms: null, ...request });
  return pico === null ? reason! : dollars(pico);
}

describe('the rule of a request', () => {
  const catalogue = [entry([rule({ rates: costing('1') })])];
  const overlay = [entry([rule({ rates: costing('2') })])];
  const user = [own({}, { rates: costing('3') })];

  it("is the user's, else ours, else the catalogue's", () => {
    expect([priceOf(book({ catalogue })), priceOf(book({ catalogue, overlay })), priceOf(book({ catalogue, overlay, user }))]).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it("is the first of the user's that is meant", () => {
    const rules = [own({ pattern: 'other' }, { rates: costing('8') }), own({}, { rates: costing('3') }), own({}, { rates: costing('9') })];
    expect(priceOf(book({ catalogue, user: rules }))).toBe('3');
  });

  it('is none of a user for a model of another name', () => {
    expect(priceOf(book({ catalogue, user: [own({ pattern: 'mm' })] }))).toBe('1');
  });

  it('prices a model that only the user knows', () => {
    expect(priceOf(book({ user: [own({ pattern: 'home/*' }, { rates: costing('0') })] }), { model: 'home/llama' })).toBe('0');
  });

  it("is the catalogue's before ours began", () => {
    const from = at('2026-03-01T00:00:00Z');
    const dated = book({ catalogue, overlay: [entry([rule({ from, rates: costing('2') })])] });
    expect([priceOf(dated, { at: from - 1 }), priceOf(dated, { at: from })]).toEqual(['1', '2']);
  });

  it("is the listed one outside of the time of the user's", () => {
    const [from, to] = [at('2026-03-01T00:00:00Z'), at('2026-04-01T00:00:00Z')];
    const dated = book({ catalogue, user: [own({}, { from, to, rates: costing('3') })] });
    expect([from - 1, from, to - 1, to].map((time) => priceOf(dated, { at: time }))).toEqual(['1', '3', '3', '1']);
  });

  it('stays the same whichever entry comes first', () => {
    const twins = [
      entry([rule({ model: 'a', rates: costing('4') })], { model: 'a', aliases: ['x'] }),
      entry([rule({ model: 'b' })], { model: 'b', aliases: ['x'] }),
    ];
    const prices = [twins, twins.toReversed()].map((list) => priceOf(book({ catalogue: list }), { model: 'x' }));
    expect(prices).toEqual(['4', '4']);
  });

  it('is that of an id before that of an alias', () => {
    const entries = [entry([rule({ model: 'a' })], { model: 'a', aliases: ['m'] }), entry([rule({ rates: costing('5') })])];
    expect(priceOf(book({ catalogue: entries }))).toBe('5');
  });
});

describe('a time of day', () => {
  it.each([
    ['inside a day', { start: 3600, end: 7200 }, ['01:00:00', '01:59:59'], ['00:59:59', '02:00:00']],
    ['over midnight', { start: 82_800, end: 3600 }, ['23:00:00', '00:59:59'], ['22:59:59', '01:00:00']],
  ] as const)('%s is half-open', (_, hours, within, outside) => {
    const nightly = book({ catalogue: [entry([rule({ hours, rates: costing('1') }), rule({ rates: costing('2') })])] });
    const pricesAt = (times: readonly string[]): string[] => times.map((time) => priceOf(nightly, { at: at(`2026-05-04T${time}Z`) }));
    expect([pricesAt(within), pricesAt(outside)]).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });
});

describe('a request has no price', () => {
  const catalogue = [entry([rule()])];
  const from = at('2026-03-01T00:00:00Z');

  it.each([
    ['without a model', { model: null }, 'no_model'],
    ['of a model that nobody lists', { model: 'n' }, 'unknown_model'],
    ['of a mode that nobody lists', { terms: 'turbo' }, 'no_price_for:turbo'],
    ['in a place that nobody lists', { terms: 'geo:mars' }, 'no_price_for:geo:mars'],
    ['with searches that have no rate', { terms: 'web_search:1' }, 'no_rate:web_search'],
    ['of which a class is not known', { counts: { ...ZERO, output: null } }, 'unknown_counts'],
  ] as const)('%s', (_, request, reason) => {
    const { pico, card, steps } = book({ catalogue }).explain({ model: 'm', at: NOW, counts: MILLION, terms: null, ...request });
    expect([pico, card, steps]).toEqual([null, `unpriced ${reason} book@1`, []]);
  });

  it('before its model had one', () => {
    expect(priceOf(book({ catalogue: [entry([rule({ from })])] }), { at: from - 1 })).toBe('not_priced_then');
  });

  it('at an unknown time, where the time would tell', () => {
    const dated = book({ catalogue: [entry([rule({ from }), rule()])] });
    expect([priceOf(dated, { at: null }), priceOf(book({ catalogue }), { at: null })]).toEqual(['no_time', '1']);
  });

  it("at an unknown time, where the user's rule has one", () => {
    expect(priceOf(book({ catalogue, user: [own({}, { from })] }), { at: null })).toBe('no_time');
  });

  it('with an unknown input, where its size would tell', () => {
    const tiered = book({ catalogue: [entry([rule({ tiers: [{ over: 10, rates: costing('2') }] })])] });
    expect(priceOf(tiered, { counts: { ...ZERO, input: null } })).toBe('unknown_counts');
  });

  it('of a class without a rate', () => {
    const inputOnly = book({ catalogue: [entry([rule({ rates: { input: '1' } })])] });
    expect([priceOf(inputOnly), priceOf(inputOnly, { counts: { ...ZERO, output: 1 } })]).toEqual(['1', 'no_rate:output']);
  });
});

describe('a mode', () => {
  const fast = rule({ mode: 'fast', rates: costing('6') });
  const half = { mode: 'batch', numerator: 1n, denominator: 2n, of: () => true, url: '' };

  it('has the rates that are listed for it, and no other request has', () => {
    const of = book({ overlay: [entry([fast])], catalogue: [entry([rule()])] });
    expect([priceOf(of, { terms: 'fast' }), priceOf(of)]).toEqual(['6', '1']);
  });

  it('has no price before its own begins, also where ordinary requests have one', () => {
    const of = book({ overlay: [entry([{ ...fast, from: NOW + 1 }])], catalogue: [entry([rule()])] });
    expect(priceOf(of, { terms: 'fast' })).toBe('not_priced_then');
  });

  it('that is a factor is one on all rates of tokens, and not on searches', () => {
    const rates = { input: '1', output: '3', web_search: '0.01' };
    const { found, pico } = book({ catalogue: [entry([rule({ rates })])], factors: [half] }).explain({
      model: 'm',
      at: NOW,
      counts: MILLION,
      terms: 'batch web_search:2',
    });
    expect([found?.card.rates, dollars(pico!)]).toEqual([{ input: '0.5', output: '1.5', web_search: '0.01' }, '0.52']);
  });

  it('comes with another that is a factor on its rates', () => {
    const of = book({ overlay: [entry([fast])], catalogue: [entry([rule()])], factors: [half] });
    expect(priceOf(of, { terms: 'fast batch' })).toBe('3');
  });

  it('that the user prices is priced so, and other requests as listed', () => {
    const of = book({ catalogue: [entry([rule()])], user: [own({}, { mode: 'turbo', rates: costing('7') })] });
    expect([priceOf(of, { terms: 'turbo' }), priceOf(of)]).toEqual(['7', '1']);
  });

  it('has no price by rates of the user that are of ordinary requests, and one by a factor or by rates of its own', () => {
    const ordinary = own({}, { rates: costing('7') });
    expect(priceOf(book({ user: [ordinary] }), { terms: 'fast' })).toBe('no_price_for:fast');
    expect(priceOf(book({ user: [ordinary], factors: [half] }), { terms: 'batch' })).toBe('3.5');
    expect(priceOf(book({ user: [own({}, { mode: 'fast', rates: costing('9') }), ordinary] }), { terms: 'fast' })).toBe('9');
  });

  it('that the user prices like another model, with a factor, has that price', () => {
    const of = book({
      catalogue: [entry([rule()])],
      user: [own({ like: 'm', times: { numerator: 2n, denominator: 1n } }, { mode: 'turbo' })],
    });
    expect([priceOf(of, { terms: 'turbo' }), priceOf(of)]).toEqual(['2', '1']);
  });
});

describe('a rule of the user for a model', () => {
  const user = [own({ pattern: 'claude-haiku-4-5', like: 'claude-haiku-4-5', times: { numerator: 1n, denominator: 2n } })];

  it.each(['claude-haiku-4-5', 'claude-haiku-4-5-20251001', 'anthropic/claude-haiku-4.5', 'Claude-Haiku-4-5-20251001[1m]'])(
    'is meant by each of its names: %s',
    (model) => expect(priceOf(makeBook(user, 'config@1'), { model })).toBe('0.5'),
  );
});

describe('a record that stands for several requests', () => {
  const tiered = book({ catalogue: [entry([rule({ rates: costing('4'), tiers: [{ over: 200_000, rates: costing('8') }] })])] });

  it('has a price as long as none of them can be above the first context tier', () => {
    expect(priceOf(tiered, { calls: 3, counts: { ...ZERO, input: 200_000 } })).toBe('0.8');
    expect(priceOf(tiered, { calls: 3, counts: { ...ZERO, input: 200_001 } })).toBe('several_requests');
    expect(priceOf(tiered, { calls: 1, counts: { ...ZERO, input: 200_001 } })).toBe('1.600008');
  });
});

describe('a price like that of another model', () => {
  const catalogue = [entry([rule({ rates: costing('4'), tiers: [{ over: 2_000_000, rates: costing('8') }] })])];
  const discount = own({ pattern: 'gateway/*', like: 'm', times: { numerator: 85n, denominator: 100n } });

  it('is that, times the factor, in each tier', () => {
    const of = book({ catalogue, user: [discount] });
    const large = { counts: { ...ZERO, input: 3_000_000 } };
    expect([priceOf(of, { model: 'gateway/a' }), priceOf(of, { model: 'gateway/a', ...large })]).toEqual(['3.4', '20.4']);
  });

  it("says in its card that it is the user's", () => {
    const { found } = book({ catalogue, user: [discount] }).explain({ model: 'gateway/a', at: NOW, counts: MILLION, terms: null });
    expect(found?.card).toMatchObject({ source: 'config@1', model: 'anthropic/m' });
  });

  it('is none where that has none', () => {
    expect(priceOf(book({ user: [discount] }), { model: 'gateway/a' })).toBe('unknown_model');
  });

  it('of itself is the listed one, with the factor once', () => {
    expect(priceOf(book({ catalogue, user: [{ ...discount, pattern: 'm' }] }))).toBe('3.4');
  });
});

describe('what a pattern is meant for', () => {
  it.each([
    ['claude-x', 'claude-x', null, true],
    ['Claude-X', 'claude-x', null, true],
    ['claude-x', 'CLAUDE-X', null, true],
    ['claude', 'claude-x', null, false],
    ['claude*', 'claude-x', null, true],
    ['*', 'anything', null, true],
    ['*-x', 'claude-x', null, false],
    ['cl*de', 'claude', null, false],
    ['anthropic/claude-x', 'claude-x-20260101', 'anthropic/claude-x', true],
    ['anthropic/*', 'claude-x', 'anthropic/claude-x', true],
    ['openai/*', 'claude-x', 'anthropic/claude-x', false],
  ])('%s: %s of %s: %s', (pattern, model, of, isMeant) => {
    expect(
      appliesTo(
        { pattern },
        [model, ...(of === null ? [] : [of])].map((name) => name.toLowerCase()),
      ),
    ).toBe(isMeant);
  });
});

describe('the size of a request', () => {
  const tiers = [
    { over: 1000, rates: costing('2') },
    { over: 5000, rates: costing('3') },
  ];
  const of = book({ catalogue: [entry([rule({ tiers })])] });
  const eachOf = (counts: Partial<Counts>): string | undefined => {
    const found = of.find({ model: 'm', at: NOW, counts: { ...ZERO, ...counts }, terms: null });
    return typeof found === 'string' ? found : found.card.rates.output;
  };

  it.each([
    [999, '1'],
    [1000, '1'],
    [1001, '2'],
    [5000, '2'],
    [5001, '3'],
  ])('of %i tokens of input has rates of $%s for all of it', (input, each) => {
    expect(eachOf({ input })).toBe(each);
  });

  it('is that of all classes of input together', () => {
    expect(eachOf({ input: 250, cache_read: 250, cache_write_5m: 250, cache_write_1h: 251 })).toBe('2');
  });

  it('does not grow with its output', () => {
    expect(eachOf({ input: 1000, output: 9_000_000 })).toBe('1');
  });
});

describe('the book as it is delivered', () => {
  const delivered = makeBook([], null);
  const names = delivered.entries.map(({ model }) => model);
  const [catalogue, overlay] = [catalogueEntries(), overlayEntries()];

  const anyRequest: fc.Arbitrary<Request> = fc.record({
    model: fc.constantFrom(
      'claude-sonnet-4-5',
      'claude-opus-4-6',
      'claude-haiku-5-5',
      'gpt-6.2-sol',
      'gemini-2.5-pro',
      'deepseek-chat',
      ...names,
    ),
    at: fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
    counts: fc.record({
      input: fc.nat({ max: 400_000 }),
      cache_read: fc.nat({ max: 400_000 }),
      cache_write_5m: fc.nat({ max: 100_000 }),
      cache_write_1h: fc.constantFrom(0, 0, 777),
      output: fc.nat({ max: 100_000 }),
      reasoning: fc.constant(null),
    }),
    terms: fc.constantFrom(null, null, 'fast', 'batch', 'us', 'fast us', 'web_search:3'),
  });

  it('gives each request a price that is the sum of its steps and stands in its card, or a reason', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { pico, card, steps, reason } = delivered.explain(request);
        expect([priceAgain(card, request.counts, request.terms), reason === null]).toEqual([pico, pico !== null]);
        if (pico !== null) expect(steps.reduce((sum, step) => sum + step.pico, 0n)).toBe(pico);
      }),
      { seed: 41, numRuns: 300 },
    );
  });

  it('gives each request the same price whatever was asked before', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 2, maxLength: 8 }), (requests) => {
        const estimates = (some: readonly Request[], of: PriceBook) => some.map((request) => of.estimate(request));
        const fresh = new PriceBook({ name: delivered.name, catalogue, overlay, factors: FACTORS, user: [] });
        expect(estimates(requests, delivered)).toEqual(estimates(requests.toReversed(), fresh).toReversed());
      }),
      { seed: 42, numRuns: 30 },
    );
  });

  it('never takes less for more of the same', () => {
    fc.assert(
      fc.property(anyRequest, fc.nat({ max: 1000 }), (request, more) => {
        const { pico } = delivered.explain(request);
        const larger = delivered.explain({ ...request, counts: { ...request.counts, output: request.counts.output! + more } });
        if (pico !== null && larger.pico !== null) expect(larger.pico >= pico).toBe(true);
      }),
      { seed: 43, numRuns: 200 },
    );
  });

  it('has for each rule an input and an output, tiers that grow, and a time that begins before it ends', () => {
    const rules = delivered.entries.flatMap((one) => one.rules);
    const wrong = rules.filter(
      ({ rates, tiers, from, to }) =>
        rates.input === undefined ||
        (from !== null && to !== null && from >= to) ||
        tiers.some(({ over }, i) => i > 0 && over <= tiers[i - 1]!.over),
    );
    expect(wrong).toEqual([]);
  });

  it('has corrections of its own that say where they stand, and follow each other without a gap', () => {
    const rules = delivered.entries.flatMap((one) => one.rules).filter(({ source }) => source.startsWith('tokentrail@'));
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter(({ url, checked }) => !/^https:\/\//.test(url ?? '') || !/^\d{4}-\d{2}-\d{2}$/.test(checked ?? ''))).toEqual([]);
    const ends = rules.filter(({ to }) => to !== null);
    const gaps = ends.filter(
      ({ provider, model, mode, to }) =>
        !rules.some((next) => next.provider === provider && next.model === model && next.mode === mode && next.from === to),
    );
    // Opus 4.7 lost its fast mode.
    expect(gaps.map(({ model, mode }) => `${model} ${mode}`)).toEqual(['claude-opus-4-7 fast']);
  });

  it('takes nothing more for Claude models in the US that are older than that price', () => {
    const inUS = (model: string): string => priceOf(delivered, { model, terms: 'us', counts: { ...ZERO, input: 100_000 } });
    expect(['claude-opus-4-5', 'claude-haiku-4-5', 'claude-opus-4-6', 'claude-sonnet-4-6'].map(inUS)).toEqual([
      '0.5',
      '0.1',
      '0.55',
      '0.33',
    ]);
  });
});
