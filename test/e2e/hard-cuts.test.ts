// Cuts where the agent makes them hard: a message on both sides, a log that is rewritten, moved or compressed, a session that tells its
// input only at its end. The numbers are worked out by hand, by the rules on cuts.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { QuickHome } from '../support/quick-home.js';
import { storedAsZst } from '../support/zst.js';

let home: QuickHome;

beforeEach(() => {
  home = new QuickHome();
});

interface Shown {
  readonly output_tokens: number | null;
  readonly input_tokens: number | null;
  readonly total_tokens: number | null;
  readonly capture_status: string;
  readonly capture_reason: string | null;
  readonly stages: readonly { readonly stage: string; readonly usage: { readonly output: number | null } | null }[];
}

const started = async (tool = 'claude'): Promise<string> => (await home.ok(['analysis', 'start', '--task', 't', '--tool', tool])).trim();
const marked = (id: string, stage: string): Promise<string> => home.ok(['analysis', 'mark', '--id', id, '--stage', stage]);
const completed = (id: string): Promise<string> => home.ok(['analysis', 'complete', '--id', id]);
const shown = async (id: string): Promise<Shown> => (await home.json<{ analysis: Shown }>(['analysis', 'show', id])).analysis;
const output = async (id: string): Promise<number | null> => (await shown(id)).output_tokens;
const stages = async (id: string): Promise<Record<string, number | null | undefined>> =>
  Object.fromEntries((await shown(id)).stages.map(({ stage, usage }) => [stage, usage?.output]));
const settled = async (): Promise<string[]> =>
  (await home.json<{ analyses: { result: string }[] }>('analysis settle --all')).analyses.map(({ result }) => result);

/** What each analysis is verified to be, and by what. */
const verified = async (): Promise<string[]> => {
  const { stdout } = await home.run('analysis verify --all --json');
  const { analyses } = (JSON.parse(stdout) as { data: { analyses: { result: string; from: string | null }[] } }).data;
  return analyses.map(({ result, from }) => (from === null ? result : `${result} by ${from}`));
};

const pause = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const now = (): string => new Date().toISOString();

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('a message that is open', () => {
  let session: ClaudeSession;

  beforeEach(() => {
    session = new ClaudeSession(home).enter();
    session.answer({ output: 1 });
  });

  it('at the start gives the analysis nothing of what it grows by', async () => {
    session.answer({ id: 'msg_open', output: 3, finished: false });
    const a = await started();
    session.answer({ id: 'msg_open', output: 50 });
    session.answer({ output: 10 });
    await completed(a);
    expect([await output(a), await verified()]).toEqual([10, ['verified by logs']]);
    await pause();
    session.answer({ output: 1000 });
    expect([await settled(), await output(a), await verified()]).toEqual([['settled'], 10, ['verified by logs']]);
  });

  it('at the start gives it nothing either if it grows after the end', async () => {
    session.answer({ id: 'msg_open', output: 3, finished: false });
    const a = await started();
    await completed(a);
    session.answer({ id: 'msg_open', output: 50 });
    await pause();
    session.answer({ output: 1000 });
    expect([await settled(), await output(a), await verified()]).toEqual([['settled'], 0, ['verified by logs']]);
  });

  it('at the end of one and the start of the next is the first one’s', async () => {
    const a = await started();
    session.answer({ id: 'msg_open', output: 3, finished: false });
    await completed(a);
    const b = await started();
    session.answer({ id: 'msg_open', output: 50 });
    session.answer({ output: 10 });
    await completed(b);
    await pause();
    session.answer({ output: 1000 });
    await settled();
    expect([await output(a), await output(b), await verified()]).toEqual([50, 10, ['verified by logs', 'verified by logs']]);
  });

  it('at a mark is the stage’s that ends there', async () => {
    const a = await started();
    session.answer({ id: 'msg_open', output: 3, finished: false });
    await marked(a, 'one');
    session.answer({ id: 'msg_open', output: 50 });
    session.answer({ output: 10 });
    await marked(a, 'two');
    await completed(a);
    expect([await stages(a), await output(a), await verified()]).toEqual([{ one: 50, two: 10 }, 60, ['verified by logs']]);
  });
});

it('`complete` and `start` in one line give the message that called them to what ended', async () => {
  const session = new ClaudeSession(home).enter();
  session.answer({ output: 1 });
  const a = await started();
  const told = now();
  await pause();
  const { stdout } = await home.shell(
    `tokentrail analysis complete --id ${a} >/dev/null; tokentrail analysis start --task b --tool claude`,
  );
  const b = stdout.trim();
  session.answer({ output: 20, at: told });
  await pause();
  session.answer({ output: 40 });
  await completed(b);
  await pause();
  session.answer({ output: 1000 });
  await settled();
  expect([await output(a), await output(b), await verified()]).toEqual([20, 40, ['verified by logs', 'verified by logs']]);
});

describe('a transcript of Claude Code', () => {
  let session: ClaudeSession;

  beforeEach(() => {
    session = new ClaudeSession(home).enter();
    session.answer({ output: 1 });
  });

  it('that was compacted goes on, and the call that made the summary counts', async () => {
    const a = await started();
    session.answer({ output: 10 });
    await marked(a, 'one');
    session.subagent('acompact-0f0f', { output: 5 });
    session.raw(`${JSON.stringify({ type: 'system', subtype: 'compact_boundary', sessionId: session.id, timestamp: now() })}\n`);
    session.raw(`${JSON.stringify({ type: 'user', isCompactSummary: true, sessionId: session.id, timestamp: now() })}\n`);
    session.answer({ output: 20 });
    await marked(a, 'two');
    await completed(a);
    await pause();
    session.answer({ output: 1000 }).subagent('acompact-0f0f', { output: 1000 });
    expect([await settled(), await stages(a), await output(a)]).toEqual([['settled'], { one: 10, two: 25 }, 35]);
    expect(await verified()).toEqual(['verified by logs']);
  });

  it('that was cut off between two marks loses nothing of what was counted', async () => {
    const was = readFileSync(session.path);
    const a = await started();
    session.answer({ output: 10 });
    await marked(a, 'one');
    await pause();
    writeFileSync(session.path, was);
    session.answer({ output: 20 });
    await completed(a);
    expect(await shown(a)).toMatchObject({ output_tokens: 30, capture_status: 'partial', capture_reason: 'log_changed' });
    expect([await stages(a), await verified()]).toEqual([{ one: 10 }, ['gone by books']]);
  });

  it('that was changed far before its end, which no reading looks at again, is verified from the books', async () => {
    session.answer({ output: 7, extra: { padding: 'x'.repeat(5000) } });
    const a = await started();
    session.answer({ output: 10 }).answer({ output: 0, extra: { padding: 'y'.repeat(600_000) } });
    await completed(a);
    const text = readFileSync(session.path, 'utf8');
    writeFileSync(session.path, text.replace('"output_tokens":10', '"output_tokens":99'));
    expect([await output(a), await verified()]).toEqual([10, ['verified by books']]);
  });
});

describe('a rollout of Codex', () => {
  const ID = '0adac0de-0001-7000-8000-000000000001';
  const NAME = `rollout-2026-03-09T08-00-00-${ID}.jsonl`;
  let path: string;
  let text: string;
  let spent: number;

  const line = (type: string, payload: object): void => void (text += `${JSON.stringify({ timestamp: now(), type, payload })}\n`);
  const answer = (tokens: number): void => {
    spent += tokens;
    const usage = (n: number): object => ({
      input_tokens: 0,
      cached_input_tokens: 0,
      output_tokens: n,
      reasoning_output_tokens: 0,
      total_tokens: n,
    });
    line('event_msg', { type: 'token_count', info: { total_token_usage: usage(spent), last_token_usage: usage(tokens) } });
    write(path, path.endsWith('.zst') ? storedAsZst(Buffer.from(text)) : text);
  };
  const moveTo = (...place: string[]): void => {
    rmSync(path);
    path = join(home.path, '.codex', ...place);
    write(path, path.endsWith('.zst') ? storedAsZst(Buffer.from(text)) : text);
  };

  beforeEach(() => {
    Object.assign(home.env, { CODEX_THREAD_ID: ID });
    path = join(home.path, '.codex', 'sessions', '2026', '03', '09', NAME);
    text = '';
    spent = 0;
    line('session_meta', { id: ID, timestamp: now(), cwd: home.project, cli_version: '0.140.0', source: 'cli' });
    line('turn_context', { cwd: home.project, model: 'gpt-5.2-codex' });
    answer(1);
  });

  it.each([
    ['moved to the archive', ['archived_sessions', NAME]],
    ['compressed', ['sessions', '2026', '03', '09', `${NAME}.zst`]],
    ['compressed in the archive', ['archived_sessions', `${NAME}.zst`]],
  ])('that is %s between a mark and the end is the one that it was', async (_, place) => {
    const a = await started('codex');
    answer(10);
    await marked(a, 'one');
    moveTo(...place);
    answer(20);
    await completed(a);
    expect([await stages(a), await shown(a)]).toMatchObject([{ one: 10 }, { output_tokens: 30, capture_status: 'captured' }]);
    expect(await verified()).toEqual(['verified by logs']);
  });

  it('that is moved and compressed after the end is settled and verified by it', async () => {
    const a = await started('codex');
    answer(10);
    await marked(a, 'one');
    answer(20);
    await completed(a);
    await pause();
    answer(1000);
    moveTo('archived_sessions', `${NAME}.zst`);
    expect([await verified(), await settled(), await verified()]).toEqual([['verified by logs'], ['settled'], ['verified by logs']]);
    expect([await stages(a), await output(a)]).toEqual([{ one: 10 }, 30]);
    // Each record once, however often it was kept, and by whichever name of its log.
    const { total } = await home.json<{ total: { records: number; usage: { output: number } } }>('usage daily');
    expect([total.records, total.usage.output]).toEqual([4, 1031]);
  });
});

describe('a chat that is rewritten whole', () => {
  const ID = '0ada6e00-0009-4000-8000-000000000009';
  const messages: Record<string, unknown>[] = [];
  const save = (): void =>
    write(
      join(home.path, '.gemini', 'tmp', 'paper', 'chats', 'session-2026-03-10T10-00-0ada6e00.json'),
      JSON.stringify({ sessionId: ID, messages }),
    );
  const answer = (tokens: number): void => {
    messages.push({ id: `u-${messages.length}`, type: 'user', timestamp: now() });
    const usage = { input: 0, output: tokens, total: tokens };
    messages.push({ id: `m-${messages.length}`, type: 'gemini', timestamp: now(), model: 'gemini-3-pro', tokens: usage });
    save();
  };
  const analysed = async (): Promise<string> => {
    const a = (await home.ok(['analysis', 'start', '--task', 't', '--tool', 'gemini', '--usage-session-id', ID])).trim();
    answer(10);
    await marked(a, 'one');
    answer(20);
    await completed(a);
    return a;
  };

  beforeEach(() => {
    messages.splice(0);
    answer(1);
    answer(2);
  });

  it('is cut between answers, whatever else stands between them', async () => {
    const a = await analysed();
    expect([await output(a), await verified()]).toEqual([30, ['verified by logs']]);
    await pause();
    answer(1000);
    expect([await settled(), await stages(a), await output(a)]).toEqual([['settled'], { one: 10 }, 30]);
    expect(await verified()).toEqual(['verified by logs']);
  });

  it('is not the one any more if another answer stands before the cut', async () => {
    await analysed();
    answer(1000);
    messages.splice(1, 1);
    save();
    expect(await verified()).toEqual(['verified by books']);
  });
});

describe('a database of several sessions', () => {
  const [EARLIER, OWN] = ['ses_ada0000000001PaperPaperPap', 'ses_ada0000000002PaperPaperPap'];
  let count: number;

  const run = (...statements: string[]): void => {
    const path = join(home.path, '.local', 'share', 'opencode', 'opencode.db');
    mkdirSync(dirname(path), { recursive: true });
    const database = new sqlite.Database(path);
    for (const statement of statements) database.exec(statement);
    database.close();
  };
  const answer = (session: string, tokens: number): void => {
    const at = Date.now();
    const data = {
      role: 'assistant',
      time: { created: at, completed: at },
      modelID: 'm',
      path: { cwd: home.project },
      tokens: { input: 0, output: tokens, reasoning: 0, cache: { read: 0, write: 0 } },
    };
    run(
      `INSERT INTO message VALUES ('msg_u${++count}', '${session}', ${at}, '{"role":"user"}')`,
      `INSERT INTO message VALUES ('msg_a${count}', '${session}', ${at}, '${JSON.stringify(data)}')`,
    );
  };
  const analysed = async (): Promise<string> => {
    const a = (await home.ok(['analysis', 'start', '--task', 't', '--tool', 'opencode', '--usage-session-id', OWN])).trim();
    answer(OWN, 10);
    answer(EARLIER, 100);
    await completed(a);
    return a;
  };

  beforeEach(() => {
    count = 0;
    run(
      'CREATE TABLE session (id text primary key, project_id text, parent_id text, directory text, version text, time_created integer)',
      'CREATE TABLE message (id text primary key, session_id text, time_created integer, data text)',
      'CREATE TABLE part (id text primary key, message_id text, data text)',
      ...[EARLIER, OWN].map((id, n) => `INSERT INTO session VALUES ('${id}', 'p', NULL, '${home.project}', '1.2.10', ${n})`),
    );
    answer(EARLIER, 1);
    answer(OWN, 2);
  });

  it('is cut between answers, also if an earlier session goes on', async () => {
    const a = await analysed();
    await pause();
    answer(EARLIER, 400);
    answer(OWN, 1000);
    expect([await verified(), await settled(), await output(a)]).toEqual([['verified by logs'], ['settled'], 10]);
    expect(await verified()).toEqual(['verified by logs']);
  });

  it('is not the one any more if a session was deleted from it', async () => {
    const a = await analysed();
    answer(OWN, 1000);
    answer(OWN, 1000);
    run(`DELETE FROM message WHERE session_id = '${EARLIER}'`);
    expect([await verified(), await settled(), await output(a)]).toEqual([['verified by books'], ['gone'], 10]);
  });
});

describe('a segment of Copilot', () => {
  const ID = '0adac0b0-0002-4000-8000-000000000002';
  let text: string;
  let count: number;

  const line = (type: string, data: object, at = now()): void => {
    text += `${JSON.stringify({ type, data, id: `e-${++count}`, timestamp: at })}\n`;
    write(join(home.path, '.copilot', 'session-state', ID, 'events.jsonl'), text);
  };
  const message = (outputTokens: number): void => line('assistant.message', { messageId: `m-${count}`, model: 'm', outputTokens });
  const shutdown = (inputTokens: number, outputTokens: number, at = now()): void =>
    line(
      'session.shutdown',
      { modelMetrics: { m: { requests: { count: 3 }, usage: { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 } } } },
      at,
    );
  const resume = (): void => line('session.resume', {});
  const begun = async (): Promise<string> =>
    (await home.ok(['analysis', 'start', '--task', 't', '--tool', 'copilot', '--usage-session-id', ID])).trim();

  beforeEach(() => {
    text = '';
    count = 0;
    line('session.start', { sessionId: ID, copilotVersion: '1.0.62', context: { cwd: home.project } });
  });

  const OUTPUT_ALONE = { input_tokens: null, total_tokens: null, capture_status: 'partial' };

  it('that runs at both ends of an analysis gives it the output of its messages alone, also when it has ended', async () => {
    message(5);
    const a = await begun();
    message(7);
    await completed(a);
    expect(await shown(a)).toMatchObject({ output_tokens: 7, ...OUTPUT_ALONE });
    message(3);
    await pause();
    shutdown(100, 15);
    expect(await verified()).toEqual(['verified by logs']);
    await settled();
    expect(await shown(a)).toMatchObject({ output_tokens: 7, ...OUTPUT_ALONE });
    expect(await verified()).toEqual(['verified by logs']);
  });

  it('that runs at the start only gives it the output of what came after it', async () => {
    message(5);
    const a = await begun();
    message(7);
    shutdown(100, 12);
    await completed(a);
    expect(await shown(a)).toMatchObject({ output_tokens: 7, ...OUTPUT_ALONE });
    expect(await verified()).toEqual(['verified by logs']);
    resume();
    await pause();
    message(1000);
    await settled();
    expect(await shown(a)).toMatchObject({ output_tokens: 7, ...OUTPUT_ALONE });
  });

  it('that lies wholly inside it gives all', async () => {
    const a = await begun();
    message(7);
    shutdown(100, 7);
    await completed(a);
    expect(await shown(a)).toMatchObject({ output_tokens: 7, input_tokens: 100, capture_status: 'captured' });
    expect(await verified()).toEqual(['verified by logs']);
  });

  it('that ended before the end of the analysis, and was told late, completes it when that is settled', async () => {
    const a = await begun();
    message(7);
    const told = now();
    await pause();
    await completed(a);
    expect(await shown(a)).toMatchObject({ output_tokens: 7, ...OUTPUT_ALONE });
    shutdown(100, 7, told);
    await pause();
    resume();
    message(1000);
    await settled();
    expect(await shown(a)).toMatchObject({ output_tokens: 7, input_tokens: 100, capture_status: 'settled' });
    expect(await verified()).toEqual(['verified by logs']);
  });
});
