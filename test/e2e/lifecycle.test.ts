import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

interface ShownAnalysis {
  id: string;
  status: string;
  tokens_baseline: number;
  tokens_final: number;
  tokens_check: number;
  total_tokens: number;
  output_tokens: number;
  revision: number;
  capture_status: string;
  usage: { total: number; by_model: Record<string, { total: number; output: number }>; subagents: { output: number } | null };
  stages: { stage: string; attempt: number; tokens_delta: number; tokens_cumulative: number; usage: { output: number } }[];
  tail: { tokens_delta: number };
}

let home: Home;
let session: ClaudeSession;

const shown = async (id: string): Promise<ShownAnalysis> =>
  (await home.json<{ analysis: ShownAnalysis }>(['analysis', 'show', id])).analysis;

beforeEach(() => {
  home = new QuickHome();
  session = new ClaudeSession(home).enter().answer({ input: 100, output: 900 });
});

describe('an analysis from start to end', () => {
  it('leaves exactly the id in a shell variable', async () => {
    const { stdout, code } = await home.shell('ID=$(tokentrail analysis start --source-id s1 --tool claude); printf "[%s]" "$ID"');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[ANALYSIS-\d{4}-001\]$/);
  });

  it('books what was spent between its start and its end, and nothing else', async () => {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 10, read: 500, write: 40, output: 60 });
    await home.ok(['analysis', 'complete', '--id', id]);
    session.answer({ output: 5_000 });
    expect(await shown(id)).toMatchObject({
      tokens_baseline: 1_000,
      tokens_final: 1_610,
      tokens_check: 610,
      total_tokens: 610,
      output_tokens: 60,
    });
  });

  it('gives each stage what was spent since the one before, so that stages and tail add up to the whole', async () => {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 10, output: 90 });
    await home.ok('analysis mark --stage read');
    session.answer({ input: 20, output: 180 });
    await home.ok('analysis mark --stage write');
    session.answer({ input: 1, output: 9 });
    await home.ok('analysis mark --stage write --status failed');
    session.answer({ input: 2, output: 3 });
    await home.ok('analysis complete');
    const analysis = await shown(id);
    expect(
      analysis.stages.map(({ stage, attempt, tokens_delta, tokens_cumulative }) => [stage, attempt, tokens_delta, tokens_cumulative]),
    ).toEqual([
      ['read', 1, 100, 100],
      ['write', 1, 200, 300],
      ['write', 2, 10, 310],
    ]);
    expect(analysis.tail.tokens_delta).toBe(5);
    expect(analysis.tokens_check).toBe(315);
  });

  it('gives a record that was still being written to the stage in which it began', async () => {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ id: 'msg_streamed_1', input: 10, output: 2, finished: false });
    await home.ok('analysis mark --stage one');
    session.answer({ id: 'msg_streamed_1', input: 10, output: 640 });
    await home.ok('analysis mark --stage two');
    await home.ok('analysis complete');
    const { stages, tokens_check } = await shown(id);
    expect(stages.map(({ tokens_delta }) => tokens_delta)).toEqual([650, 0]);
    expect(tokens_check).toBe(650);
  });

  it('tells tokens by model and of sub-agents', async () => {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 0, output: 70 }).subagent('a1', { input: 0, output: 30, model: 'claude-haiku-4-5' });
    await home.ok('analysis complete');
    const { usage } = await shown(id);
    expect(usage.by_model).toMatchObject({ 'claude-sonnet-4-5': { output: 70 }, 'claude-haiku-4-5': { output: 30 } });
    expect(usage.subagents).toMatchObject({ output: 30 });
    expect(usage.total).toBe(100);
  });

  it('keeps the usage of a failed analysis', async () => {
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 0, output: 33 });
    await home.ok('analysis complete --status failed');
    expect(await shown(id)).toMatchObject({ status: 'failed', tokens_check: 33 });
  });

  it('refuses to end twice, and changes nothing by it', async () => {
    const id = await home.ok('analysis start --source-id s1');
    await home.ok('analysis complete');
    const before = await shown(id);
    const again = await home.run(['analysis', 'complete', '--id', id]);
    expect(again.code).toBe(6);
    expect(again.stdout).toBe('');
    const marked = await home.run(['analysis', 'mark', '--id', id, '--stage', 'late']);
    expect(marked.code).toBe(6);
    expect(await shown(id)).toEqual(before);
  });

  it('amends fields of an ended analysis without a snapshot', async () => {
    const id = await home.ok('analysis start --source-id s1');
    await home.ok('analysis complete');
    session.answer({ output: 777 });
    const { analysis } = await home.json<{ analysis: unknown }>([
      'analysis',
      'complete',
      '--id',
      id,
      '--amend',
      'forgot the note',
      '--notes',
      'done well',
    ]);
    expect(analysis).toMatchObject({ revision: 3, reason: 'forgot the note', notes: 'done well', tokens_check: 0 });
  });

  it('counts from zero in a session that has no log yet', async () => {
    const fresh = new ClaudeSession(home, '5e551011-0000-4000-8000-00000000000f').enter();
    const started = await home.run('analysis start --source-id s1');
    expect(started.stderr).toContain('LOG_NOT_YET');
    fresh.answer({ input: 1, output: 41 });
    await home.ok('analysis complete');
    expect(await shown(started.stdout.trim())).toMatchObject({ tokens_baseline: 0, tokens_check: 42, capture_status: 'captured' });
  });

  it('numbers the passes over one source', async () => {
    const passes: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { analysis } = await home.json<{ analysis: { pass: number } }>('analysis start --source-id s1');
      passes.push(analysis.pass);
    }
    expect(passes).toEqual([1, 2, 3]);
  });

  it('gives the same analysis for the same idempotency key', async () => {
    const first = await home.ok('analysis start --source-id s1 --idempotency-key run-7');
    const second = await home.ok('analysis start --source-id s1 --idempotency-key run-7');
    const other = await home.ok('analysis start --source-id s1 --idempotency-key run-8');
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});
