import { describe, expect, it } from 'vitest';
import type { SnapshotRow } from '../../src/model/snapshot-row.js';
import { segmentsOf } from '../../src/report/segments.js';

let revision = 0;

/** Later than a hook that is installed twice tells the same again. */
const LATER = 60_000_000;

const row = (event: 'start' | 'end', at: number, output: number | null, rest: Partial<SnapshotRow> = {}): SnapshotRow => ({
  ...{
    id: 'claude:s',
    agent: 'claude',
    session_id: 's',
    event,
    told_by: event === 'start' ? 'SessionStart' : 'SessionEnd',
    reason: 'startup',
    at,
  },
  ...{ project: '~/p', transcript: null, transcript_bytes: 10, records: output === null ? null : 1, output },
  ...{ input: output === null ? null : 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, reasoning: null },
  ...{ usage_json: null, cut_json: null, flags: null, unknown_because: output === null ? 'no_log' : null, call_id: String(at) },
  ...{ revision: ++revision, recorded_at: 0, recorded_by: 'x', prev_sha256: null, row_sha256: null },
  ...rest,
});

const told = (rows: readonly SnapshotRow[]): unknown[] =>
  segmentsOf(rows).map(({ started_at, ended_at, ended_by, before, spent }) => [
    started_at,
    ended_at,
    ended_by,
    before?.output ?? null,
    spent?.output ?? null,
  ]);

describe('a stretch of a session', () => {
  it('spent what its end has more than its beginning', () => {
    expect(told([row('start', 1, 100), row('end', 5, 350)])).toEqual([[1, 5, 'SessionEnd', 100, 250]]);
  });

  it('ends where the session begins again, if nothing told of its end, and the next one has only what came later', () => {
    expect(told([row('start', 1, 0), row('start', LATER, 300), row('end', LATER + 9, 320)])).toEqual([
      [1, LATER, 'SessionStart', 0, 300],
      [LATER, LATER + 9, 'SessionEnd', 300, 20],
    ]);
  });

  it('begins once, though a hook that is installed twice told it twice', () => {
    expect(told([row('start', 1, 7), row('start', 2, 7), row('end', 9, 10)])).toEqual([[1, 9, 'SessionEnd', 7, 3]]);
  });

  it('goes on while no end is known', () => {
    expect(told([row('start', 1, 7)])).toEqual([[1, null, null, 7, null]]);
  });

  it('that fell silent and went on ends at its last snapshot', () => {
    expect(told([row('start', 1, 0), row('end', 5, 10, { told_by: 'usage sync' }), row('end', 9, 30)])).toEqual([
      [1, 9, 'SessionEnd', 0, 30],
    ]);
  });

  it('is told in the order in which it was recorded, since a clock may go back', () => {
    const rows = [row('start', 1000, 0), row('end', 1300, 50), row('start', 1100, 50), row('end', 1200, 70)];
    expect(told([...rows].reverse())).toEqual([
      [1000, 1300, 'SessionEnd', 0, 50],
      [1100, 1200, 'SessionEnd', 50, 20],
    ]);
  });

  it('is unknown, and not negative, where the log was written anew in between', () => {
    const [segment] = segmentsOf([row('start', 1, 100), row('end', 5, 40)]);
    expect([segment!.spent, segment!.unknown_because]).toEqual([null, 'source_changed']);
  });

  it('is unknown, and not 0, where a snapshot tells nothing', () => {
    const [segment] = segmentsOf([row('start', 1, null), row('end', 5, 10)]);
    expect([segment!.before, segment!.spent, segment!.unknown_because]).toEqual([null, null, 'no_log']);
  });

  it('is none where a session only ends', () => {
    expect(segmentsOf([row('end', 5, 10)])).toEqual([]);
  });
});
