import { beforeEach, describe, expect, it } from 'vitest';
import type { SessionReading } from '../../src/ingest/session.js';
import { stageCut } from '../../src/ingest/session.js';
import { finishOpenRecords } from '../../src/lifecycle/open-records.js';
import { spent, tailOf } from '../../src/lifecycle/totals.js';
import { subtractUsage } from '../../src/lifecycle/usage.js';
import type { Stage } from '../../src/model/analysis.js';
import type { SessionPart, Snapshot } from '../../src/model/cut.js';
import { total } from '../../src/model/tokens.js';
import { complete, Desk, mark, start } from './desk.js';
import { partOf } from './made.js';

const ID = 'msg_streamed_1';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
  desk.answers({ input: 0, output: 1_000 });
});

/** The streamed record as it stands in the log by now; `finished` ends it. */
const streams = (output: number, finished = false): void => void desk.answers({ id: ID, input: 10, output, finished });

const snapshot = async (): Promise<Snapshot> => (await desk.reading()).snapshot(desk.now);

const closed = (name: string, from: Snapshot, to: Snapshot): Stage => ({
  stage: name,
  attempt: 1,
  status: 'done',
  at: desk.now,
  usage: subtractUsage(to.usage, from.usage),
  session_id: desk.session.id,
  notes: null,
  cuts: [stageCut(desk.session.id, to)],
});

const part = (baseline: Snapshot, final: Snapshot | null): SessionPart => partOf(baseline, final, { session_id: desk.session.id });
const tokensOf = (stage: Stage | undefined): number | null => (stage?.usage ? total(stage.usage.counts) : null);
const now = (): Promise<SessionReading> => desk.reading();

describe('a record that was open at the start', () => {
  it('belongs to what came before, with all that it grew by', async () => {
    streams(2);
    const baseline = await snapshot();
    streams(640, true);
    const { part: finished } = finishOpenRecords(part(baseline, null), [], await now());
    expect(total(finished.baseline.usage.counts)).toBe(1_000 + 650);
  });

  it('is open no more', async () => {
    streams(2);
    const baseline = await snapshot();
    expect(baseline.cut.open.map(({ key }) => key)).toHaveLength(1);
    streams(640, true);
    expect(finishOpenRecords(part(baseline, null), [], await now()).part.baseline.cut.open).toEqual([]);
  });

  it('stays open while it grows, with what it counts by now', async () => {
    streams(2);
    const baseline = await snapshot();
    streams(300);
    const { part: grown } = finishOpenRecords(part(baseline, null), [], await now());
    expect([grown.baseline.cut.open.map(({ counts }) => counts.output), total(grown.baseline.usage.counts)]).toEqual([[300], 1_310]);
  });

  it('is counted once, however often it is looked at', async () => {
    streams(2);
    let own = part(await snapshot(), null);
    for (const output of [100, 200, 300]) {
      streams(output, output === 300);
      own = finishOpenRecords(own, [], await now()).part;
      own = finishOpenRecords(own, [], await now()).part;
    }
    expect(total(own.baseline.usage.counts)).toBe(1_000 + 310);
  });

  it('is taken from a stage that was closed while it grew', async () => {
    streams(2);
    const baseline = await snapshot();
    streams(300);
    const end = await snapshot();
    streams(640, true);
    const { stages } = finishOpenRecords(part(baseline, end), [closed('one', baseline, end)], await now());
    expect(tokensOf(stages[0])).toBe(0);
  });
});

describe('a record that was open when a stage was closed', () => {
  it('belongs to that stage, with all that it grew by', async () => {
    const baseline = await snapshot();
    streams(2);
    const end = await snapshot();
    streams(640, true);
    const { stages } = finishOpenRecords(part(baseline, end), [closed('one', baseline, end)], await now());
    expect(tokensOf(stages[0])).toBe(650);
  });

  it('is counted in no stage that followed', async () => {
    const baseline = await snapshot();
    streams(2);
    const first = await snapshot();
    streams(300);
    const second = await snapshot();
    streams(640, true);
    const stages = [closed('one', baseline, first), closed('two', first, second)];
    const finished = finishOpenRecords(part(baseline, second), stages, await now());
    expect(finished.stages.map(tokensOf)).toEqual([650, 0]);
  });

  it('leaves stages and tail adding up to the whole', async () => {
    const baseline = await snapshot();
    streams(2);
    const end = await snapshot();
    streams(640, true);
    const finished = finishOpenRecords(part(baseline, end), [closed('one', baseline, end)], await now());
    const sessions = [finished.part];
    expect([total(spent(sessions)!.counts), total(tailOf({ sessions, stages: finished.stages })!.counts)]).toEqual([650, 0]);
  });

  it('leaves a stage without numbers without numbers', async () => {
    const baseline = await snapshot();
    streams(2);
    const end = await snapshot();
    streams(640, true);
    const stage = { ...closed('one', baseline, end), usage: null };
    expect(finishOpenRecords(part(baseline, end), [stage], await now()).stages[0]!.usage).toBeNull();
  });

  it('leaves cuts of other sessions alone', async () => {
    const baseline = await snapshot();
    streams(2);
    const end = await snapshot();
    streams(640, true);
    const own = closed('one', baseline, end);
    const other = { ...own.cuts[0]!, session_id: 'u2' };
    const { stages } = finishOpenRecords(part(baseline, end), [{ ...own, cuts: [other, ...own.cuts] }], await now());
    expect(stages[0]!.cuts.map(({ open }) => open.length)).toEqual([1, 0]);
  });
});

describe('a record that was open at the last snapshot', () => {
  it('belongs to the analysis, with all that it grew by', async () => {
    const baseline = await snapshot();
    streams(2);
    const end = await snapshot();
    streams(640, true);
    const { part: finished } = finishOpenRecords(part(baseline, end), [], await now());
    expect(total(spent([finished])!.counts)).toBe(650);
  });
});

describe('where no record was open', () => {
  it('nothing changes', async () => {
    const baseline = await snapshot();
    desk.answers();
    const end = await snapshot();
    const before = { part: part(baseline, end), stages: [closed('one', baseline, end)] };
    desk.answers();
    expect(finishOpenRecords(before.part, before.stages, await now())).toEqual(before);
  });
});

describe('a record that is gone', () => {
  it('stays open as it was', async () => {
    streams(2);
    const baseline = await snapshot();
    const open = [{ ...baseline.cut.open[0]!, key: 'never seen' }];
    const own = part({ ...baseline, cut: { ...baseline.cut, open } }, null);
    expect(finishOpenRecords(own, [], await now()).part).toEqual(own);
  });
});

describe('a record that goes on through several stages, with other answers between its lines', () => {
  it('belongs whole to the stage in which it began', async () => {
    const books = await desk.books();
    const { analysis } = await start(books, { session: desk.found });
    desk.pass(1);
    streams(2);
    await mark(books, analysis.id, 'one');
    desk.pass(1);
    streams(300);
    desk.answers({ input: 0, output: 7 });
    await mark(books, analysis.id, 'two');
    desk.pass(1);
    streams(640, true);
    await complete(books, analysis.id);
    const { stages, tokens_check } = (await (await books.logs()).last(analysis.id))!;
    expect([stages.map(tokensOf), tokens_check]).toEqual([[650, 7], 657]);
  });
});
