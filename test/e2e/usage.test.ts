// The books of all sessions as a user keeps and reads them.
import { appendFileSync, cpSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fixtures } from '../capture/fixture.js';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

interface Sum {
  records: number;
  usage: { input: number | null; output: number | null; total: number | null; total_known?: number };
  partial_records: number;
  gone_records: number;
}

interface Daily {
  tz: string;
  days: (Sum & { day: string; sessions: number; by_model: Record<string, Sum> })[];
  total: Sum & { sessions: number };
}

interface Synced {
  agents: { agent: string; logs: number; added: number; changed: number; gone: number; skipped: { reason: string; count: number }[] }[];
}

let home: Home;
let session: ClaudeSession;

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home);
  session.answer({ input: 10, output: 100, at: '2026-03-28T22:30:00.000Z' });
  session.answer({ input: 1, output: 20, at: '2026-03-29T02:00:00.000Z', model: 'claude-haiku-4-5' });
});

const of = (synced: Synced, agent: string): Synced['agents'][number] => synced.agents.find((one) => one.agent === agent)!;

describe('usage sync', () => {
  it('creates the store, books what the logs say, and finds nothing the second time', async () => {
    const first = of(await home.json<Synced>('usage sync'), 'claude');
    expect(first).toMatchObject({ logs: 1, added: 2 });
    expect(of(await home.json<Synced>('usage sync'), 'claude')).toMatchObject({ logs: 1, added: 0, changed: 0 });
  });

  it('exits 3 and says why if a line was skipped, and 1 with --strict', async () => {
    appendFileSync(session.path, 'no json\n');
    const { code, stdout } = await home.run('usage sync --json');
    expect(code).toBe(3);
    expect(of((JSON.parse(stdout) as { data: Synced }).data, 'claude').skipped).toEqual([{ reason: 'bad_json', count: 1 }]);
    expect((await home.run('usage sync --strict')).code).toBe(1);
  });

  it('reads every log anew with --rebuild, and changes nothing by it', async () => {
    await home.ok('usage sync');
    expect(of(await home.json<Synced>('usage sync --rebuild'), 'claude')).toMatchObject({ added: 0, changed: 0, gone: 0 });
  });

  it('keeps its files for the user alone', async () => {
    await home.ok('usage sync');
    expect(statSync(join(home.store, 'usage.state')).mode & 0o077).toBe(0);
    expect(statSync(join(home.store, 'usage.lance')).mode & 0o077).toBe(0);
  });

  it('stores no prompt, no answer and no absolute path of the home', async () => {
    session.answer({ output: 5, extra: { content: [{ type: 'text', text: 'CANARY-prompt-7' }] } });
    await home.ok('usage sync');
    const { stdout } = await home.shell(`grep -rlaF -e CANARY-prompt-7 -e "${home.path}" "${home.store}" | wc -l`);
    expect(stdout.trim()).toBe('0');
  });

  it('goes on from where a mark read to, and a mark from where it read to', async () => {
    session.enter();
    await home.ok('analysis start --source-id s1');
    session.answer({ output: 7 });
    await home.ok('usage sync');
    await home.ok('analysis mark --stage one');
    session.answer({ output: 8 });
    await home.ok('analysis mark --stage two');
    await home.ok('usage sync');
    expect((await home.json<Daily>('usage daily')).total.usage.output).toBe(135);
    const { data } = await home.envelope('analysis complete');
    expect(data).toMatchObject({ analysis: { output_tokens: 15 } });
  });

  it('books every record once when five run at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => home.ok('usage sync')));
    expect((await home.json<Daily>('usage daily')).total).toMatchObject({ records: 2, usage: { output: 120 } });
  });

  it('leaves books that the next one completes, whenever it is killed', async () => {
    for (let i = 0; i < 60; i++) session.answer({ output: 1, at: '2026-03-30T10:00:00.000Z' });
    for (const wait of [150, 250, 350, 450]) {
      const child = home.start(['usage', 'sync']);
      await new Promise((resolve) => setTimeout(resolve, wait));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
    await home.ok('usage sync');
    expect((await home.json<Daily>('usage daily')).total).toMatchObject({ records: 62, usage: { output: 180 } });
  });
});

describe('usage daily', () => {
  it('sums up by day and model in the zone that is asked for, and names it', async () => {
    await home.ok('usage sync');
    const utc = await home.json<Daily>('usage daily --tz UTC');
    expect(utc.tz).toBe('UTC');
    expect(utc.days.map(({ day, usage }) => [day, usage.output])).toEqual([
      ['2026-03-28', 100],
      ['2026-03-29', 20],
    ]);
    const kolkata = await home.json<Daily>('usage daily --tz Asia/Kolkata');
    expect(kolkata.days.map(({ day, usage }) => [day, usage.output])).toEqual([['2026-03-29', 120]]);
    expect(kolkata.total.usage).toEqual(utc.total.usage);
    expect(await home.ok('usage daily --tz Asia/Kolkata')).toMatch(
      /Days and times in Asia\/(Kolkata|Calcutta)\. ~ is estimated by the price book\.$/,
    );
  });

  it('gives the same from the logs alone, and writes nothing', async () => {
    const alone = await home.json<Daily>('usage daily --no-store');
    const { stdout } = await home.shell(`find "${home.path}" -newer "${session.path}" -type f | wc -l`);
    expect(stdout.trim()).toBe('0');
    await home.ok('usage sync');
    expect(await home.json<Daily>('usage daily')).toEqual(alone);
  });

  it('still has what was spent when the logs are deleted, and says so', async () => {
    await home.ok('usage sync');
    const before = (await home.json<Daily>('usage daily')).total;
    rmSync(session.path);
    const after = (await home.json<Daily>('usage daily --sync')).total;
    expect(after.usage).toEqual(before.usage);
    expect(after.gone_records).toBe(2);
    expect(await home.ok('usage daily')).toContain('log gone');
  });

  it('is refused where there are no books, with the command that makes them', async () => {
    const { code, stderr } = await home.run('usage daily');
    expect(code).toBe(12);
    expect(stderr).toContain('tokentrail');
  });

  it('says that there was no usage, not that it was 0, where nothing was found', async () => {
    rmSync(dirname(session.path), { recursive: true });
    expect(await home.ok('usage daily --no-store')).toMatch(/^No usage\. Days and times in UTC\.$/);
  });

  it.each([
    ['a zone that is none', ['--tz', 'Mars/Olympus'], 2],
    ['both --sync and --no-store', ['--sync', '--no-store'], 2],
    ['a time that is none', ['--since', 'yesterdayish'], 2],
  ])('refuses %s', async (_, flags, code) => {
    expect((await home.run(['usage', 'daily', ...flags])).code).toBe(code);
  });

  it('counts only records of the days that are asked for', async () => {
    await home.ok('usage sync');
    const { days } = await home.json<Daily>('usage daily --since 2026-03-29 --until 2026-03-29 --tz UTC');
    expect(days.map(({ day }) => day)).toEqual(['2026-03-29']);
  });
});

describe('usage models and sessions', () => {
  it('add up to the same total as the days', async () => {
    await home.ok('usage sync');
    const daily = (await home.json<Daily>('usage daily')).total;
    expect((await home.json<Daily>('usage models')).total).toEqual(daily);
    expect((await home.json<Daily>('usage sessions')).total).toEqual(daily);
  });

  it('show a session without any count as unknown, never as 0', async () => {
    const cursor = fixtures().find(({ name }) => name === 'cursor/transcript')!;
    cpSync(cursor.home, home.path, { recursive: true });
    await home.ok('usage sync');
    const { sessions } = await home.json<{ sessions: (Sum & { agent: string; flags: string[] })[] }>('usage sessions --tool cursor');
    expect(sessions).toMatchObject([{ agent: 'cursor', usage: { output: null, total: null, total_known: 0 }, flags: ['no_usage'] }]);
    expect(await home.ok('usage sessions --tool cursor')).toContain('N/A');
  });
});

describe('many and large logs', () => {
  it('are read in threads to the same sums', async () => {
    const folder = dirname(session.path);
    const pad = 'x'.repeat(200_000);
    for (let log = 0; log < 6; log++) {
      const id = `5e551011-0000-4000-8000-0000000001${String(log).padStart(2, '0')}`;
      const one = new ClaudeSession(home, id);
      const lines = Array.from({ length: 30 }, () => one.line({ output: 3, extra: { content: [{ type: 'text', text: pad }] } }));
      writeFileSync(join(folder, `${id}.jsonl`), `${lines.join('\n')}\n`);
    }
    const { total } = await home.json<Daily>('usage daily --no-store');
    expect(total).toMatchObject({ records: 182, usage: { output: 660 } });
  });

  it('with a sparse line of 600 MB are read in bounded memory, and what follows the line counts', async () => {
    const path = join(dirname(session.path), '5e551011-0000-4000-8000-000000000099.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{"type":"user","text":"');
    truncateSync(path, 600 * 1024 * 1024);
    appendFileSync(path, `\n${new ClaudeSession(home, '5e551011-0000-4000-8000-000000000099').line({ output: 9 })}\n`);
    const { total } = await home.json<Daily>('usage daily --no-store');
    expect(total.usage.output).toBe(129);
    rmSync(path);
  });
});
