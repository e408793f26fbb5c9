import { describe, expect, it } from 'vitest';
import { historyJson, renderHistory } from '../../../src/cli/render/history.js';
import type { Analysis } from '../../../src/model/analysis.js';
import { ZERO } from '../../../src/model/tokens.js';
import { analysisNamed, NOON } from '../../store/temporary.js';

const MINUTE = 60_000_000;

const first = analysisNamed('ANALYSIS-2026-001', { row_sha256: 'aa' });

const next = (before: Analysis, over: Partial<Analysis>): Analysis => ({
  ...before,
  revision: before.revision + 1,
  recorded_at: before.recorded_at + MINUTE,
  recorded_by: 'analysis complete',
  prev_sha256: before.row_sha256,
  row_sha256: `${before.row_sha256}a`,
  ...over,
});

interface Told {
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown }[];
}

const changes = (...history: readonly Analysis[]): Told['changes'] => (historyJson(history) as Told[]).at(-1)!.changes;

/** Cells of a line of the table, by header. */
function cells(history: readonly Analysis[], line: number): Record<string, string> {
  const [header, ...lines] = renderHistory(history, false)
    .split('\n')
    .map((one) => one.split('\t'));
  return Object.fromEntries(header!.map((name, i) => [name, lines[line]![i]!]));
}

describe('the history of an analysis, to programs', () => {
  it('tells of each revision when and by what it was recorded, and how the rows are chained', () => {
    const ended = next(first, { status: 'completed', total_tokens: 640, reason: 'late' });
    expect(historyJson([first, ended])).toMatchObject([
      { revision: 1, recorded_at: '2026-05-04T10:00:00.000Z', recorded_by: 'analysis start', reason: null, status: 'started', total_tokens: null, prev_sha256: null, row_sha256: 'aa', changes: [] },
      { revision: 2, recorded_at: '2026-05-04T10:01:00.000Z', recorded_by: 'analysis complete', reason: 'late', status: 'completed', total_tokens: 640, prev_sha256: 'aa', row_sha256: 'aaa' },
    ]); // prettier-ignore
  });

  it('gives a changed field with its values before and after', () => {
    const ended = next(first, { status: 'completed', completed_at: NOON + MINUTE, notes: 'done well' });
    expect(changes(first, ended)).toEqual([
      { field: 'status', before: 'started', after: 'completed' },
      { field: 'completed_at', before: null, after: '2026-05-04T10:01:00.000Z' },
      { field: 'notes', before: null, after: 'done well' },
    ]);
  });

  it('tells null from 0, and a value that was taken away', () => {
    const measured = next(first, { total_tokens: 0, notes: 'x' });
    expect(changes(first, measured)).toContainEqual({ field: 'total_tokens', before: null, after: 0 });
    expect(changes(first, measured, next(measured, { total_tokens: null }))).toEqual([{ field: 'total_tokens', before: 0, after: null }]);
  });

  it('names a structure that changed without its values', () => {
    expect(changes(first, next(first, { tags: ['team=search'], inputs_source_ids: ['s2'] }))).toEqual([
      { field: 'tags' },
      { field: 'inputs_source_ids' },
    ]);
  });

  it('names no structure that has the same values', () => {
    const tagged = next(first, { tags: ['team=search'] });
    expect(changes(first, tagged, next(tagged, { tags: ['team=search'] }))).toEqual([]);
  });

  it('compares each revision with the one before it, not with the first', () => {
    const [second, third] = [next(first, { notes: 'a' }), next(next(first, { notes: 'a' }), { notes: 'a', task: 't' })];
    expect(changes(first, second, third)).toEqual([{ field: 'task', before: null, after: 't' }]);
  });

  it('has no changes in a revision that only says when and why it was recorded', () => {
    expect(changes(first, next(first, { reason: 'looked again' }))).toEqual([]);
  });
});

describe('the history of an analysis, to people', () => {
  it('has a line for each revision, the first one first and called new', () => {
    const ended = next(first, { status: 'completed', notes: 'x' });
    expect([0, 1].map((line) => cells([first, ended], line))).toMatchObject([
      { revision: '1', by: 'analysis start', status: 'started', changed: '(new)', reason: '' },
      { revision: '2', by: 'analysis complete', status: 'completed', changed: 'status, notes', reason: '' },
    ]);
  });

  it('tells unknown tokens as N/A, known ones grouped, and a lower bound as one', () => {
    const counts = { ...ZERO, output: 41_210 };
    const ended = next(first, { total_tokens: 41_210, counts });
    const partly = next(ended, { capture_status: 'partial' });
    expect([0, 1, 2].map((line) => cells([first, ended, partly], line)['tokens'])).toEqual(['N/A', '41,210', '≥ 41,210']);
  });

  it('tells why a revision was made, on one line whatever it says', () => {
    const amended = next(first, { reason: 'forgot\nthe \u001b[31mnote' });
    const { reason } = cells([first, amended], 1);
    expect(reason).toContain('forgot');
    expect(renderHistory([first, amended], false).split('\n')).toHaveLength(3);
    expect(reason).not.toContain('\u001b');
  });

  it('is aligned at a terminal', () => {
    const lines = renderHistory([first, next(first, { notes: 'x' })], true).split('\n');
    expect(lines[0]).toMatch(/^revision {2}recorded +by +status +tokens {2}changed {2}reason$/);
    expect(new Set(lines.map((line) => line.search(/changed|\(new\)|notes/))).size).toBe(1);
  });
});
