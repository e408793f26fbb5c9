// Logs that others write, cut, replace and delete while an analysis is open. A lifecycle command never breaks the work that it
// measures, and no number is ever negative: where bytes are gone, what was counted stays and is called a lower bound.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { isRoot, NOBODY, runAsNobody, shown } from './shown.js';

let home: Home;
let session: ClaudeSession;

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home).enter();
});

/** Everything below the home belongs to an ordinary user. */
function giveToNobody(path: string): void {
  chownSync(path, NOBODY, NOBODY);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) giveToNobody(join(path, entry.name));
    else chownSync(join(path, entry.name), NOBODY, NOBODY);
  }
}

describe('a log whose bytes go away while an analysis is open', () => {
  // Baseline 1000, then 100 counted by a mark, then the log is changed and 7 more are written.
  const changes: [what: string, change: () => void][] = [
    ['is emptied', () => truncateSync(session.path, 0)],
    ['is cut in half', () => truncateSync(session.path, Math.floor(readFileSync(session.path).length / 2))],
    [
      'is replaced by a shorter one',
      () => writeFileSync(session.path, `${session.line({ id: 'msg_replaced_0001', input: 0, output: 1, at: '2026-01-01T00:00:00Z' })}\n`),
    ],
    [
      'is replaced by a longer one',
      () => {
        rmSync(session.path);
        for (let i = 0; i < 20; i++) session.answer({ id: `msg_replaced_${i}00`, input: 0, output: 1, at: '2026-01-01T00:00:00Z' });
      },
    ],
    ['is deleted', () => rmSync(session.path)],
    ['is filled with binary junk', () => writeFileSync(session.path, Buffer.from([0, 255, 10, 0xc3, 0x28, 10, 0x1b, 0x5b]))],
    [
      'becomes a folder',
      () => {
        rmSync(session.path);
        mkdirSync(session.path);
      },
    ],
    [
      'becomes a link to another one',
      () => {
        renameSync(session.path, `${session.path}.moved`);
        symlinkSync(`${session.path}.moved`, session.path);
      },
    ],
    ['loses its whole project folder', () => rmSync(dirname(session.path), { recursive: true })],
    ['loses the whole folder of its agent', () => rmSync(join(home.path, '.claude'), { recursive: true })],
  ];

  beforeEach(() => void session.answer({ input: 100, output: 900 }));

  async function changed(change: () => void): Promise<{ id: string; code: number }> {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 10, output: 90 });
    await home.ok('analysis mark --stage one');
    change();
    const { code } = await home.run(['analysis', 'complete', '--id', id]);
    return { id, code };
  }

  it.each(changes)('%s: completes all the same, partial and with a reason, and keeps what was counted', async (_, change) => {
    const { id, code } = await changed(change);
    const { capture_status, capture_reason, tokens_check, stages, tail } = await shown(home, id);
    expect({ code, capture_status, reason: capture_reason !== null }).toEqual({ code: 0, capture_status: 'partial', reason: true });
    expect([tokens_check, stages[0]!.tokens_delta, tail!.tokens_delta]).toEqual([100, 100, 0]);
  });

  it('adds what was written after it was emptied', async () => {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 10, output: 90 });
    await home.ok('analysis mark --stage one');
    truncateSync(session.path, 0);
    session.answer({ input: 0, output: 7 });
    await home.ok('analysis mark --stage two');
    session.answer({ input: 0, output: 5 });
    await home.ok('analysis complete');
    const { tokens_check, stages, tail } = await shown(home, id);
    expect([tokens_check, ...stages.map(({ tokens_delta }) => tokens_delta), tail!.tokens_delta]).toEqual([112, 100, 7, 5]);
  });

  it('never takes a number below 0, however often it is cut', async () => {
    const id = await home.ok('analysis start --source-id s1');
    for (let i = 0; i < 4; i++) {
      session.answer({ input: 0, output: 10 + i });
      truncateSync(session.path, Math.floor(readFileSync(session.path).length * 0.6));
      await home.ok(`analysis mark --stage s${i}`);
    }
    await home.ok('analysis complete');
    const { tokens_check, stages, tail } = await shown(home, id);
    const parts = [...stages.map(({ tokens_delta }) => tokens_delta!), tail!.tokens_delta!];
    expect(parts.every((part) => part >= 0)).toBe(true);
    expect(parts.reduce((a, b) => a + b, 0)).toBe(tokens_check);
  });

  it('shows the number with ≥', async () => {
    await home.ok('analysis start --source-id s1');
    session.answer({ input: 10, output: 90 });
    await home.ok('analysis mark --stage one');
    rmSync(session.path);
    expect(await home.ok('analysis complete')).toContain('≥ 100 tokens');
  });
});

describe('a log that only looks changed', () => {
  beforeEach(() => void session.answer({ input: 100, output: 900 }));

  it('is the same one if it was copied and put back', async () => {
    const id = await home.ok('analysis start --source-id s1');
    copyFileSync(session.path, `${session.path}.copy`);
    renameSync(`${session.path}.copy`, session.path);
    session.answer({ input: 0, output: 42 });
    await home.ok('analysis complete');
    expect(await shown(home, id)).toMatchObject({ tokens_check: 42, capture_status: 'captured' });
  });

  it('is the same one if its project folder was renamed', async () => {
    const id = await home.ok('analysis start --source-id s1');
    const folder = dirname(session.path);
    renameSync(folder, `${folder}-renamed`);
    appendFileSync(session.path.replace(folder, `${folder}-renamed`), `${session.line({ input: 0, output: 42 })}\n`);
    await home.ok('analysis complete');
    expect(await shown(home, id)).toMatchObject({ tokens_check: 42, capture_status: 'captured' });
  });

  it('counts what comes after a cache was deleted', async () => {
    const id = await home.ok('analysis start --source-id s1');
    rmSync(join(home.path, '.cache'), { recursive: true });
    session.answer({ input: 0, output: 42 });
    await home.ok('analysis complete');
    expect(await shown(home, id)).toMatchObject({ tokens_check: 42, capture_status: 'captured' });
  });

  it('counts the same with a damaged cache, and says so', async () => {
    const id = await home.ok('analysis start --source-id s1');
    const folder = join(home.path, '.cache', 'tokentrail', 'cursors');
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'tokentrail-cursor/1 nonsense\n{}\n');
    session.answer({ input: 0, output: 42 });
    const { code, stderr } = await home.run('analysis complete');
    expect({ code, warned: stderr.includes('CACHE_DAMAGED'), check: (await shown(home, id)).tokens_check }).toEqual({
      code: 0,
      warned: true,
      check: 42,
    });
  });

  it('counts the same where the cache can not be written, and says so', async () => {
    writeFileSync(join(home.path, '.cache'), 'a file where a folder should be');
    const { code, stderr, stdout } = await home.run('analysis start --source-id s1');
    expect({ code, warned: stderr.includes('CACHE_UNWRITABLE') }).toEqual({ code: 0, warned: true });
    expect((await shown(home, stdout.trim())).tokens_baseline).toBe(1000);
  });
});

describe('a log with lines that are none', () => {
  it('counts from 0 if it was empty at the start', async () => {
    writeFileSync(session.path, '');
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 1, output: 41 });
    await home.ok('analysis complete');
    expect(await shown(home, id)).toMatchObject({ tokens_baseline: 0, tokens_check: 42 });
  });

  it('counts the good ones and tells how many were skipped', async () => {
    session.answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1');
    session
      .raw('not json\n')
      .raw(Buffer.from([0xff, 0xfe, 0x00, 0x0a]))
      .raw('[1,2]\n')
      .answer({ input: 0, output: 42 });
    await home.ok('analysis complete');
    const analysis = await shown(home, id);
    expect(analysis.tokens_check).toBe(42);
    expect(analysis.sessions[0]!.final!.skipped.reduce((n, { count }) => n + count, 0)).toBe(3);
  });

  it('counts a line that was half written at the mark once, in the stage that follows', async () => {
    session.answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1');
    const line = session.line({ input: 0, output: 42 });
    session.raw(line.slice(0, 100));
    await home.ok('analysis mark --stage one');
    session.raw(`${line.slice(100)}\n`);
    await home.ok('analysis complete');
    const { tokens_check, stages } = await shown(home, id);
    expect([stages[0]!.tokens_delta, tokens_check]).toEqual([0, 42]);
  });

  it('counts a line behind the zeros that a crash of the machine left', async () => {
    session.answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1');
    session.raw(Buffer.alloc(4096)).raw('\n').answer({ input: 0, output: 42 });
    await home.ok('analysis complete');
    expect((await shown(home, id)).tokens_check).toBe(42);
  });

  it.each(['constructor', '__proto__', 'toString'])('counts a model that is named %s like any other', async (model) => {
    session.answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 0, output: 42, model });
    await home.ok('analysis complete');
    const { usage } = await shown(home, id);
    expect(Object.entries(usage!.by_model).map(([name, { total }]) => [name, total])).toEqual([[model, 42]]);
  });

  it('counts the line after one of 600 MB', async () => {
    session.answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1');
    truncateSync(session.path, 600 * 1024 * 1024);
    session.raw('\n').answer({ input: 0, output: 42 });
    await home.ok('analysis complete');
    expect((await shown(home, id)).tokens_check).toBe(42);
  });

  it('reads a line of 600 MB in less than 400 MB of memory', async (ctx) => {
    if (!existsSync('/proc/self/status')) ctx.skip('there is no /proc to ask');
    session.answer({ input: 1, output: 9 });
    truncateSync(session.path, 600 * 1024 * 1024);
    session.raw('\n');
    const child = home.start(['analysis', 'sessions', 'list', '--json']);
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
      } catch {
        // It has ended.
      }
    }, 20);
    await new Promise((resolve) => child.on('close', resolve));
    clearInterval(watch);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(400 * 1024);
  });
});

describe('a folder of logs with things that are no files', () => {
  beforeEach(() => void session.answer({ input: 1, output: 9 }));

  const folder = (): string => dirname(session.path);
  const timed = async (args: string): Promise<{ code: number; seconds: number; stdout: string }> => {
    const begin = performance.now();
    const { code, stdout } = await home.run(args);
    return { code, stdout, seconds: (performance.now() - begin) / 1000 };
  };

  const oddities: [what: string, make: () => void][] = [
    ['a FIFO', () => void execFileSync('mkfifo', [join(folder(), 'fifo.jsonl')])],
    ['a link to itself', () => symlinkSync('self.jsonl', join(folder(), 'self.jsonl'))],
    ['a link to its own folder', () => symlinkSync('.', join(folder(), 'again'))],
    ['a link to the root of the machine', () => symlinkSync('/', join(home.path, '.claude', 'projects', 'root'))],
    ['a link to an endless device', () => symlinkSync('/dev/zero', join(folder(), 'zero.jsonl'))],
    ['a link to a file elsewhere', () => symlinkSync('/etc/passwd', join(folder(), 'passwd.jsonl'))],
    ['a folder with the name of a log', () => mkdirSync(join(folder(), 'folder.jsonl'))],
    [
      'a FIFO among the sub-agents',
      () => {
        mkdirSync(join(folder(), session.id, 'subagents'), { recursive: true });
        execFileSync('mkfifo', [join(folder(), session.id, 'subagents', 'agent-x.jsonl')]);
      },
    ],
  ];

  it.each(oddities)('%s: the list of sessions ends soon, with the good one in it', async (_, make) => {
    make();
    const { code, seconds, stdout } = await timed('analysis sessions list --tool claude');
    expect({ code, soon: seconds < 5, good: stdout.includes(session.id) }).toEqual({ code: 0, soon: true, good: true });
  });

  it.each(oddities)('%s: an analysis starts soon', async (_, make) => {
    make();
    const { code, seconds } = await timed('analysis start --source-id s1');
    expect({ code, soon: seconds < 5 }).toEqual({ code: 0, soon: true });
  });

  it("a FIFO in the place of the session's own log: starts soon and counts nothing", async () => {
    rmSync(session.path);
    execFileSync('mkfifo', [session.path]);
    const { code, seconds, stdout } = await timed('analysis start --source-id s1');
    expect({ code, soon: seconds < 5 }).toEqual({ code: 0, soon: true });
    expect((await shown(home, stdout.trim())).tokens_baseline).toBeNull();
  });

  it('a socket: the list of sessions ends soon', async () => {
    const server = createServer();
    const short = join(home.path, 's');
    await new Promise<void>((resolve) => void server.listen(short, resolve));
    renameSync(short, join(folder(), 'socket.jsonl'));
    const { code, seconds } = await timed('analysis sessions list --tool claude');
    server.close();
    expect({ code, soon: seconds < 5 }).toEqual({ code: 0, soon: true });
  });

  it('a FIFO given by path is exit 4, soon', async () => {
    execFileSync('mkfifo', [join(folder(), 'fifo.jsonl')]);
    const { code, seconds } = await timed(`analysis start --source-id s1 --usage-session-path ${join(folder(), 'fifo.jsonl')}`);
    expect({ code, soon: seconds < 5 }).toEqual({ code: 4, soon: true });
  });

  it('tells of a log that is not readable, with exit 0', async (ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    const other = new ClaudeSession(home, '5e551011-0000-4000-8000-000000000009').answer();
    giveToNobody(home.path);
    chownSync(other.path, 0, 0);
    chmodSync(other.path, 0o600);
    const { code, stderr, stdout } = await runAsNobody(home, ['analysis', 'sessions', 'list', '--tool', 'claude']);
    expect({ code, warned: stderr.includes('LOGS_SKIPPED'), good: stdout.includes(session.id) }).toEqual({
      code: 0,
      warned: true,
      good: true,
    });
  });

  it("starts without tokens, not from 0, if the session's own log is not readable", async (ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    giveToNobody(home.path);
    chownSync(session.path, 0, 0);
    chmodSync(session.path, 0o600);
    const { stdout } = await runAsNobody(home, ['analysis', 'start', '--source-id', 's1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { analysis: { capture_status: 'unattached', tokens_baseline: null } } });
  });
});

describe('a line that can’t be read', () => {
  const add = () => home.envelope(['analysis', 'add', '--task', 't', '--tool', 'claude', '--usage-from', `claude:${session.path}`]);

  it('makes the number of what lies around it a lower bound, and is told', async () => {
    session.answer({ output: 5 }).raw('{"type":"assistant","mess\n').answer({ output: 7 });
    expect(await add()).toMatchObject({
      data: { analysis: { output_tokens: 12, capture_status: 'partial', capture_reason: 'lines_skipped' } },
      warnings: [{ code: 'PARTIAL' }],
    });
  });

  it('before the start changes nothing', async () => {
    session.answer({ output: 5 }).raw('{"type":"assistant","mess\n');
    const a = (await home.ok('analysis start --task t')).trim();
    session.answer({ output: 7 });
    await home.ok(['analysis', 'complete', '--id', a]);
    expect(await shown(home, a)).toMatchObject({ output_tokens: 7, capture_status: 'captured' });
  });
});
