// Many at once, and some of them killed: no id is given twice, no stage is lost, and what was acknowledged is on disk.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { SOAK } from '../support/chance.js';
import { BIN, Home, type Envelope, type Result } from '../support/home.js';
import { hasStore, idsIn, shown } from './shown.js';

const CROWD = SOAK ? 40 : 9;
const WRITERS = SOAK ? 8 : 4;
const READERS = SOAK ? 12 : 4;
const MANUAL = ['analysis', 'start', '--source-id', 's1', '--tool', 'manual'];

let home: Home;

beforeEach(() => {
  home = new Home();
});

const crowd = <T>(size: number, one: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: size }, (_, n) => one(n)));

/** What a process wrote until it ended, and how it ended. */
function ended(child: ChildProcess): Promise<Result & { signal: string | null }> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code: code ?? -1, signal, stdout, stderr })));
}

describe('many at once', () => {
  it(`${CROWD} starts give as many distinct ids, all of them stored`, async () => {
    new ClaudeSession(home).enter().answer();
    const results = await crowd(CROWD, () => home.run('analysis start --source-id s1'));
    expect(results.map(({ code }) => code)).toEqual(Array(CROWD).fill(0));
    const ids = results.map(({ stdout }) => stdout.trim()).sort();
    expect(new Set(ids).size).toBe(CROWD);
    expect(await idsIn(home)).toEqual(ids);
  });

  it(`${CROWD} starts about one source are passes 1 to ${CROWD}`, async () => {
    const results = await crowd(CROWD, () => home.run([...MANUAL, '--json']));
    const passes = results.map(({ stdout }) => (JSON.parse(stdout) as { data: { analysis: { pass: number } } }).data.analysis.pass);
    expect(passes.sort((a, b) => a - b)).toEqual(Array.from({ length: CROWD }, (_, n) => n + 1));
  });

  it(`${CROWD} marks give as many stages, whose deltas are the whole, while the log grows`, async () => {
    const session = new ClaudeSession(home).enter().answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1');
    const results = await crowd(CROWD, async (n) => {
      session.answer({ input: n, output: 100 });
      return home.run(['analysis', 'mark', '--id', id, '--stage', `stage-${n}`]);
    });
    session.answer({ input: 0, output: 5 });
    await home.ok(['analysis', 'complete', '--id', id]);
    expect(results.map(({ code }) => code)).toEqual(Array(CROWD).fill(0));
    const { stages, tail, tokens_check } = await shown(home, id);
    expect(new Set(stages.map(({ stage }) => stage)).size).toBe(CROWD);
    expect(tokens_check).toBe((CROWD * (CROWD - 1)) / 2 + CROWD * 100 + 5);
    expect(stages.reduce((sum, { tokens_delta }) => sum + tokens_delta!, tail!.tokens_delta!)).toBe(tokens_check);
    expect(Math.min(...stages.map(({ tokens_delta }) => tokens_delta!))).toBeGreaterThanOrEqual(0);
  });

  it('10 marks of one name are its attempts 1 to 10', async () => {
    const id = await home.ok(MANUAL);
    await crowd(10, () => home.run(['analysis', 'mark', '--id', id, '--stage', 'same']));
    expect((await shown(home, id)).stages.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('10 completes of one analysis succeed once, and the others are exit 6', async () => {
    const id = await home.ok(MANUAL);
    const results = await crowd(10, () => home.run(['analysis', 'complete', '--id', id]));
    expect(results.map(({ code }) => code).sort()).toEqual([0, ...Array<number>(9).fill(6)]);
  });

  it('10 starts with one idempotency key are one analysis', async () => {
    const ids = await crowd(10, () => home.ok([...MANUAL, '--idempotency-key', 'run-7']));
    expect(new Set(ids).size).toBe(1);
    expect(await idsIn(home)).toHaveLength(1);
  });

  it('two starts on a store that does not exist yet both succeed', async () => {
    expect(hasStore(home)).toBe(false);
    const ids = await crowd(2, () => home.ok(MANUAL));
    expect(await idsIn(home)).toEqual([...ids].sort());
  });

  it('readers never see a store that is half written', async () => {
    await home.ok(MANUAL);
    const [writes, reads] = await Promise.all([
      crowd(WRITERS, () => home.run(MANUAL)),
      crowd(READERS, () => home.run('analysis list --all --json')),
    ]);
    expect([...writes, ...reads].map(({ code }) => code)).toEqual(Array(WRITERS + READERS).fill(0));
  });
});

describe('interrupted', () => {
  /** A log whose first reading takes some seconds. */
  function longLog(session: ClaudeSession): void {
    const lines: string[] = [];
    for (let i = 0; i < 20_000; i++) lines.push(session.line({ id: `msg_long_${String(i).padStart(8, '0')}`, input: 1, output: 1 }));
    const block = Buffer.from(`${lines.join('\n')}\n`);
    const fd = openSync(session.path, 'a');
    for (let written = 0; written < 400 * 1024 * 1024; written += block.length) writeSync(fd, block);
    closeSync(fd);
  }

  /** Until the process has read some of the log, as far as the machine tells. */
  async function untilReading({ pid }: ChildProcess): Promise<void> {
    if (!existsSync('/proc/self/io')) return sleep(1500);
    for (let i = 0; i < 2000; i++) {
      const read = Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
      if (read > 60 * 1024 * 1024) return;
      await sleep(10);
    }
  }

  async function interrupt(args: readonly string[], signal: NodeJS.Signals): Promise<Result> {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: home.project, env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const result = ended(child);
    await untilReading(child);
    child.kill(signal);
    return result;
  }

  it('during a long first reading is exit 130, and the store is whole', async () => {
    const before = await home.ok(MANUAL);
    longLog(new ClaudeSession(home).enter());
    const { code, stdout } = await interrupt(['analysis', 'start', '--source-id', 's1'], 'SIGINT');
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(await idsIn(home)).toEqual([before]);
    expect((await home.run([...MANUAL, '--no-usage'])).code).toBe(0);
  });

  it('with --json is one document with the error', async () => {
    longLog(new ClaudeSession(home).enter());
    const { code, stdout } = await interrupt(['analysis', 'start', '--source-id', 's1', '--json'], 'SIGTERM');
    expect(code).toBe(130);
    expect(JSON.parse(stdout) as Envelope).toMatchObject({
      ok: false,
      command: 'analysis start',
      error: { code: 'INTERRUPTED', exit: 130 },
    });
  });
});
