// A rate card is kept as one line with each record, and that line is enough to work its price out again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { picoOf } from '../../src/model/money.js';
import { TOKEN_CLASSES, ZERO, type Counts } from '../../src/model/tokens.js';
import {
  cardText,
  inputOf,
  parseCard,
  priceBy,
  RATES,
  tokensCost,
  unpricedReason,
  unpricedText,
  type RateCard,
  priceAgain,
} from '../../src/pricing/card.js';

const CARD: RateCard = {
  source: 'genai-prices@0.1.8',
  model: 'anthropic/claude-sonnet-4-5',
  from: '2025-09-29',
  over: 200_000,
  modes: ['fast', 'us'],
  rates: { input: '3', cache_read: '0.3', output: '15', web_search: '0.01' },
};

const anyRate = fc
  .tuple(fc.nat({ max: 10_000 }), fc.nat({ max: 999_999 }))
  .map(([whole, millionths]) => `${whole}.${String(millionths).padStart(6, '0')}`);

const anyRates = fc.record(Object.fromEntries(RATES.map((name) => [name, anyRate])), { requiredKeys: [] });

const anyCard: fc.Arbitrary<RateCard> = fc.record({
  source: fc.constantFrom('genai-prices@0.1.8', 'tokentrail@2026-11-26', 'config@0123456789ab'),
  model: fc.string({
    unit: fc.constantFrom('a', '-', '.', '/', ':', '@', '%', ' ', '=', '+', '\n', 'ü', '日', '#', '?', '&'),
    minLength: 1,
    maxLength: 12,
  }),
  from: fc.option(fc.constantFrom('2025-09-29', '2025-09-05T16:00:00Z', '2026-01-01T00:00:00+02:00')),
  over: fc.option(fc.nat()),
  modes: fc.uniqueArray(fc.constantFrom('fast', 'batch', 'us', 'geo:eu-west.1')),
  rates: anyRates,
});

const anyCounts: fc.Arbitrary<Counts> = fc.record({
  input: fc.nat({ max: 5_000_000 }),
  cache_read: fc.nat({ max: 5_000_000 }),
  cache_write_5m: fc.nat({ max: 5_000_000 }),
  cache_write_1h: fc.nat({ max: 5_000_000 }),
  output: fc.nat({ max: 5_000_000 }),
  reasoning: fc.constant(null),
});

describe('the line of a card', () => {
  it('tells where its rates come from, and the rates', () => {
    expect(cardText(CARD)).toBe(
      'genai-prices@0.1.8 anthropic/claude-sonnet-4-5 from=2025-09-29 over=200000 modes=fast+us input=3 cache_read=0.3 output=15 web_search=0.01',
    );
  });

  it('leaves out what does not hold', () => {
    expect(cardText({ ...CARD, from: null, over: null, modes: [], rates: { input: '0', output: '0' } })).toBe(
      'genai-prices@0.1.8 anthropic/claude-sonnet-4-5 input=0 output=0',
    );
  });

  it('gives the card again, whatever the model is called', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(parseCard(cardText(card))).toEqual(card);
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  it.each(['a model with spaces', 'a=b', 'input=9', '100 %', 'a%20b', 'über', 'a\nb', '日本'])('holds one that is called %j', (model) => {
    const text = cardText({ ...CARD, model });
    expect([parseCard(text)?.model, parseCard(text)?.rates, text.includes('\n')]).toEqual([model, CARD.rates, false]);
  });

  it('of no price says why, and is no card', () => {
    const text = unpricedText('no_rate:web_search', 'book@1');
    expect([text, unpricedReason(text), parseCard(text), priceAgain(text, ZERO, null)]).toEqual([
      'unpriced no_rate:web_search book@1',
      'no_rate:web_search',
      null,
      null,
    ]);
  });

  it('of a price gives no reason', () => {
    expect(unpricedReason(cardText(CARD))).toBeNull();
  });
});

describe('a sum by a card', () => {
  it('is that of its steps, and each step that of its class alone', () => {
    const all = fc.record(Object.fromEntries(RATES.map((name) => [name, anyRate])));
    fc.assert(
      fc.property(all, anyCounts, fc.nat({ max: 50 }), (rates, counts, searches) => {
        const priced = priceBy({ rates }, counts, searches);
        if (typeof priced === 'string') throw new Error(priced);
        expect(priced.pico).toBe(priced.steps.reduce((sum, { pico }) => sum + pico, 0n));
        const alone = TOKEN_CLASSES.map((name) => priceBy({ rates }, { ...ZERO, [name]: counts[name] }, 0));
        const tokens = alone.reduce((sum, one) => sum + (typeof one === 'string' ? 0n : one.pico), 0n);
        expect(priced.pico).toBe(tokens + BigInt(searches) * picoOf(rates['web_search']!)!);
      }),
      { seed: 32, numRuns: 200 },
    );
  });

  it('is what is worked out again from its line', () => {
    fc.assert(
      fc.property(anyCard, anyCounts, fc.nat({ max: 3 }), (card, counts, searches) => {
        const priced = priceBy(card, counts, searches);
        const again = priceAgain(cardText(card), counts, searches === 0 ? null : `web_search:${searches}`);
        expect(again).toBe(typeof priced === 'string' ? null : priced.pico);
      }),
      { seed: 33, numRuns: 200 },
    );
  });

  it.each([
    ['down to the even', 5, '0.0000001', 0n],
    ['up to the even', 15, '0.0000001', 2n],
    ['down below the half', 4, '0.0000001', 0n],
    ['up above the half', 6, '0.0000001', 1n],
    ['not at all where it is whole', 10, '0.0000001', 1n],
  ])('is rounded %s', (_, tokens, rate, pico) => {
    expect(tokensCost(tokens, rate)).toBe(pico);
  });

  it('is rounded once for each class, not for the whole', () => {
    const half = '0.0000001';
    const priced = priceBy({ rates: { input: half, output: half } }, { ...ZERO, input: 5, output: 5 }, 0);
    expect(priced).toMatchObject({ pico: 0n });
  });

  it('leaves out classes without tokens, with or without a rate', () => {
    expect(priceBy({ rates: { output: '15' } }, { ...ZERO, output: 2 }, 0)).toEqual({
      pico: 30_000_000n,
      steps: [{ name: 'output', amount: 2, rate: '15', pico: 30_000_000n }],
    });
  });

  it.each([
    ['a class has tokens and no rate', { cache_write_1h: 1 }, 0, 'no_rate:cache_write_1h'],
    ['searches have none', { output: 1 }, 1, 'no_rate:web_search'],
    ['a class is not known', { input: null }, 0, 'unknown_counts'],
  ])('is none where %s', (_, counts, searches, reason) => {
    expect(priceBy({ rates: { input: '3', output: '15' } }, { ...ZERO, ...counts }, searches)).toBe(reason);
  });

  it('is 0 where the rates are, as of a model that runs at home', () => {
    expect(priceBy({ rates: { input: '0', output: '0' } }, { ...ZERO, input: 9, output: 9 }, 0)).toMatchObject({ pico: 0n });
  });
});

it('takes all that was sent for the input by which tiers go, and no output', () => {
  const counts = { ...ZERO, input: 1, cache_read: 20, cache_write_5m: 300, cache_write_1h: 4000, output: 50_000 };
  expect([inputOf(counts), inputOf({ ...counts, cache_read: null })]).toEqual([4321, null]);
});
