// What the books said at an earlier time, and how an analysis came to be what it is.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

interface Revision {
  readonly revision: number;
  readonly recorded_at: string;
  readonly recorded_by: string;
  readonly status: string;
  readonly reason: string | null;
  readonly prev_sha256: string | null;
  readonly row_sha256: string;
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown }[];
}

interface Shown {
  readonly analysis: { readonly id: string; readonly revision: number; readonly status: string; readonly total_tokens: number | null };
  readonly history: readonly Revision[];
}

let home: Home;
/** A home in which it all happened, to be copied: none of the tests changes what happened. */
let past: string;
let entered: Readonly<Record<string, string>>;
let id: string;

const show = (...flags: readonly string[]): Promise<Shown> => home.json<Shown>(['analysis', 'show', id, ...flags]);

const DAY = 86_400_000;
const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** An instant that was told, later or earlier by so many milliseconds. */
const shifted = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

/** Started, one stage marked, completed, and amended: four revisions. */
beforeAll(async () => {
  const first = new Home();
  const session = new ClaudeSession(first).enter().answer({ input: 100, output: 900 });
  id = await first.ok('analysis start --source-id s1');
  session.answer({ input: 10, output: 60 });
  await first.ok('analysis mark --stage read');
  session.answer({ input: 1, output: 9 });
  await first.ok(['analysis', 'complete', '--id', id, '--notes', 'done']);
  await first.ok(['analysis', 'complete', '--id', id, '--amend', 'said more', '--notes', 'done well']);
  past = mkdtempSync(join(tmpdir(), 'tokentrail-past-'));
  cpSync(first.path, past, { recursive: true });
  entered = { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: session.id };
});

beforeEach(() => {
  home = new QuickHome();
  Object.assign(home.env, entered);
  cpSync(past, home.path, { recursive: true });
});

afterAll(() => rmSync(past, { recursive: true, force: true }));

describe('analysis show --history', () => {
  it('has every revision, the first one first, with its command and its reason', async () => {
    const { analysis, history } = await show('--history');
    expect(history.map(({ revision, recorded_by, status, reason }) => [revision, recorded_by, status, reason])).toEqual([
      [1, 'analysis start', 'started', null],
      [2, 'analysis mark', 'started', null],
      [3, 'analysis complete', 'completed', null],
      [4, expect.stringContaining('analysis complete'), 'completed', 'said more'],
    ]);
    expect(analysis).toMatchObject({ revision: 4, total_tokens: 80 });
  });

  it('tells what each changed', async () => {
    const { history } = await show('--history');
    expect(history[0]!.changes).toEqual([]);
    expect(history[1]!.changes).toContainEqual({ field: 'stages' });
    expect(history[2]!.changes).toEqual(
      expect.arrayContaining([
        { field: 'status', before: 'started', after: 'completed' },
        { field: 'total_tokens', before: null, after: 80 },
        { field: 'notes', before: null, after: 'done' },
      ]),
    );
    expect(history[3]!.changes).toEqual([{ field: 'notes', before: 'done', after: 'done well' }]);
  });

  it('shows the chain of hashes', async () => {
    const { history } = await show('--history');
    expect(history.map(({ prev_sha256 }) => prev_sha256)).toEqual([null, ...history.slice(0, -1).map(({ row_sha256 }) => row_sha256)]);
  });

  it('is a table with a line for each revision', async () => {
    const lines = (await home.ok(['analysis', 'show', id, '--history'])).split('\n');
    expect(lines[0]).toBe('revision\trecorded\tby\tstatus\ttokens\tchanged\treason');
    expect(lines.slice(1).map((line) => line.split('\t')[0])).toEqual(['1', '2', '3', '4']);
    expect(lines[1]).toContain('(new)');
    expect(lines[4]).toMatch(/\tnotes\tsaid more$/);
  });

  it('ends with the revision that held at --at', async () => {
    const { history } = await show('--history');
    const then = await show('--history', '--at', history[1]!.recorded_at);
    expect([then.analysis.revision, then.history]).toEqual([2, history.slice(0, 2)]);
  });

  it('is exit 4 for an analysis that is not there', async () => {
    expect(await home.run('analysis show ANALYSIS-1999-001 --history')).toMatchObject({ code: 4, stdout: '' });
  });
});

describe('analysis show --at', () => {
  it('is the last revision that was recorded by then, to the microsecond', async () => {
    const { history } = await show('--history');
    const revisions = await Promise.all(history.map(async ({ recorded_at }) => (await show('--at', recorded_at)).analysis.revision));
    expect(revisions).toEqual([1, 2, 3, 4]);
  });

  it('is the one before at an instant between two', async () => {
    const { history } = await show('--history');
    const [, second, third] = history;
    const between = shifted(third!.recorded_at, -1);
    expect(between > second!.recorded_at).toBe(true);
    expect((await show('--at', between)).analysis).toMatchObject({ revision: 2, status: 'started', total_tokens: null });
  });

  it('takes the same instant with any offset', async () => {
    const { history } = await show('--history');
    const plain = history[1]!.recorded_at;
    const local = `${shifted(plain, 5.5 * 3_600_000).slice(0, 23)}+05:30`;
    expect((await show('--at', local)).analysis.revision).toBe(2);
  });

  it('is what holds now for the date of today and for a span of nothing', async () => {
    expect((await show('--at', date(Date.now()))).analysis.revision).toBe(4);
    expect((await show('--at', '0m')).analysis.revision).toBe(4);
  });

  it('takes a date as the end of that day where the user is', async () => {
    // In Kiribati it is the next day already for ten hours of ours, in Niue it is the day before for eleven.
    for (const TZ of ['Pacific/Kiritimati', 'Pacific/Niue', 'UTC']) {
      const today = new Intl.DateTimeFormat('en-CA', { timeZone: TZ }).format(new Date());
      const { analysis } = await home.json<Shown>(['analysis', 'show', id, '--at', today], { env: { TZ } });
      expect(analysis.revision).toBe(4);
    }
  });

  it.each([
    ['an instant before the first revision', (first: string) => shifted(first, -1)],
    ['the date of yesterday', () => date(Date.now() - DAY)],
    ['a span before it', () => '1h'],
    ['the year 1970', () => '1970-01-01'],
  ])('is exit 4 at %s', async (_, at) => {
    const { history } = await show('--history');
    const { code, stdout, stderr } = await home.run(['analysis', 'show', id, '--at', at(history[0]!.recorded_at)]);
    expect({ code, stdout, told: stderr.includes(id) }).toEqual({ code: 4, stdout: '', told: true });
  });

  it.each([
    ['an instant in the future', () => shifted(new Date().toISOString(), DAY)],
    ['the date of the day after tomorrow', () => date(Date.now() + 2 * DAY)],
    ['the last year that can be written', () => '9999-12-31T23:59:59Z'],
    ['a day that does not exist', () => '2026-02-30'],
    ['a word', () => 'yesterday'],
    ['an instant without an offset', () => '2026-05-04T10:00:00'],
    ['nothing', () => ''],
  ])('is exit 2 for %s', async (_, at) => {
    const { code, stdout, stderr } = await home.run(['analysis', 'show', id, '--at', at()]);
    expect({ code, stdout, told: stderr.includes('--at') }).toEqual({ code: 2, stdout: '', told: true });
  });

  it('writes nothing', async () => {
    const count = async (): Promise<string> => (await home.shell(`find "${home.store}" -type f | sort`)).stdout;
    const before = await count();
    await show('--at', '0m', '--history');
    expect(await count()).toBe(before);
  });
});

describe('analysis list --at', () => {
  const list = async (at: string, ...flags: readonly string[]): Promise<[string, string][]> => {
    const { analyses } = await home.json<{ analyses: { id: string; status: string }[] }>(['analysis', 'list', '--at', at, ...flags]);
    return analyses.map((one) => [one.id, one.status]);
  };

  it('has what was there then, as it was', async () => {
    const { history } = await show('--history');
    const later = await home.ok('analysis start --source-id s2');
    expect(await list(history[1]!.recorded_at)).toEqual([[id, 'started']]);
    expect(await list(history[2]!.recorded_at)).toEqual([[id, 'completed']]);
    expect((await list('0m')).map(([one]) => one).sort()).toEqual([id, later].sort());
  });

  it('selects by what held then, not by what holds now', async () => {
    const { history } = await show('--history');
    expect(await list(history[0]!.recorded_at, '--status', 'started')).toEqual([[id, 'started']]);
    expect(await list(history[0]!.recorded_at, '--status', 'completed')).toEqual([]);
  });

  it('is empty before the first, and exit 0', async () => {
    const { history } = await show('--history');
    expect(await list(shifted(history[0]!.recorded_at, -1))).toEqual([]);
  });

  it('is exit 2 in the future', async () => {
    expect((await home.run(['analysis', 'list', '--at', shifted(new Date().toISOString(), DAY)])).code).toBe(2);
  });
});
