// One piece of work in several sessions: resumed, cleared, forked, another agent; and the windows of one session.
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { QuickHome } from '../support/quick-home.js';

const OTHER = '5e551011-0000-4000-8000-000000000002';
const THIRD = '5e551011-0000-4000-8000-000000000003';

let home: QuickHome;
let session: ClaudeSession;

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home).enter();
  session.answer({ output: 1 });
});

interface Shown {
  readonly output_tokens: number | null;
  readonly tokens_baseline: number | null;
  readonly tokens_final: number | null;
  readonly tokens_check: number | null;
  readonly usage_mode: string;
  readonly usage_session_id: string;
  readonly capture_status: string;
  readonly sessions: readonly { readonly session_id: string; readonly found_by: string }[];
  readonly stages: readonly { readonly stage: string; readonly usage: { readonly output: number } | null }[];
}

const started = async (...flags: string[]): Promise<string> =>
  (await home.ok(['analysis', 'start', '--task', 't', '--tool', 'claude', ...flags])).trim();
const shown = async (id: string): Promise<Shown> => (await home.json<{ analysis: Shown }>(['analysis', 'show', id])).analysis;
const stages = async (id: string): Promise<(number | undefined)[]> => (await shown(id)).stages.map(({ usage }) => usage?.output);
const pause = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const verified = async (): Promise<string[]> => {
  const { stdout } = await home.run('analysis verify --all --json');
  const { analyses } = (JSON.parse(stdout) as { data: { analyses: { result: string }[] } }).data;
  return analyses.map(({ result }) => result);
};

describe('analysis attach', () => {
  it('counts what another session spends from the last snapshot on', async () => {
    const other = new ClaudeSession(home, OTHER);
    other.answer({ output: 1000 });
    const a = await started();
    session.answer({ output: 10 });
    await pause();
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER]);
    other.answer({ output: 20 });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect(await shown(a)).toMatchObject({
      output_tokens: 30,
      usage_mode: 'windowed_sum',
      usage_session_id: session.id,
      capture_status: 'captured',
    });
    expect(await verified()).toEqual(['verified']);
  });

  it('keeps the identity of the totals', async () => {
    new ClaudeSession(home, OTHER).answer({ output: 1000 });
    const a = await started();
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER]);
    session.answer({ output: 10 });
    await home.ok(['analysis', 'complete', '--id', a]);
    const { tokens_baseline, tokens_final, tokens_check } = await shown(a);
    expect(tokens_final! - tokens_baseline!).toBe(tokens_check);
    expect((await home.run('validate')).code).toBe(0);
  });

  it('counts a window of it, also after the end', async () => {
    const a = await started();
    const other = new ClaudeSession(home, OTHER);
    other.answer({ output: 7 });
    await pause();
    const from = new Date().toISOString();
    other.answer({ output: 20 });
    await pause();
    const to = new Date().toISOString();
    await pause();
    other.answer({ output: 300 });
    await home.ok(['analysis', 'complete', '--id', a]);
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER, '--from', from, '--to', to]);
    expect((await shown(a)).output_tokens).toBe(20);
    expect(await verified()).toEqual(['verified']);
  });

  it('books a session that was attached up to an instant once, whatever it does later', async () => {
    const other = new ClaudeSession(home, OTHER);
    const a = await started();
    other.answer({ output: 20 });
    await pause();
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER, '--to', new Date().toISOString()]);
    await home.ok('analysis mark --stage one');
    await pause();
    other.answer({ output: 300 });
    session.answer({ output: 4 });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect([await stages(a), (await shown(a)).output_tokens]).toEqual([[20], 24]);
    expect(await verified()).toEqual(['verified']);
  });

  it.each([
    ['is attached already', () => ['--usage-session-id', session.id], 6],
    ['has no log here', () => ['--usage-session-id', THIRD], 4],
    ['would count for no time', () => ['--usage-session-id', OTHER, '--from', '2026-01-02T00:00:00Z', '--to', '2026-01-01T00:00:00Z'], 2],
  ] as const)('refuses a session that %s', async (_, flags, code) => {
    new ClaudeSession(home, OTHER).answer();
    const a = await started();
    expect((await home.run(['analysis', 'attach', '--id', a, ...flags()])).code).toBe(code);
    expect((await shown(a)).sessions).toHaveLength(1);
  });

  it('gives tokens to an analysis that was started without', async () => {
    const a = await started('--no-usage');
    session.answer({ output: 10 });
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', session.id]);
    await home.ok(['analysis', 'complete', '--id', a]);
    expect(await shown(a)).toMatchObject({ output_tokens: 10, usage_session_id: session.id, capture_status: 'captured' });
  });
});

describe('analysis detach', () => {
  it('takes what a session spent out of the total and the stages', async () => {
    const other = new ClaudeSession(home, OTHER);
    other.answer({ output: 1 });
    const a = await started();
    await pause();
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER]);
    session.answer({ output: 10 });
    other.answer({ output: 20 });
    await home.ok('analysis mark --stage one');
    session.answer({ output: 40 });
    other.answer({ output: 80 });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect([await stages(a), (await shown(a)).output_tokens]).toEqual([[30], 150]);
    await home.ok(['analysis', 'detach', '--id', a, '--usage-session-id', OTHER]);
    expect([await stages(a), (await shown(a)).output_tokens]).toEqual([[10], 50]);
    expect(await verified()).toEqual(['verified']);
  });

  it('leaves an analysis without sessions without tokens', async () => {
    const a = await started();
    session.answer({ output: 10 });
    await home.ok(['analysis', 'complete', '--id', a]);
    await home.ok(['analysis', 'detach', '--id', a, '--usage-session-id', session.id]);
    expect(await shown(a)).toMatchObject({ output_tokens: null, tokens_check: null, capture_status: 'unattached', sessions: [] });
  });

  it('of a session that is not attached is exit 4', async () => {
    const a = await started();
    expect((await home.run(['analysis', 'detach', '--id', a, '--usage-session-id', OTHER])).code).toBe(4);
  });
});

describe('an agent that goes on in a new session', () => {
  it.each(['mark', 'complete'] as const)('is noticed by %s, which attaches it', async (command) => {
    const a = await started();
    session.answer({ output: 10 });
    await pause();
    const other = new ClaudeSession(home, OTHER).enter();
    other.answer({ output: 20 });
    const { stderr } = await home.run(['analysis', command, '--id', a, ...(command === 'mark' ? ['--stage', 'one'] : [])]);
    expect(stderr).toContain('SESSION_ATTACHED');
    if (command === 'mark') await home.ok(['analysis', 'complete', '--id', a]);
    expect(await shown(a)).toMatchObject({
      output_tokens: 30,
      sessions: [{ found_by: 'environment' }, { found_by: 'noticed', session_id: OTHER }],
    });
    expect(await verified()).toEqual(['verified']);
  });

  /** Another session that holds a copy of what this one told so far, as a fork does, in which the agent goes on. */
  const forked = (id: string, from: ClaudeSession): ClaudeSession => {
    const fork = new ClaudeSession(home, id).enter();
    for (const line of readFileSync(from.path, 'utf8').trimEnd().split('\n')) {
      const copy = { ...(JSON.parse(line) as object), sessionId: id, forkedFrom: { sessionId: from.id, messageUuid: 'x' } };
      fork.raw(`${JSON.stringify(copy)}\n`);
    }
    return fork;
  };

  it('is known by its fork’s header, so that no id is needed', async () => {
    const a = await started();
    session.answer({ output: 10 });
    await pause();
    const fork = forked(OTHER, session).answer({ output: 20 });
    const { stderr, code } = await home.run('analysis mark --stage one');
    expect([code, stderr]).toEqual([0, expect.stringContaining('SESSION_ATTACHED')]);
    await pause();
    forked(THIRD, fork).answer({ output: 40 });
    await home.ok('analysis complete');
    expect(await shown(a)).toMatchObject({ output_tokens: 70, sessions: [{}, { session_id: OTHER }, { session_id: THIRD }] });
    expect([await stages(a), await verified()]).toEqual([[30], ['verified']]);
  });

  it('is known through a fork in which nothing was booked', async () => {
    const a = await started();
    forked(THIRD, forked(OTHER, session).answer({ output: 20 }));
    expect(await home.ok('analysis current')).toBe(a);
  });

  it('needs an id where several are open in what it was forked from, or nothing tells where it comes from', async () => {
    const ids = [await started(), await started()];
    forked(OTHER, session);
    expect(await home.envelope('analysis mark --stage one')).toMatchObject({ error: { exit: 5, details: { ids } } });
    new ClaudeSession(home, THIRD).enter().answer({ output: 20 });
    expect(await home.envelope('analysis mark --stage one')).toMatchObject({
      error: { exit: 4, suggestions: [...ids.map((id) => expect.stringContaining(id) as string), expect.any(String)] },
    });
  });

  it('is not taken for another agent that was at work before, and only gives the command', async () => {
    const other = new ClaudeSession(home, OTHER);
    other.answer({ output: 1000 });
    await pause();
    const a = await started();
    other.enter().answer({ output: 20 });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect((await shown(a)).sessions).toHaveLength(1);
  });

  it('is left alone where the session was given by flag', async () => {
    const a = await started('--usage-session-id', session.id);
    new ClaudeSession(home, OTHER).enter().answer({ output: 20 });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect((await shown(a)).sessions).toHaveLength(1);
  });
});

describe('analysis add with a window', () => {
  it('takes what was told in it, half-open', async () => {
    const at = (second: number): string => `2026-05-04T10:00:0${second}.000Z`;
    for (const second of [1, 2, 3, 4]) session.answer({ output: 10 ** (second - 1), at: at(second) });
    const add = async (...window: string[]): Promise<number | null> => {
      const id = (await home.ok(['analysis', 'add', '--task', 't', '--usage-from', `claude:${session.path}`, ...window])).trim();
      return (await shown(id)).output_tokens;
    };
    expect(await add('--window-start', at(2), '--window-end', at(4))).toBe(110);
    expect(await add('--window-end', at(2))).toBe(1);
    expect(await add('--window-start', at(4), '--window-end', at(5))).toBe(1000);
    expect(await verified()).toEqual(['verified', 'verified', 'verified']);
  });

  it.each([
    ['without a log', () => ['--window-start', '2026-05-04T10:00:00Z', '--total-tokens', '5', '--tool', 'manual']],
    [
      'of no length',
      () => ['--usage-from', `claude:${session.path}`, '--window-start', '2026-05-04T10:00:00Z', '--window-end', '2026-05-04T10:00:00Z'],
    ],
  ] as const)('is refused %s', async (_, flags) => {
    expect((await home.run(['analysis', 'add', '--task', 't', ...flags()])).code).toBe(2);
  });
});

it('a log is not changed by any of it', async () => {
  const was = readFileSync(session.path, 'utf8');
  const a = await started();
  await home.ok(['analysis', 'complete', '--id', a]);
  expect(readFileSync(session.path, 'utf8')).toBe(was);
});

describe('a session that is attached afterwards', () => {
  it('spent in the stages what it told in their time', async () => {
    const other = new ClaudeSession(home, OTHER);
    other.answer({ input: 0, output: 1000 });
    await pause();
    const begin = new Date().toISOString();
    const a = await started();
    other.answer({ input: 0, output: 3 });
    await pause();
    await home.ok(['analysis', 'mark', '--id', a, '--stage', 'one']);
    session.answer({ input: 0, output: 40 });
    other.answer({ input: 0, output: 500 });
    await pause();
    await home.ok(['analysis', 'complete', '--id', a]);
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER, '--from', begin]);
    expect([await stages(a), (await shown(a)).output_tokens]).toEqual([[3], 543]);
    expect(await verified()).toEqual(['verified']);
  });

  it('is not settled while it may still tell what belongs before the end', async () => {
    const other = new ClaudeSession(home, OTHER);
    const begin = new Date().toISOString();
    const a = await started();
    other.answer({ input: 0, output: 7 });
    await pause();
    await home.ok(['analysis', 'complete', '--id', a]);
    await pause();
    session.answer({ output: 1 });
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER, '--from', begin]);
    const { analyses } = await home.json<{ analyses: { result: string }[] }>(['analysis', 'settle', '--id', a]);
    expect(analyses).toMatchObject([{ result: 'not_yet' }]);
  });

  it('needs to be told since when it counts', async () => {
    new ClaudeSession(home, OTHER).answer({ output: 7 });
    const a = await started();
    await home.ok(['analysis', 'complete', '--id', a]);
    const { code, stderr } = await home.run(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--from says since when')]);
  });
});

describe('analysis detach', () => {
  it('refuses where the stages of the others can’t be worked out, since a log was written anew', async () => {
    const other = new ClaudeSession(home, OTHER);
    other.answer({ output: 5 });
    const a = await started();
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', OTHER]);
    session.answer({ output: 50 });
    await home.ok(['analysis', 'mark', '--id', a, '--stage', 'one']);
    writeFileSync(session.path, `${session.line({ output: 9 })}\n`);
    await home.ok(['analysis', 'complete', '--id', a]);
    const before = await shown(a);
    const { code } = await home.run(['analysis', 'detach', '--id', a, '--usage-session-id', OTHER]);
    expect([code, await shown(a)]).toEqual([6, before]);
  });
});
