import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/model/analysis.js';
import { selectAnalyses, type AnalysisFilter } from '../../src/report/select-analyses.js';
import { analysisNamed, NOON } from '../store/temporary.js';

const ALL: AnalysisFilter = {
  forgotten: false,
  sourceId: null,
  tool: null,
  status: null,
  kind: null,
  tags: [],
  since: null,
  until: null,
  limit: null,
};

const made = (number: number, over: Partial<Analysis> = {}): Analysis =>
  analysisNamed(`ANALYSIS-2026-${String(number).padStart(3, '0')}`, over);
const numbers = (all: readonly Analysis[], filter: Partial<AnalysisFilter> = {}): number[] =>
  selectAnalyses(all, { ...ALL, ...filter }).analyses.map(({ id }) => Number(id.slice('ANALYSIS-2026-'.length)));

describe('a list of analyses', () => {
  it('has the newest first', () => {
    expect(numbers([made(1, { started_at: NOON }), made(2, { started_at: NOON + 2 }), made(3, { started_at: NOON + 1 })])).toEqual([
      2, 3, 1,
    ]);
  });

  it('has the higher number first where they began together, past 999 too', () => {
    expect(numbers([made(999), made(1_000), made(2)])).toEqual([1_000, 999, 2]);
  });

  it('takes the time of recording where no start is known', () => {
    expect(numbers([made(1, { started_at: null, created_at: NOON + 9 }), made(2, { started_at: NOON })])).toEqual([1, 2]);
  });

  it('is the same in whichever order the rows came', () => {
    const rows = Array.from({ length: 8 }, (_, i) => made(i + 1, { started_at: NOON + (i % 3) }));
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(numbers(shuffled)).toEqual(numbers(rows));
      }),
    );
  });

  it('leaves the rows that it was given in their order', () => {
    const rows = [made(1), made(2)];
    selectAnalyses(rows, ALL);
    expect(rows.map(({ id }) => id)).toEqual(['ANALYSIS-2026-001', 'ANALYSIS-2026-002']);
  });

  it('has at most as many as were asked for, and tells how many match', () => {
    const { analyses, matching } = selectAnalyses([made(1), made(2), made(3)], { ...ALL, limit: 2 });
    expect([analyses.length, matching]).toEqual([2, 3]);
  });

  it('has none where none were asked for', () => {
    expect(selectAnalyses([made(1)], { ...ALL, limit: 0 })).toEqual({ analyses: [], matching: 1 });
  });

  it('has all without a limit', () => {
    expect(numbers(Array.from({ length: 500 }, (_, i) => made(i + 1))).length).toBe(500);
  });
});

describe('what a list is narrowed to', () => {
  const rows = [
    made(1, { source_id: 's1', tool: 'codex', status: 'completed', kind: 'analysis' }),
    made(2, { source_id: 's2', tool: 'codex', status: 'failed', kind: 'synthesis' }),
    made(3, { source_id: null, tool: 'claude-code', status: 'completed', kind: 'analysis' }),
  ];

  it.each([
    [{ sourceId: 's1' }, [1]],
    [{ tool: 'codex' }, [2, 1]],
    [{ status: 'completed' }, [3, 1]],
    [{ kind: 'synthesis' }, [2]],
    [{ tool: 'codex', status: 'completed' }, [1]],
    [{ sourceId: 's9' }, []],
  ] as const)('is %j', (filter, expected) => {
    expect(numbers(rows, filter)).toEqual(expected);
  });

  it('begins with the instant that it is since', () => {
    const all = [made(1, { started_at: NOON - 1 }), made(2, { started_at: NOON }), made(3, { started_at: NOON + 1 })];
    expect(numbers(all, { since: NOON })).toEqual([3, 2]);
  });

  it('ends before the instant that it is until', () => {
    const all = [made(1, { started_at: NOON - 1 }), made(2, { started_at: NOON }), made(3, { started_at: NOON + 1 })];
    expect(numbers(all, { until: NOON })).toEqual([1]);
  });

  it('puts each analysis into one of two windows that meet', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }), fc.integer({ min: 0, max: 20 }), (offsets, edge) => {
        const all = offsets.map((offset, i) => made(i + 1, { started_at: NOON + offset }));
        const parts = [...numbers(all, { until: NOON + edge }), ...numbers(all, { since: NOON + edge })];
        expect(parts.sort((a, b) => a - b)).toEqual(all.map((_, i) => i + 1));
      }),
    );
  });
});

describe('a tag that is asked for', () => {
  const rows = [
    made(1, { tags: ['team=red', 'run=1'] }),
    made(2, { tags: ['team=blue'] }),
    made(3, { tags: null }),
    made(4, { tags: ['team=red=dark'] }),
    made(5, { tags: ['teams=red'] }),
  ];

  it('with a value is that value only', () => {
    expect(numbers(rows, { tags: ['team=red'] })).toEqual([1]);
  });

  it('without a value is any value', () => {
    expect(numbers(rows, { tags: ['team'] })).toEqual([4, 2, 1]);
  });

  it('is there together with all the others', () => {
    expect(numbers(rows, { tags: ['team', 'run=1'] })).toEqual([1]);
  });

  it('is in no analysis without tags', () => {
    expect(numbers([made(3, { tags: null })], { tags: ['team'] })).toEqual([]);
  });

  it('may hold an equals sign in its value', () => {
    expect(numbers(rows, { tags: ['team=red=dark'] })).toEqual([4]);
  });
});
