// Analyses that went on in one session at the same time: they say so, and together they count each record once.
import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { QuickHome } from '../support/quick-home.js';

let home: QuickHome;
let session: ClaudeSession;

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home).enter();
  session.answer({ input: 0, output: 1 });
});

const started = async (task: string): Promise<string> => (await home.ok(['analysis', 'start', '--task', task])).trim();
const completed = (id: string): Promise<string> => home.ok(['analysis', 'complete', '--id', id]);
const spends = (output: number): ClaudeSession => session.answer({ input: 0, output });

interface Listed {
  readonly analyses: readonly { readonly id: string; readonly overlaps: readonly { readonly id: string }[] }[];
  readonly total: Readonly<Record<string, unknown>>;
}
const listed = (...flags: string[]): Promise<Listed> => home.json<Listed>(['analysis', 'list', '--all', ...flags]);

/** id → the ones that it overlaps with. */
const overlaps = async (): Promise<Record<string, string[]>> =>
  Object.fromEntries((await listed()).analyses.map((one) => [one.id, one.overlaps.map(({ id }) => id)]));

async function nested(): Promise<[string, string]> {
  const a = await started('a');
  spends(100);
  const b = await started('b');
  spends(30);
  await completed(a);
  spends(7);
  await completed(b);
  return [a, b];
}

describe('two analyses of one session', () => {
  it('that went on at the same time say so in show, list and validate', async () => {
    const [a, b] = await nested();
    expect(await overlaps()).toEqual({ [a]: [b], [b]: [a] });
    const { analysis } = await home.json<{ analysis: { overlaps: unknown[] } }>(['analysis', 'show', a]);
    expect(analysis.overlaps).toMatchObject([{ id: b, agent: 'claude', session_id: session.id }]);
    expect(await home.ok(['analysis', 'show', b])).toContain(`overlaps  ${a} from `);
    expect((await home.run('validate')).stdout).toContain(`${b} and ${a} went on in claude session`);
  });

  it('spent each record once together, also when the log is gone', async () => {
    await nested();
    const total = { total_tokens: 137, records: 3, shared: { records: 1, tokens: 30 }, by_sum: [], unknown: [], unclear: [] };
    expect((await listed('--total')).total).toMatchObject(total);
    rmSync(session.path);
    expect((await listed('--total')).total).toMatchObject(total);
    expect(await home.ok('analysis list --all --total')).toContain('Together: 137 tokens (in 0 · out 137) · cost ~$0.0021 in 2 analyses');
  });

  it('that follow each other do not overlap, whatever the clock says', async () => {
    const a = await started('a');
    spends(100);
    await completed(a);
    const b = await started('b');
    spends(30);
    await completed(b);
    expect(await overlaps()).toEqual({ [a]: [], [b]: [] });
    expect((await listed('--total')).total).toMatchObject({ total_tokens: 130, shared: { records: 0 } });
  });

  it('both go on, and say so', async () => {
    const [a, b] = [await started('a'), await started('b')];
    expect(await overlaps()).toEqual({ [a]: [b], [b]: [a] });
  });

  it('share what a session that was attached spends', async () => {
    const a = await started('a');
    const other = new ClaudeSession(home, '5e551011-0000-4000-8000-000000000002');
    other.answer({ input: 0, output: 1 });
    await home.ok(['analysis', 'attach', '--id', a, '--usage-session-id', other.id]);
    const b = (await home.ok(['analysis', 'start', '--task', 'b', '--usage-session-id', other.id])).trim();
    other.answer({ input: 0, output: 50 });
    await completed(a);
    await completed(b);
    expect(await overlaps()).toEqual({ [a]: [b], [b]: [a] });
    expect((await listed('--total')).total).toMatchObject({ total_tokens: 51, shared: { records: 1, tokens: 50 } });
  });
});

describe('a total of analyses', () => {
  it('counts one that was entered by hand by its sum, and says so', async () => {
    const a = await started('a');
    spends(100);
    await completed(a);
    const { analysis } = await home.json<{ analysis: { id: string } }>('analysis add --tool manual --task x --total-tokens 50');
    expect((await listed('--total')).total).toMatchObject({ total_tokens: 150, records: 1, by_sum: [analysis.id] });
  });

  it('is unknown where one of them is, with what is known beside it', async () => {
    const a = await started('a');
    spends(100);
    await completed(a);
    const b = (await home.ok('analysis start --task b --no-usage')).trim();
    await completed(b);
    expect((await listed('--total')).total).toMatchObject({ total_tokens: null, total_known: 100, unknown: [b] });
    expect(await home.ok('analysis list --all --total')).toContain(
      'Together: ≥ 100 (incomplete) tokens · cost ≥ ~$0.0015 (incomplete) in 2 analyses',
    );
  });
});
