// What an agent writes late, what is worked out again, and what is kept for when the logs are gone.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { QuickHome } from '../support/quick-home.js';

let home: QuickHome;
let session: ClaudeSession;

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home).enter();
  session.answer({ output: 1 });
});

interface Shown {
  readonly capture_status: string;
  readonly revision: number;
  readonly output_tokens: number | null;
  readonly tokens_check: number | null;
  readonly stages: readonly { readonly stage: string; readonly usage: { readonly output: number } | null }[];
}

const started = async (task = 't'): Promise<string> => (await home.ok(['analysis', 'start', '--task', task, '--tool', 'claude'])).trim();
const shown = async (id: string): Promise<Shown> => (await home.json<{ analysis: Shown }>(['analysis', 'show', id])).analysis;
const output = async (id: string): Promise<number | null> => (await shown(id)).output_tokens;
const stages = async (id: string): Promise<Record<string, number | undefined>> =>
  Object.fromEntries((await shown(id)).stages.map(({ stage, usage }) => [stage, usage?.output]));

interface Verified {
  readonly analyses: readonly {
    readonly id: string;
    readonly result: string;
    readonly from: string | null;
    readonly differences: readonly unknown[];
  }[];
}
/** id → result and what it comes from. */
const verified = async (): Promise<Record<string, string>> => {
  const { stdout } = await home.run('analysis verify --all --json');
  const { analyses } = (JSON.parse(stdout) as { data: Verified }).data;
  return Object.fromEntries(analyses.map(({ id, result, from }) => [id, from === null ? result : `${result} by ${from}`]));
};

/** A time that many milliseconds before now, as a log tells it. */
const before = (ms: number): string => new Date(Date.now() - ms).toISOString();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Nothing was written to the log for a quarter of an hour; the cuts are of now, so settling waits for a later record, too. */
const later = (): ClaudeSession => session.answer({ output: 1000 });

describe('a message that is flushed after the cut that it was told before', () => {
  it('moves into the analysis whose end it came before, and out of the next', async () => {
    const a = await started('a');
    session.answer({ output: 10 });
    const told = new Date().toISOString();
    await pause(5);
    await home.ok(['analysis', 'complete', '--id', a]);
    const b = await started('b');
    session.answer({ output: 20, at: told });
    await pause(5);
    session.answer({ output: 40 });
    await home.ok(['analysis', 'complete', '--id', b]);
    await pause(5);
    later();
    await home.ok('analysis settle --all');
    expect([await output(a), await output(b)]).toEqual([30, 40]);
  });

  it('moves between the stages of an analysis by the same rule', async () => {
    const a = await started();
    session.answer({ output: 10 });
    const told = new Date().toISOString();
    await pause(5);
    await home.ok('analysis mark --stage one');
    session.answer({ output: 20, at: told });
    session.answer({ output: 40 });
    await home.ok('analysis mark --stage two');
    await home.ok(['analysis', 'complete', '--id', a]);
    expect(await stages(a)).toEqual({ one: 10, two: 60 });
    await pause(5);
    later();
    await home.ok(['analysis', 'settle', '--id', a]);
    expect([await stages(a), await output(a), (await shown(a)).capture_status]).toEqual([{ one: 30, two: 40 }, 70, 'settled']);
  });

  it('that was told before the start belongs to nobody', async () => {
    await pause(5);
    const a = await started();
    session.answer({ output: 20, at: before(60_000) });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect(await output(a)).toBe(20);
    await pause(5);
    later();
    await home.ok(['analysis', 'settle', '--id', a]);
    expect(await output(a)).toBe(0);
  });

  it('is waited for as long as the log may still be written to', async () => {
    const a = await started();
    await home.ok(['analysis', 'complete', '--id', a]);
    const { analyses } = await home.json<{ analyses: { result: string }[] }>(['analysis', 'settle', '--id', a]);
    expect(analyses).toMatchObject([{ result: 'not_yet' }]);
  });
});

describe('a record that is open at the end', () => {
  it('takes its finished counts when it is settled', async () => {
    const a = await started();
    session.answer({ id: 'msg_open', output: 3, finished: false });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect(await shown(a)).toMatchObject({ output_tokens: 3, capture_status: 'partial' });
    session.answer({ id: 'msg_open', output: 50 });
    later();
    await home.ok(['analysis', 'settle', '--id', a]);
    expect(await shown(a)).toMatchObject({ output_tokens: 50, capture_status: 'settled' });
  });
});

describe('settling', () => {
  it('is done by the next writing command, after its answer', async () => {
    const a = await started();
    session.answer({ output: 5 });
    await home.ok(['analysis', 'complete', '--id', a]);
    await pause(5);
    later();
    await home.ok(['source', 'add', '--id', 's']);
    expect((await shown(a)).capture_status).toBe('settled');
  });

  it('changes nothing the second time', async () => {
    const a = await started();
    await home.ok(['analysis', 'complete', '--id', a]);
    await pause(5);
    later();
    await home.ok(['analysis', 'settle', '--all']);
    const { revision } = await shown(a);
    const { analyses } = await home.json<{ analyses: unknown[] }>(['analysis', 'settle', '--all']);
    expect([(await shown(a)).revision, analyses]).toMatchObject([revision, [{ result: 'already' }]]);
  });

  it('leaves what is going on, and what nothing was measured of', async () => {
    await started();
    await home.ok(['analysis', 'add', '--task', 'x', '--tool', 'manual', '--total-tokens', '5']);
    const { analyses } = await home.json<{ analyses: unknown[] }>(['analysis', 'settle', '--all']);
    expect(analyses).toMatchObject([{ result: 'open' }, { result: 'unmeasured' }]);
  });

  it('is not held up by an analysis that is not there any more', async () => {
    const a = await started();
    await home.ok(['analysis', 'complete', '--id', a]);
    await pause(5);
    later();
    const hint = join(home.store, 'unsettled.state');
    writeFileSync(hint, `ANALYSIS-2020-001\n${readFileSync(hint, 'utf8')}`);
    await home.ok(['source', 'add', '--id', 's']);
    expect([(await shown(a)).capture_status, readFileSync(hint, 'utf8')]).toEqual(['settled', '']);
  });

  it('is not done by a command that reads', async () => {
    const a = await started();
    await home.ok(['analysis', 'complete', '--id', a]);
    await pause(5);
    later();
    await home.ok('analysis list');
    expect((await shown(a)).capture_status).toBe('captured');
  });
});

describe('verifying', () => {
  const worked = async (): Promise<string> => {
    const a = await started();
    session.answer({ output: 10 });
    await home.ok('analysis mark --stage one');
    session.answer({ output: 20 });
    await home.ok(['analysis', 'complete', '--id', a]);
    return a;
  };

  it('works every number out again from the logs, settled or not', async () => {
    const a = await worked();
    expect(await verified()).toEqual({ [a]: 'verified by logs' });
    later();
    await home.ok('analysis settle --all');
    expect(await verified()).toEqual({ [a]: 'verified by logs' });
  });

  it('does so for a log that was moved to another folder, or grew', async () => {
    const a = await worked();
    later();
    renameSync(session.path.slice(0, session.path.lastIndexOf('/')), `${session.path.slice(0, session.path.lastIndexOf('/'))}-moved`);
    expect(await verified()).toEqual({ [a]: 'verified by logs' });
  });

  it('works them out from what the books kept when the log is gone', async () => {
    const a = await worked();
    rmSync(session.path);
    expect(await verified()).toEqual({ [a]: 'verified by books' });
  });

  it('says that they are gone if they were kept nowhere', async () => {
    const a = await started();
    session.answer({ output: 10 });
    await home.ok('analysis mark --stage one');
    rmSync(session.path);
    expect(await verified()).toEqual({ [a]: 'gone' });
  });

  it('needs neither for what was cut off after it was kept', async () => {
    const a = await worked();
    truncateSync(session.path, 10);
    expect(await verified()).toEqual({ [a]: 'verified by books' });
  });

  it('finds a number that the log tells otherwise now, and by how much', async () => {
    const a = await started();
    session.answer({ id: 'msg_again', output: 20 });
    await home.ok(['analysis', 'complete', '--id', a]);
    // Nothing before the cut is another one: what was told there is told again.
    session.answer({ id: 'msg_again', output: 21 });
    const { stdout, code } = await home.run(['analysis', 'verify', '--id', a, '--json']);
    const { analyses } = (JSON.parse(stdout) as { data: Verified }).data;
    expect([code, analyses[0]!.from]).toEqual([1, 'logs']);
    expect(analyses[0]!.differences).toContainEqual({ of: 'total', model: null, class: 'output', stored: 20, recomputed: 21 });
  });

  it('says that the log is another one where it was changed, and asks the books', async () => {
    const a = await worked();
    writeFileSync(session.path, readFileSync(session.path, 'utf8').replace('"output_tokens":20', '"output_tokens":21'));
    const { analyses } = await home.json<Verified & { analyses: { notes: string[] }[] }>(['analysis', 'verify', '--id', a]);
    expect(analyses[0]).toMatchObject({ result: 'verified', from: 'books', notes: [expect.stringContaining('is not the one')] });
  });

  it('counts what an open record told at the cut, until that is settled', async () => {
    const a = await started();
    session.answer({ id: 'msg_open', output: 3, finished: false });
    await home.ok(['analysis', 'complete', '--id', a]);
    session.answer({ id: 'msg_open', output: 50 });
    expect(await verified()).toEqual({ [a]: 'verified by logs' });
  });

  it('writes nothing', async () => {
    await worked();
    const files = (): string => execFileSync('find', [home.store, '-type', 'f'], { encoding: 'utf8' });
    const was = files();
    await verified();
    expect(files()).toBe(was);
  });
});

describe('analysis forget --purge-usage', () => {
  const total = async (): Promise<number> =>
    (await home.json<{ total: { usage: { output: number } } }>(['usage', 'daily', '--tz', 'UTC'])).total.usage.output;

  const forgotten = async (): Promise<string> => {
    const a = await started();
    session.answer({ output: 10 });
    await home.ok(['analysis', 'complete', '--id', a]);
    session.answer({ output: 20 });
    await home.ok('usage sync');
    await home.ok(['analysis', 'forget', a, '--reason', 'a trial', '--purge-usage', '--yes']);
    return a;
  };

  it('takes what it spent out of all totals, for good', async () => {
    await forgotten();
    expect(await total()).toBe(21);
    session.answer({ output: 40 });
    await home.ok('usage sync');
    expect(await total()).toBe(61);
    await home.ok('usage sync --rebuild');
    expect(await total()).toBe(61);
  });

  it('leaves totals that agree with their sums', async () => {
    await forgotten();
    expect((await home.run('doctor --deep')).code).toBe(0);
  });

  it('is the only way to change them', async () => {
    const a = await started();
    session.answer({ output: 10 });
    await home.ok(['analysis', 'complete', '--id', a]);
    await home.ok('usage sync');
    const was = await total();
    await home.ok(['analysis', 'forget', a, '--reason', 'a trial']);
    expect(await total()).toBe(was);
  });

  it('asks, and does nothing where nobody can say yes', async () => {
    const a = await started();
    const { code } = await home.run(['analysis', 'forget', a, '--reason', 'x', '--purge-usage']);
    expect([code, (await shown(a)).revision]).toEqual([2, 1]);
  });
});

it('a log that was not written for ten minutes is not waited for', async () => {
  const a = await started();
  session.answer({ output: 5 });
  await home.ok(['analysis', 'complete', '--id', a]);
  utimesSync(session.path, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
  // The cut is of now, and nothing is known of what comes within ten minutes after it.
  const { analyses } = await home.json<{ analyses: { result: string }[] }>(['analysis', 'settle', '--id', a]);
  expect(analyses).toMatchObject([{ result: 'not_yet' }]);
});

describe('the whole of a log', () => {
  it('that was entered stays what it was when it is settled', async () => {
    session.answer({ output: 20 });
    const a = (await home.ok(['analysis', 'add', '--task', 't', '--tool', 'claude', '--usage-from', `claude:${session.path}`])).trim();
    await pause(5);
    later();
    await home.ok('analysis settle --all');
    expect(await shown(a)).toMatchObject({ output_tokens: 21, capture_status: 'settled' });
    expect(await verified()).toEqual({ [a]: 'verified by logs' });
  });
});
