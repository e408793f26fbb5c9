import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareAnalysisIds, formatAnalysisId, parseAnalysisId } from '../../src/model/ids.js';

const numbered = fc.record({ year: fc.integer({ min: 1970, max: 9999 }), number: fc.integer({ min: 1, max: 999_999_999 }) });

describe('an analysis id', () => {
  it('has at least three digits and goes on past 999', () => {
    const ids = [1, 42, 999, 1_000, 12_345].map((number) => formatAnalysisId({ year: 2026, number }));
    expect(ids).toEqual(['ANALYSIS-2026-001', 'ANALYSIS-2026-042', 'ANALYSIS-2026-999', 'ANALYSIS-2026-1000', 'ANALYSIS-2026-12345']);
  });

  it('reads back as its year and number', () => {
    fc.assert(
      fc.property(numbered, (parts) => {
        expect(parseAnalysisId(formatAnalysisId(parts))).toEqual(parts);
      }),
    );
  });

  it.each([
    'ANALYSIS-2026-01',
    'ANALYSIS-26-001',
    'analysis-2026-001',
    'ANALYSIS-2026-001 ',
    'ANALYSIS-2026-001@1',
    'ANALYSIS-2026-00a',
    'key:x',
    '',
  ])('is not %j', (text) => {
    expect(parseAnalysisId(text)).toBeNull();
  });

  it('sorts as a number past 999', () => {
    const ids = ['ANALYSIS-2026-1000', 'ANALYSIS-2026-999', 'ANALYSIS-2027-001', 'ANALYSIS-2026-002'];
    expect(ids.sort(compareAnalysisIds)).toEqual(['ANALYSIS-2026-002', 'ANALYSIS-2026-999', 'ANALYSIS-2026-1000', 'ANALYSIS-2027-001']);
  });

  it('sorts by year and then by number, whatever they are', () => {
    fc.assert(
      fc.property(numbered, numbered, (a, b) => {
        const expected = Math.sign(a.year - b.year || a.number - b.number);
        return Math.sign(compareAnalysisIds(formatAnalysisId(a), formatAnalysisId(b))) === expected;
      }),
    );
  });

  it('comes after ids that are not ours', () => {
    expect(['ANALYSIS-2026-001', 'zeta', 'alpha'].sort(compareAnalysisIds)).toEqual(['alpha', 'zeta', 'ANALYSIS-2026-001']);
  });

  it('has one order, whichever way two ids are compared', () => {
    const id = fc.oneof(numbered.map(formatAnalysisId), fc.string());
    fc.assert(fc.property(id, id, (a, b) => Math.sign(compareAnalysisIds(a, b)) + Math.sign(compareAnalysisIds(b, a)) === 0));
  });
});
