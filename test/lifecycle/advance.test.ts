import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { advance, spentIn, type Advanced } from '../../src/lifecycle/advance.js';
import type { SessionPart } from '../../src/model/cut.js';
import { formatInstant } from '../../src/model/time.js';
import { total } from '../../src/model/tokens.js';
import { Desk } from './desk.js';
import { partOf } from './made.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

const tokens = (part: SessionPart): number | null => total(spentIn(part).counts);

/** The part as an analysis begins with it now. */
async function begin(): Promise<SessionPart> {
  const reading = await desk.reading();
  return partOf(reading.snapshot(desk.now), null, { session_id: desk.session.id, baseline_reason: reading.exists ? null : 'log_not_yet' });
}

/** Takes a snapshot now. */
async function step(part: SessionPart): Promise<Advanced> {
  const reading = await desk.reading();
  return advance(part, reading.snapshot(desk.now), reading);
}

/** Replaces the log by one with another beginning that holds answers of now. */
function rewrite(...outputs: number[]): void {
  const lines = outputs.map((output, i) =>
    desk.session.line({ id: `msg_new_${i}_${output}`, input: 0, output, at: formatInstant(desk.now) }),
  );
  writeFileSync(desk.session.path, `${[JSON.stringify({ type: 'summary', summary: 'another beginning' }), ...lines].join('\n')}\n`);
}

describe('a session whose log grew', () => {
  it('has spent what came since the start', async () => {
    desk.answers({ input: 0, output: 900 });
    const part = await begin();
    desk.pass(10).answers({ input: 0, output: 60 });
    const { part: now, limits } = await step(part);
    expect([tokens(now), limits]).toEqual([60, []]);
  });

  it('has spent nothing where nothing came', async () => {
    desk.answers();
    expect(tokens((await step(await begin())).part)).toBe(0);
  });

  it('counts each answer once, over as many snapshots as there are', async () => {
    desk.answers({ input: 0, output: 900 });
    let part = await begin();
    for (const output of [1, 10, 100]) {
      desk.pass(10).answers({ input: 0, output });
      part = (await step(part)).part;
    }
    expect(tokens(part)).toBe(111);
  });

  it('keeps its baseline', async () => {
    desk.answers({ input: 0, output: 900 });
    const part = await begin();
    desk.pass(10).answers();
    expect((await step(part)).part.baseline).toEqual(part.baseline);
  });
});

describe('a session whose log was rewritten', () => {
  const changed = async (): Promise<SessionPart> => {
    desk.answers({ input: 0, output: 900 });
    const part = await begin();
    desk.pass(10).answers({ input: 0, output: 60 });
    const marked = (await step(part)).part;
    desk.pass(10);
    rewrite(5);
    return marked;
  };

  it('is a lower bound', async () => {
    expect((await step(await changed())).limits).toEqual(['log_changed']);
  });

  it('keeps what was counted before and adds what its times tell to be newer', async () => {
    expect(tokens((await step(await changed())).part)).toBe(65);
  });

  it('is flagged', async () => {
    expect((await step(await changed())).part.final!.flags).toContain('log_changed');
  });

  it('stays a lower bound for all snapshots that follow', async () => {
    let { part, limits } = await step(await changed());
    for (let i = 0; i < 3; i++) {
      desk.pass(10).answers({ input: 0, output: 2_000 });
      ({ part, limits } = await step(part));
    }
    expect(limits).toEqual(['log_changed']);
  });

  it('goes on to count what comes, however much it is', async () => {
    let { part } = await step(await changed());
    for (const output of [100, 2_000, 30_000]) {
      desk.pass(10).answers({ input: 0, output });
      ({ part } = await step(part));
    }
    expect(tokens(part)).toBe(65 + 32_100);
  });

  it('never takes back what was counted', async () => {
    const before = await changed();
    const counted = tokens(before)!;
    expect(tokens((await step(before)).part)).toBeGreaterThanOrEqual(counted);
  });

  it('counts nothing of the new log that is older than the last snapshot', async () => {
    const part = await changed();
    desk.pass(-3_600);
    rewrite(7_000);
    desk.pass(3_600);
    expect(tokens((await step(part)).part)).toBe(60);
  });
});

describe('a session whose log was rewritten with more old answers than it had', () => {
  const swollen = async (): Promise<SessionPart> => {
    desk.answers({ input: 0, output: 900 });
    const part = await begin();
    desk.pass(-3_600);
    rewrite(7_000, 7_001, 7_002);
    desk.pass(3_610).answers({ input: 0, output: 60 });
    return (await step(part)).part;
  };

  it('has spent only what is newer than the last snapshot', async () => {
    expect(tokens(await swollen())).toBe(60);
  });

  it('has spent only what is newer in the snapshot after that, too', async () => {
    const part = await swollen();
    desk.pass(10).answers({ input: 0, output: 5 });
    expect(tokens((await step(part)).part)).toBe(65);
  });

  it('stays a lower bound two snapshots later', async () => {
    let part = await swollen();
    desk.pass(10).answers();
    part = (await step(part)).part;
    desk.pass(10).answers();
    expect((await step(part)).limits).toEqual(['log_changed']);
  });
});

describe('a session whose log is gone', () => {
  const gone = async (removed = true): Promise<SessionPart> => {
    desk.answers({ input: 0, output: 900 });
    const part = await begin();
    desk.pass(10).answers({ input: 0, output: 60 });
    const marked = (await step(part)).part;
    if (removed) rmSync(desk.session.path);
    return marked;
  };

  it('keeps what was counted before', async () => {
    expect(tokens((await step(await gone())).part)).toBe(60);
  });

  it('is a lower bound, and says why', async () => {
    expect((await step(await gone())).limits).toEqual(['log_gone']);
  });

  it('keeps it also in the snapshot after', async () => {
    const { part } = await step(await gone());
    desk.pass(10);
    expect(tokens((await step(part)).part)).toBe(60);
  });

  it('counts a log that came back as it was no second time', async () => {
    const before = await gone(false);
    const content = readFileSync(desk.session.path);
    rmSync(desk.session.path);
    const { part } = await step(before);
    desk.pass(10);
    writeFileSync(desk.session.path, content);
    expect(tokens((await step(part)).part)).toBe(60);
  });

  it('counts what is written into a new log of the session', async () => {
    const { part } = await step(await gone());
    desk.pass(10);
    rewrite(4_000);
    expect(tokens((await step(part)).part)).toBe(4_060);
  });
});

describe('a session that had no log at the start', () => {
  it('began with nothing', async () => {
    expect(total((await begin()).baseline.usage.counts)).toBe(0);
  });

  it('has spent everything in a log that began after the start', async () => {
    const part = await begin();
    desk.pass(10).answers({ input: 0, output: 42 });
    const { part: now, limits } = await step(part);
    expect([tokens(now), limits]).toEqual([42, []]);
  });

  it('is unknown, not 0, while it still has none', async () => {
    const { part, limits } = await step(await begin());
    expect([part.final, limits]).toEqual([null, ['log_not_yet']]);
  });

  it('is a lower bound if its log tells of earlier work', async () => {
    const part = await begin();
    desk.pass(-60).answers({ input: 0, output: 500 });
    desk.pass(70).answers({ input: 0, output: 42 });
    expect((await step(part)).limits).toEqual(['log_began_before_start']);
  });

  it('has not spent what its log tells to be earlier', async () => {
    const part = await begin();
    desk.pass(-60).answers({ input: 0, output: 500 });
    desk.pass(70).answers({ input: 0, output: 42 });
    expect(tokens((await step(part)).part)).toBe(42);
  });
});
