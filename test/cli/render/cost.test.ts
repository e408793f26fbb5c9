import { describe, expect, it } from 'vitest';
import { costFooter, costJson, costText, inCurrency, roundedDollars } from '../../../src/cli/render/cost.js';
import { NO_COST, type Cost } from '../../../src/model/price.js';
import { picoOf } from '../../../src/model/money.js';

const pico = (dollars: string): bigint => picoOf(dollars)!;

const cost = (over: Partial<Cost>): Cost => ({ ...NO_COST, ...over });

const estimated = (dollars: string, over: Partial<Cost> = {}): Cost =>
  cost({ estimated: String(pico(dollars)), estimated_records: 1, priced_tokens: 75, ...over });

const missing = (tokens: number): Partial<Cost> => ({ unpriced_records: 1, unpriced_tokens: tokens });

describe('an amount', () => {
  it.each([
    ['0', '$0.0000'],
    ['0.00004', '<$0.0001'],
    ['0.00005', '<$0.0001'],
    ['0.000051', '$0.0001'],
    ['0.12345', '$0.1234'],
    ['0.99999', '$1.0000'],
    ['1', '$1.00'],
    ['1.005', '$1.00'],
    ['1.015', '$1.02'],
    ['1234567.895', '$1,234,567.90'],
    ['-2.5', '-$2.50'],
  ])('of %s is shown as %s', (dollars, text) => {
    expect(roundedDollars(pico(dollars))).toBe(text);
  });

  it.each([
    ['2', '1.84'],
    ['0.01', '0.01'],
    ['0.001', '0.00'],
    ['-2', '-1.84'],
    ['1234567', '1135801.64'],
  ])('of $%s at 0.92 is %s', (dollars, text) => {
    expect(inCurrency(pico(dollars), { pico: pico('0.92') })).toBe(text);
  });
});

describe('a cost', () => {
  it.each([
    ['an estimate', estimated('1.5'), '~$1.50'],
    ["an agent's own figure", cost({ reported: String(pico('9.99')), reported_records: 1 }), '$9.99'],
    ['one of which a part is unpriced', estimated('1.5', missing(25)), '≥ ~$1.50 (25 % unpriced)'],
    ['one of which little is unpriced', estimated('1.5', { ...missing(1), priced_tokens: 999 }), '≥ ~$1.50 (<1 % unpriced)'],
    ['one that is unpriced', cost(missing(25)), 'unpriced'],
    ['one of nothing', NO_COST, '$0.0000'],
  ])('that is %s', (_, of, text) => {
    expect(costText(of)).toBe(text);
  });

  it('never covers everything where something is missing', () => {
    const nearly = estimated('1', { ...missing(1), priced_tokens: 10 ** 12 });
    expect([costJson(nearly), costJson(estimated('1'))]).toMatchObject([
      { coverage: 0.999999, amount: null, known: '1' },
      { coverage: 1, amount: '1' },
    ]);
    expect(costFooter(nearly, [], null)).toMatch(/coverage 99\.9 %/);
  });

  it('has nothing under it where all is reported', () => {
    expect(costFooter(cost({ reported: '1', reported_records: 1 }), [], null)).toBe('');
  });
});
