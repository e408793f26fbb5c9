import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTerms, termsText } from '../../src/model/terms.js';

describe('terms', () => {
  it.each([
    [['us', 'fast'], 0, 'fast us'],
    [['us', 'batch', 'fast', 'priority', 'flex'], 0, 'fast batch priority flex us'],
    [['geo:eu', 'us'], 0, 'us geo:eu'],
    [['turbo', 'geo:eu', 'fast'], 0, 'fast geo:eu turbo'],
    [['fast', 'fast'], 0, 'fast'],
    [[], 10, 'web_search:10'],
    [['us'], 1, 'us web_search:1'],
    [[], 0, null],
  ])('%j with %i searches are %j', (modes, web_searches, text) => {
    expect(termsText({ modes, web_searches })).toBe(text);
  });

  it.each([null, ''])('of an ordinary request are none: %j', (text) => {
    expect(parseTerms(text)).toEqual({ modes: [], web_searches: 0 });
  });

  it('are the same in whichever order they came', () => {
    const modes = ['us', 'geo:eu', 'batch', 'a', 'fast'];
    fc.assert(
      fc.property(fc.shuffledSubarray(modes, { minLength: modes.length }), (shuffled) => {
        expect(termsText({ modes: shuffled, web_searches: 2 })).toBe('fast batch us a geo:eu web_search:2');
      }),
      { seed: 51, numRuns: 30 },
    );
  });

  it('are what they were, written and read', () => {
    const mode = fc.constantFrom('fast', 'batch', 'priority', 'flex', 'us', 'geo:eu', 'geo:ap-south.1', 'turbo', '2x');
    fc.assert(
      fc.property(fc.uniqueArray(mode), fc.nat(), (modes, web_searches) => {
        const text = termsText({ modes, web_searches });
        expect([new Set(parseTerms(text).modes), parseTerms(text).web_searches]).toEqual([new Set(modes), web_searches]);
        expect(termsText(parseTerms(text))).toBe(text);
      }),
      { seed: 52, numRuns: 100 },
    );
  });

  it.each(['two words', 'Schnell!', 'ä', 'x'.repeat(100), 'web_search:5', '-fast', ''])(
    'keep a mode that is no word as one without a price: %j',
    (mode) => {
      expect(parseTerms(termsText({ modes: [mode], web_searches: 3 }))).toEqual({ modes: ['unreadable'], web_searches: 3 });
    },
  );
});
