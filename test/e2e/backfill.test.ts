// Work that was recorded without tokens gets those of its session and its time.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { QuickHome } from '../support/quick-home.js';

const OTHER = '5e551011-0000-4000-8000-000000000002';

let home: QuickHome;
let session: ClaudeSession;

/** 2026-05-04T10:00:00Z and so many seconds. */
const at = (second: number): string => new Date(Date.UTC(2026, 4, 4, 10, 0, second)).toISOString();

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home);
  for (const second of [1, 2, 3, 4, 5]) session.answer({ input: 0, output: 10 ** (second - 1), at: at(second) });
});

const added = async (from: number, to: number, ...flags: string[]): Promise<string> =>
  (
    await home.ok(['analysis', 'add', '--task', 't', '--tool', 'claude', '--started-at', at(from), '--completed-at', at(to), ...flags])
  ).trim();

interface Change {
  readonly id: string;
  readonly session_id: string;
  readonly rule: string;
  readonly confidence: string;
  readonly records: number;
  readonly left_out: readonly { readonly id: string; readonly records: number }[];
  readonly tokens_before: number | null;
  readonly tokens_after: number | null;
  readonly change: string;
}
interface Done {
  readonly written: number;
  readonly changes: readonly Change[];
  readonly skipped: readonly { readonly id: string; readonly reason: string; readonly sessions: readonly string[] }[];
}
const backfill = async (...flags: string[]): Promise<Done & { code: number }> => {
  const { stdout, code } = await home.run(['analysis', 'backfill-usage', ...flags, '--json']);
  return { ...(JSON.parse(stdout) as { data: Done }).data, code };
};
interface Shown {
  readonly output_tokens: number | null;
  readonly tokens_baseline: number | null;
  readonly tokens_final: number | null;
  readonly tokens_check: number | null;
  readonly capture_status: string;
  readonly usage_mode: string;
  readonly revision: number;
}
const shown = async (id: string): Promise<Shown> => (await home.json<{ analysis: Shown }>(['analysis', 'show', id])).analysis;
const verified = async (): Promise<string[]> => {
  const { stdout } = await home.run('analysis verify --all --json');
  return (JSON.parse(stdout) as { data: { analyses: { result: string }[] } }).data.analyses.map(({ result }) => result);
};

/** Names, sizes and times of all files of the store. */
const files = (): string =>
  (readdirSync(home.store, { recursive: true }) as string[])
    .sort()
    .map((name) => `${name} ${statSync(join(home.store, name)).size} ${statSync(join(home.store, name)).mtimeMs}`)
    .join('\n');

describe('backfill', () => {
  it('gives an analysis what its session spent in its time, half-open', async () => {
    const a = await added(2, 4);
    expect(await backfill()).toMatchObject({
      code: 0,
      written: 1,
      changes: [
        {
          id: a,
          session_id: session.id,
          rule: 'only_session_of_project',
          confidence: 'high',
          records: 2,
          tokens_before: null,
          tokens_after: 110,
        },
      ],
    });
    expect(await shown(a)).toMatchObject({ output_tokens: 110, capture_status: 'backfilled', usage_mode: 'windowed_sum', revision: 2 });
    const { tokens_baseline, tokens_final, tokens_check } = await shown(a);
    expect([tokens_baseline, tokens_final! - tokens_baseline!]).toEqual([1, tokens_check]);
    expect([await verified(), (await home.run('validate')).code]).toEqual([['verified'], 0]);
  });

  it('changes nothing the second time', async () => {
    const a = await added(2, 4);
    await backfill();
    expect(await backfill()).toMatchObject({ written: 0, changes: [{ id: a, change: 'unchanged' }] });
    expect((await shown(a)).revision).toBe(2);
  });

  it('prints the same plan in a dry run, and writes nothing', async () => {
    await added(2, 4);
    const was = files();
    const { changes, written } = await backfill('--dry-run');
    expect([files() === was, written]).toEqual([true, 0]);
    expect((await backfill()).changes).toEqual(changes);
  });

  it('says in a dry run what the logs tell by now, whether they were synced or not', async () => {
    await home.ok('usage sync');
    const a = await added(2, 4);
    session.answer({ input: 0, output: 7, at: at(3) });
    expect((await backfill('--dry-run')).changes).toMatchObject([{ id: a, tokens_after: 117 }]);
  });

  it('charges a record in two windows to the one that began last, and says so', async () => {
    const [a, b] = [await added(1, 6), await added(3, 5)];
    const { changes } = await backfill();
    expect(changes.map(({ id, tokens_after, left_out }) => ({ id, tokens_after, left_out }))).toEqual([
      { id: a, tokens_after: 10_011, left_out: [{ id: b, records: 2 }] },
      { id: b, tokens_after: 1100, left_out: [] },
    ]);
    expect(await verified()).toEqual(['verified', 'verified']);
  });

  it('leaves to what was measured what was measured', async () => {
    const id = (
      await home.ok([
        'analysis',
        'add',
        '--task',
        'm',
        '--usage-from',
        `claude:${session.path}`,
        '--window-start',
        at(3),
        '--window-end',
        at(4),
      ])
    ).trim();
    const a = await added(1, 6);
    expect((await backfill()).changes).toMatchObject([{ id: a, tokens_after: 11_011, left_out: [{ id, records: 1 }] }]);
  });

  it('never chooses from several sessions, and takes the one that is named', async () => {
    const other = new ClaudeSession(home, OTHER);
    other.answer({ input: 0, output: 5, at: at(3) });
    const a = await added(2, 4);
    const { skipped, code, written } = await backfill();
    expect({ code, written, skipped }).toMatchObject({ code: 3, written: 0, skipped: [{ id: a, reason: 'several_sessions' }] });
    expect(skipped[0]!.sessions.toSorted()).toEqual([session.id, OTHER].sort());
    expect((await backfill('--usage-session-id', `${a}=${OTHER}`)).changes).toMatchObject([
      { id: a, session_id: OTHER, rule: 'given', confidence: 'exact', tokens_after: 5 },
    ]);
  });

  it('takes the session that was recorded, whatever else was at work', async () => {
    new ClaudeSession(home, OTHER).answer({ input: 0, output: 5, at: at(3) });
    const file = join(home.path, 'rc.yaml');
    writeFileSync(
      file,
      `analysis_logs:\n- {id: A1, source_id: s, status: completed, tool: claude-code, started_at: "${at(2)}", completed_at: "${at(4)}", usage_session_id: ${OTHER}}\n`,
    );
    await home.ok(['import', file]);
    expect((await backfill()).changes).toMatchObject([{ id: 'A1', session_id: OTHER, rule: 'recorded_session', confidence: 'exact' }]);
  });

  it.each([
    ['what is measured', ['--usage-from'], 'measured'],
    ['what was entered by hand', ['--total-tokens', '5'], 'entered_by_hand'],
  ] as const)('leaves %s, unless it is forced', async (_, flags, reason) => {
    const a = await added(2, 4, ...(flags[0] === '--usage-from' ? ['--usage-from', `claude:${session.path}`] : flags));
    expect((await backfill('--dry-run')).skipped).toMatchObject([{ id: a, reason }]);
    expect((await backfill('--force')).changes).toMatchObject([{ id: a, tokens_after: 110 }]);
  });

  it('says why it leaves the others', async () => {
    const noTimes = (await home.ok(['analysis', 'add', '--task', 't', '--tool', 'claude'])).trim();
    const noRecords = await added(50, 55);
    const manual = (
      await home.ok(['analysis', 'add', '--task', 't', '--tool', 'manual', '--started-at', at(1), '--completed-at', at(2)])
    ).trim();
    const open = (await home.ok(['analysis', 'start', '--task', 't', '--tool', 'claude', '--no-usage'])).trim();
    const reasons = Object.fromEntries((await backfill('--dry-run')).skipped.map(({ id, reason }) => [id, reason]));
    expect(reasons).toEqual({ [noTimes]: 'no_times', [noRecords]: 'no_session', [manual]: 'no_agent', [open]: 'not_ended' });
  });

  it('applies what the flags choose of a plan that is made over all', async () => {
    const [a, b] = [await added(1, 6), await added(3, 5)];
    expect((await backfill('--since', at(3))).changes.map(({ id }) => id)).toEqual([b]);
    expect(await shown(a)).toMatchObject({ output_tokens: null, revision: 1 });
    expect((await backfill('--limit', '5', '--until', at(2))).changes).toMatchObject([{ id: a, tokens_after: 10_011 }]);
  });

  it('works from the books when the logs are gone', async () => {
    await home.ok('usage sync');
    const a = await added(2, 4);
    rmSync(session.path);
    expect((await backfill()).changes).toMatchObject([{ id: a, tokens_after: 110 }]);
    expect(await verified()).toEqual(['verified']);
  });

  it('prices what stood in a log that was written anew since', async () => {
    await home.ok('usage sync');
    writeFileSync(session.path, '');
    session.answer({ input: 0, output: 7, at: at(9) });
    const a = await added(3, 6);
    expect((await backfill()).changes).toMatchObject([{ id: a, tokens_after: 11_100 }]);
    const { analysis } = await home.json<{ analysis: { cost_usd: string } }>(['analysis', 'show', a]);
    expect(analysis.cost_usd).toBe('0.1665');
  });

  it.each([
    ['no form', 'x'],
    ['no analysis', 'ANALYSIS-2026-999=s'],
  ])('refuses a session for %s', async (_, given) => {
    await added(1, 2);
    expect((await home.run(['analysis', 'backfill-usage', '--usage-session-id', given])).code).toBeGreaterThan(1);
  });

  it('leaves the logs alone', async () => {
    const was = readFileSync(session.path, 'utf8');
    await added(2, 4);
    await backfill();
    expect(readFileSync(session.path, 'utf8')).toBe(was);
  });
});

describe('what is named for a backfill', () => {
  it('must be there, and be named once', async () => {
    const a = await added(1, 3);
    const named = (...sessions: string[]) =>
      home.run(['analysis', 'backfill-usage', ...sessions.flatMap((one) => ['--usage-session-id', `${a}=${one}`])]);
    expect([(await named('nope')).code, (await named(session.id, OTHER)).code]).toEqual([4, 2]);
  });
});

describe('a backfill', () => {
  it('with a limit goes on where the one before ended', async () => {
    const [a, b] = [await added(1, 3), await added(3, 5)];
    expect((await backfill('--limit', '1')).changes.filter(({ id }) => id === b)).toHaveLength(1);
    await backfill('--limit', '1');
    expect([(await shown(a)).output_tokens, (await shown(b)).output_tokens]).toEqual([11, 1100]);
  });

  it('says of one whose records all belong to others that they do', async () => {
    await home.ok(['analysis', 'add', '--task', 'all', '--usage-from', `claude:${session.path}`]);
    const a = await added(1, 3);
    expect(await backfill()).toMatchObject({ code: 0, skipped: [{ reason: 'measured' }, { id: a, reason: 'all_left_out' }] });
  });

  it('keeps the rule by which the session was found', async () => {
    const a = await added(1, 3);
    const [first] = (await backfill()).changes;
    session.answer({ input: 0, output: 7, at: at(2) });
    const [again] = (await backfill()).changes;
    expect([first!.id, again!.rule, again!.confidence, again!.tokens_after]).toEqual([a, first!.rule, first!.confidence, 18]);
  });
});
