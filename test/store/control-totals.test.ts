import { describe, expect, it } from 'vitest';
import { checkTotals, requireTotals } from '../../src/store/control-totals.js';
import { NO_RECORDS, type LogFileRow, type LogTotals } from '../../src/model/usage-row.js';
import { NOON } from './temporary.js';

const totals = (records: number, over: Partial<LogTotals> = {}): LogTotals => ({
  ...NO_RECORDS,
  records,
  output: records * 10,
  digest: 7,
  ...over,
});

const log = (id: string, after: LogTotals, over: Partial<LogFileRow> = {}): LogFileRow => ({
  log_file_id: id,
  revision: 1,
  recorded_at: NOON,
  state: 'done',
  agent: 'claude',
  session_id: 's1',
  path: `projects/-home-ada-paper/${id}.jsonl`,
  origin: 'here',
  kind: 'append',
  size: 100,
  written_at: NOON,
  read_to: 100,
  head_sha256: 'h',
  prefix_sha256: 'p',
  reader_version: 1,
  about: { sessions: [], skipped: {} },
  totals_before: NO_RECORDS,
  totals_after: after,
  gone_at: null,
  ...over,
});

const logs = (...all: readonly LogFileRow[]): Map<string, LogFileRow> => new Map(all.map((one) => [one.log_file_id, one]));

const ids = (all: readonly LogFileRow[]): string[] => all.map(({ log_file_id }) => log_file_id);

describe('control totals', () => {
  it('hold where the rows of each log add up to what was stored', () => {
    const sums = new Map([['a', totals(2)]]);
    expect(checkTotals(logs(log('a', totals(2)), log('b', NO_RECORDS)), sums)).toEqual({ wrong: [], pending: [], unknown: [] });
  });

  it.each([
    ['a record more', totals(3)],
    ['a record less', totals(1)],
    ['more of one class', totals(2, { input: 1 })],
    ['the same sums of other records', totals(2, { digest: 8 })],
  ])('are wrong of the one log whose rows have %s', (_, found) => {
    const known = logs(log('a', totals(2)), log('b', totals(2)));
    const { wrong } = checkTotals(known, new Map([['a', found], ['b', totals(2)]])); // prettier-ignore
    expect(ids(wrong)).toEqual(['a']);
  });

  it('are wrong of a log all of whose rows are missing', () => {
    expect(ids(checkTotals(logs(log('a', totals(2))), new Map()).wrong)).toEqual(['a']);
  });

  it('are held by the sums alone where an early version left no digest', () => {
    const known = logs(log('a', totals(2, { digest: null })));
    expect(checkTotals(known, new Map([['a', totals(2)]])).wrong).toEqual([]);
    expect(ids(checkTotals(known, new Map([['a', totals(2, { output: 21 })]])).wrong)).toEqual(['a']);
  });

  it('say nothing of a log whose sync was cut short, but that it was', () => {
    const { wrong, pending } = checkTotals(logs(log('a', totals(2), { state: 'pending' })), new Map([['a', totals(5)]]));
    expect([ids(wrong), ids(pending)]).toEqual([[], ['a']]);
  });

  it('find rows of a log that the books do not know', () => {
    expect(checkTotals(logs(log('a', totals(2))), new Map([['a', totals(2)], ['x', totals(1)]])).unknown).toEqual(['x']); // prettier-ignore
  });
});

describe('what is required of them', () => {
  it('is met where nothing is wrong', () => {
    expect(() => requireTotals({ wrong: [], unknown: [] })).not.toThrow();
  });

  it('is not met where a log is wrong: its path is told, all of them in the details, and what can be done', () => {
    const wrong = [log('a', totals(2)), log('b', totals(1), { agent: 'codex' })];
    expect(() => requireTotals({ wrong, unknown: [] })).toThrow(
      expect.objectContaining({
        code: 'STORE_DAMAGED',
        message: expect.stringContaining('"projects/-home-ada-paper/a.jsonl"') as string,
        suggestions: [expect.stringContaining('backup'), expect.stringContaining('tokentrail usage sync --rebuild')] as string[],
        details: {
          table: 'usage',
          logs: [
            { agent: 'claude', path: 'projects/-home-ada-paper/a.jsonl' },
            { agent: 'codex', path: 'projects/-home-ada-paper/b.jsonl' },
          ],
          unknown_logs: [],
        },
      }),
    );
  });

  it('is not met where rows stand under no log', () => {
    expect(() => requireTotals({ wrong: [], unknown: ['x'] })).toThrow(
      expect.objectContaining({ code: 'STORE_DAMAGED', details: { table: 'usage', logs: [], unknown_logs: ['x'] } }),
    );
  });
});
