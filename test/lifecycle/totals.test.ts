import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineTotal, captureOf, NO_TOTALS, spent, tailOf, totalsOf } from '../../src/lifecycle/totals.js';
import { addUsage, NO_USAGE, subtractUsage, sumUsage, usageOfRecord } from '../../src/lifecycle/usage.js';
import type { Stage } from '../../src/model/analysis.js';
import type { SessionPart, Usage } from '../../src/model/cut.js';
import { sum, UNKNOWN, ZERO } from '../../src/model/tokens.js';
import { NOON } from '../store/temporary.js';
import { partOf, snapshotOf, usageBy } from './made.js';

const record = (output: number, model = 'opus'): Usage => usageOfRecord(model, false, { ...ZERO, output });

/** A session that had spent `before` and then spent `own` in the analysis. */
const session = (before: Usage, own: Usage, over: Partial<SessionPart> = {}): SessionPart =>
  partOf(snapshotOf(before), snapshotOf(addUsage(before, own)), over);

const stage = (usage: Usage | null, name = 'read'): Stage => ({
  stage: name,
  attempt: 1,
  status: 'done',
  at: NOON,
  usage,
  session_id: 'u1',
  notes: null,
  cuts: [],
});

describe('the totals of an analysis', () => {
  const sessions = fc.boolean().chain((tells) => fc.array(fc.tuple(usageBy(tells), usageBy(tells)), { minLength: 1, maxLength: 4 }));

  it('are what its sessions spent, class by class', () => {
    fc.assert(
      fc.property(sessions, (all) => {
        const own = all.map(([, usage]) => usage.counts);
        expect(totalsOf(all.map(([before, usage]) => session(before, usage))).counts).toEqual(sum(own.slice(1), own[0]));
      }),
    );
  });

  it('have a check that is the end minus the start', () => {
    fc.assert(
      fc.property(sessions, (all) => {
        const { tokens_baseline, tokens_final, tokens_check } = totalsOf(all.map(([before, usage]) => session(before, usage)));
        expect(tokens_check).toBe(tokens_final! - tokens_baseline!);
      }),
    );
  });

  it('have what came in and what went out as parts', () => {
    fc.assert(
      fc.property(sessions, (all) => {
        const { tokens_in, tokens_out, total_tokens } = totalsOf(all.map(([before, usage]) => session(before, usage)));
        expect(total_tokens).toBe(tokens_in! + tokens_out!);
      }),
    );
  });

  it('tell the usage by model as the sessions had it', () => {
    fc.assert(
      fc.property(sessions, (all) => {
        const { usage } = totalsOf(all.map(([before, own]) => session(before, own)));
        expect(usage!.by_model).toEqual(sumUsage(all.map(([, own]) => own)).by_model);
      }),
    );
  });

  it('are unknown without a session, and not 0', () => {
    expect(totalsOf([])).toEqual(NO_TOTALS);
  });

  it('are unknown where a session has no counts, and not 0', () => {
    const uncounted = { ...NO_USAGE, counts: UNKNOWN, records: 3 };
    const part = partOf(snapshotOf(NO_USAGE), snapshotOf(uncounted));
    expect(totalsOf([part])).toMatchObject({
      tokens_baseline: 0,
      tokens_final: null,
      tokens_check: null,
      total_tokens: null,
      tokens_in: null,
      tokens_out: null,
    });
  });

  it('are unknown where one of several sessions has no counts', () => {
    const uncounted = { ...NO_USAGE, counts: UNKNOWN };
    const parts = [session(record(1), record(2)), partOf(snapshotOf(uncounted), snapshotOf(uncounted), { session_id: 'u2' })];
    expect(totalsOf(parts)).toMatchObject({ tokens_baseline: null, tokens_check: null });
  });

  it('know the output where only reasoning is unknown', () => {
    const own = usageOfRecord('opus', false, { ...ZERO, output: 9, reasoning: null });
    expect(totalsOf([session(own, own)])).toMatchObject({ tokens_out: 9, total_tokens: 9, counts: { reasoning: null } });
  });

  it('are 0 before the first snapshot after the start', () => {
    expect(totalsOf([partOf(snapshotOf(record(5)), null)])).toMatchObject({ tokens_baseline: 5, tokens_final: 5, tokens_check: 0 });
  });

  it('are refused as a bug if a session had spent less than nothing', () => {
    const part = partOf(snapshotOf(record(10)), snapshotOf(record(9)));
    expect(() => totalsOf([part])).toThrow(expect.objectContaining({ code: 'BUG' }));
  });

  it('are refused as a bug if one model had spent less than nothing, where the whole looks well', () => {
    const part = partOf(snapshotOf(record(10, 'opus')), snapshotOf(record(50, 'haiku')));
    expect(() => totalsOf([part])).toThrow(expect.objectContaining({ code: 'BUG' }));
  });

  it('gather the flags of all sessions, each once', () => {
    const flagged = (flags: string[]): SessionPart => partOf(snapshotOf(record(1)), snapshotOf(record(1), { flags }));
    expect(totalsOf([flagged(['b', 'a']), flagged(['b'])]).usage!.flags).toEqual(['a', 'b']);
  });
});

describe('what an analysis began with', () => {
  it('is the sum over its sessions', () => {
    expect(baselineTotal([session(record(3), NO_USAGE), session(record(4), NO_USAGE)])).toBe(7);
  });

  it('is unknown without a session', () => {
    expect(baselineTotal([])).toBeNull();
  });
});

describe('the stages and the tail', () => {
  const parts = fc
    .boolean()
    .chain((tells) => fc.tuple(usageBy(tells), fc.array(usageBy(tells), { minLength: 1, maxLength: 4 }), usageBy(tells)));

  it('leave as tail what the stages did not spend', () => {
    fc.assert(
      fc.property(parts, ([before, stages, tail]) => {
        const analysis = { sessions: [session(before, sumUsage([...stages, tail]))], stages: stages.map((usage) => stage(usage)) };
        expect(tailOf(analysis)).toEqual(tail);
      }),
    );
  });

  it('add up to the whole', () => {
    fc.assert(
      fc.property(parts, ([before, stages, tail]) => {
        const sessions = [session(before, sumUsage([...stages, tail]))];
        const analysis = { sessions, stages: stages.map((usage) => stage(usage)) };
        expect(sumUsage([...stages, tailOf(analysis)!])).toEqual(spent(sessions));
      }),
    );
  });

  it('have no tail without a session', () => {
    expect(tailOf({ sessions: [], stages: [stage(null)] })).toBeNull();
  });

  it('pass over a stage that was closed before anything was measured', () => {
    expect(tailOf({ sessions: [session(record(1), record(8))], stages: [stage(null), stage(record(3))] })).toEqual(
      subtractUsage(record(8), record(3)),
    );
  });

  it('have the whole as tail where there is no stage', () => {
    expect(tailOf({ sessions: [session(record(1), record(8))], stages: [] })).toEqual(record(8));
  });
});

describe('how the numbers came to be', () => {
  const ended = (over: Parameters<typeof snapshotOf>[1]): SessionPart[] => [partOf(snapshotOf(record(1)), snapshotOf(record(2), over))];

  it('is captured where nothing limits them', () => {
    expect(captureOf(ended({}), [])).toEqual({ capture_status: 'captured', capture_reason: null });
  });

  it('is partial with the reason that limits them', () => {
    expect(captureOf(ended({}), ['log_gone'])).toEqual({ capture_status: 'partial', capture_reason: 'log_gone' });
  });

  it('is partial while a record is open', () => {
    expect(captureOf(ended({ partial_records: 1 }), [])).toEqual({ capture_status: 'partial', capture_reason: 'record_open' });
  });

  it('is partial where the output is a placeholder', () => {
    expect(captureOf(ended({ partial_records: 1, flags: ['output_unreliable'] }), [])).toEqual({
      capture_status: 'partial',
      capture_reason: 'output_unreliable',
    });
  });

  it('is captured where only what came before was unfinished', () => {
    const part = partOf(snapshotOf(record(1), { partial_records: 2 }), snapshotOf(record(2), { partial_records: 2 }));
    expect(captureOf([part], [])).toMatchObject({ capture_status: 'captured' });
  });

  it.each(['no_token_counts', 'subagent_usage_only_in_progress_lines'])('is partial by the flag %s', (flag) => {
    expect(captureOf(ended({ flags: [flag] }), [])).toEqual({ capture_status: 'partial', capture_reason: flag });
  });

  it('names each reason once', () => {
    expect(captureOf(ended({ flags: ['log_changed'] }), ['log_changed'])).toMatchObject({ capture_reason: 'log_changed' });
  });

  it('is not limited by a flag that limits nothing', () => {
    expect(captureOf(ended({ flags: ['fork_parent_missing'] }), [])).toMatchObject({ capture_status: 'captured' });
  });
});
