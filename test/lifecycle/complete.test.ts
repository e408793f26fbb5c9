import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import type { Analysis } from '../../src/model/analysis.js';
import { complete, Desk, enter, mark, start } from './desk.js';

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  desk.answers({ input: 0, output: 1_000 });
  books = await desk.books();
});

const opened = async (over: Parameters<typeof start>[1] = {}): Promise<Analysis> => (await start(books, over)).analysis;
const measured = (): Promise<Analysis> => opened({ session: desk.found });
const ended = async (id: string, over: Parameters<typeof complete>[2] = {}): Promise<Analysis> =>
  (await complete(books, id, over)).analysis;

describe('the end of an analysis', () => {
  it('has what was spent, at the time of the clock', async () => {
    const { id } = await measured();
    desk.pass(90).answers({ input: 5, output: 60 });
    expect(await ended(id)).toMatchObject({
      status: 'completed',
      completed_at: desk.now,
      duration_seconds: 90,
      tokens_baseline: 1_000,
      tokens_final: 1_065,
      tokens_check: 65,
      tokens_in: 5,
      tokens_out: 60,
      // 5 × $3 and 60 × $15 a million.
      cost_pico_usd: 915_000_000n,
      cost_provenance: 'estimated',
    });
  });

  it('names the model where one alone was used', async () => {
    const { id } = await measured();
    desk.pass(1).answers({ model: 'claude-opus-4-5' });
    expect((await ended(id)).model).toBe('claude-opus-4-5');
  });

  it('names no model where several were used', async () => {
    const { id } = await measured();
    desk.pass(1).answers({ model: 'claude-opus-4-5' }).answers({ model: 'claude-haiku-4-5' });
    expect((await ended(id)).model).toBeNull();
  });

  it('keeps the model that was given', async () => {
    const { id } = await opened({ session: desk.found, model: 'mine' });
    desk.pass(1).answers();
    expect((await ended(id)).model).toBe('mine');
  });

  it('of an unattached analysis leaves the tokens unknown', async () => {
    const { id } = await opened();
    expect(await ended(id)).toMatchObject({ tokens_baseline: null, tokens_final: null, tokens_check: null, counts: { output: null } });
  });

  it('is partial while the last answer is still being written', async () => {
    const { id } = await measured();
    desk.pass(1).answers({ id: 'msg_last', output: 2, finished: false });
    expect(await ended(id)).toMatchObject({ capture_status: 'partial', capture_reason: 'record_open' });
  });

  it('is partial while the last answer is still being written, also if one was at the start', async () => {
    desk.answers({ id: 'msg_first', output: 2, finished: false });
    const { id } = await measured();
    desk.pass(1).answers({ id: 'msg_first', output: 30 }).pass(1).answers({ id: 'msg_last', output: 2, finished: false });
    expect(await ended(id)).toMatchObject({ capture_status: 'partial', capture_reason: 'record_open' });
  });

  it('is captured where only the answer at the start was being written', async () => {
    desk.answers({ id: 'msg_first', output: 2, finished: false });
    const { id } = await measured();
    desk.pass(1).answers({ id: 'msg_first', output: 30 }).pass(1).answers();
    expect(await ended(id)).toMatchObject({ capture_status: 'captured', capture_reason: null });
  });

  it.each(['completed', 'failed', 'canceled'] as const)('may be %s, and then it has ended', async (status) => {
    const { id } = await measured();
    expect((await ended(id, { status })).status).toBe(status);
    await expect(complete(books, id)).rejects.toMatchObject({ code: 'WRONG_STATE', exitCode: 6 });
    await expect(mark(books, id, 'late')).rejects.toMatchObject({ code: 'WRONG_STATE', exitCode: 6 });
  });

  it('keeps fields that were given at the start where none are given now', async () => {
    const { id } = await opened({ notes: 'first', analysisFile: '~/a.md' });
    expect(await ended(id)).toMatchObject({ notes: 'first', analysis_file: '~/a.md' });
  });

  it('never ends before the cut of its last stage, though the clock was set back', async () => {
    const { id } = await measured();
    desk.pass(60);
    await mark(books, id, 'read');
    desk.pass(-3_600);
    const { completed_at, stages } = await ended(id);
    expect(completed_at).toBeGreaterThan(stages[0]!.at);
  });
});

describe('a clock that was set back between start and end', () => {
  it('makes no negative duration, and is told', async () => {
    const { id, started_at } = await measured();
    desk.pass(-3_600).answers({ output: 60 });
    const { analysis, warnings } = await complete(books, id);
    expect(analysis).toMatchObject({ completed_at: started_at! + 1, duration_seconds: 0 });
    expect(warnings.find(({ code }) => code === 'CLOCK_BEHIND')).toMatchObject({ id, seconds: 3_600 });
  });

  it('loses none of the tokens', async () => {
    const { id } = await measured();
    desk.pass(-3_600).answers({ input: 0, output: 60 });
    expect(await ended(id)).toMatchObject({ tokens_check: 60, capture_status: 'captured' });
  });

  it('is told of nobody whose clock only stands', async () => {
    const { id } = await measured();
    const { warnings } = await complete(books, id);
    expect(warnings.map(({ code }) => code)).not.toContain('CLOCK_BEHIND');
  });
});

describe('tokens that were counted by hand', () => {
  it('have their difference as check, and unknown classes', async () => {
    const { id } = await opened({ tokensBaseline: 100 });
    expect(await ended(id, { tokensFinal: 350 })).toMatchObject({
      tokens_baseline: 100,
      tokens_final: 350,
      tokens_check: 250,
      total_tokens: 250,
      tokens_in: null,
      tokens_out: null,
      usage_mode: 'manual',
      capture_status: 'manual',
    });
  });

  it('may be none', async () => {
    const { id } = await opened({ tokensBaseline: 100 });
    expect(await ended(id, { tokensFinal: 100 })).toMatchObject({ tokens_check: 0 });
  });

  it('need both ends', async () => {
    const { id } = await opened();
    await expect(complete(books, id, { tokensFinal: 5 })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('can’t be fewer at the end', async () => {
    const { id } = await opened({ tokensBaseline: 100 });
    await expect(complete(books, id, { tokensFinal: 99 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('are refused where tokens are measured', async () => {
    const { id } = await measured();
    await expect(complete(books, id, { tokensFinal: 99 })).rejects.toMatchObject({ code: 'WRONG_STATE', exitCode: 6 });
  });

  it('leave the analysis started where they are refused', async () => {
    const { id } = await opened();
    await complete(books, id, { tokensFinal: 5 }).catch(() => undefined);
    expect(await books.analysis(id)).toMatchObject({ status: 'started', revision: 1 });
  });
});

describe('the inputs of a synthesis', () => {
  it('make it one', async () => {
    const { id: input } = await opened();
    const { id } = await opened();
    expect(await ended(id, { inputsAnalysisIds: [input] })).toMatchObject({ kind: 'synthesis', inputs_analysis_ids: [input] });
  });

  it('may be sources', async () => {
    const { id } = await opened();
    expect(await ended(id, { inputsSourceIds: ['s1', 's2'] })).toMatchObject({ kind: 'synthesis', inputs_source_ids: ['s1', 's2'] });
  });

  it('must be known', async () => {
    const { id } = await opened();
    await expect(complete(books, id, { inputsAnalysisIds: ['ANALYSIS-2026-404'] })).rejects.toMatchObject({
      code: 'ANALYSIS_NOT_FOUND',
      exitCode: 4,
    });
  });

  it('can’t be itself', async () => {
    const { id } = await opened();
    await expect(complete(books, id, { inputsAnalysisIds: [id] })).rejects.toMatchObject({ code: 'LINEAGE_CYCLE', exitCode: 6 });
  });

  it('can’t lead back to it', async () => {
    const { id: a } = await opened();
    const { id: b } = await opened();
    const { id: c } = await opened();
    await ended(b, { inputsAnalysisIds: [a] });
    await ended(c, { inputsAnalysisIds: [b] });
    await expect(complete(books, a, { inputsAnalysisIds: [c] })).rejects.toMatchObject({ code: 'LINEAGE_CYCLE', exitCode: 6 });
  });

  it('can’t lead back to it by an amendment', async () => {
    const { id: a } = await opened();
    const { id: b } = await opened();
    await ended(b, { inputsAnalysisIds: [a] });
    await ended(a);
    await expect(complete(books, a, { inputsAnalysisIds: [b], amend: 'x' })).rejects.toMatchObject({ code: 'LINEAGE_CYCLE' });
  });

  it('may be reached in two ways', async () => {
    const { id: a } = await opened();
    const { analysis: left } = await enter(books, { inputsAnalysisIds: [a] });
    const { analysis: right } = await enter(books, { inputsAnalysisIds: [a] });
    const { id } = await opened();
    expect((await ended(id, { inputsAnalysisIds: [left.id, right.id] })).inputs_analysis_ids).toEqual([left.id, right.id]);
  });
});

describe('an amendment', () => {
  it('changes the fields that are given, and says why', async () => {
    const { id } = await opened({ notes: 'first' });
    await ended(id, { claimsExtracted: ['c1'] });
    expect(await ended(id, { amend: 'typo', notes: 'second' })).toMatchObject({
      revision: 3,
      reason: 'typo',
      notes: 'second',
      claims_extracted: ['c1'],
      status: 'completed',
    });
  });

  it('takes no snapshot', async () => {
    const { id } = await measured();
    desk.pass(10).answers({ input: 0, output: 60 });
    const first = await ended(id);
    desk.pass(10).answers({ output: 5_000 });
    const { sessions, tokens_check, completed_at } = await ended(id, { amend: 'typo', notes: 'x' });
    expect({ sessions, tokens_check, completed_at }).toEqual({
      sessions: first.sessions,
      tokens_check: 60,
      completed_at: first.completed_at,
    });
  });

  it('may change the status', async () => {
    const { id } = await opened();
    await ended(id);
    expect((await ended(id, { amend: 'it was wrong', status: 'failed' })).status).toBe('failed');
  });

  it('is refused while the analysis is started', async () => {
    const { id } = await opened();
    await expect(complete(books, id, { amend: 'x' })).rejects.toMatchObject({ code: 'WRONG_STATE', exitCode: 6 });
  });

  it('can’t change tokens', async () => {
    const { id } = await opened({ tokensBaseline: 1 });
    await ended(id, { tokensFinal: 5 });
    await expect(complete(books, id, { amend: 'x', tokensFinal: 9 })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});

describe('a stage', () => {
  it('has what was spent since the one before', async () => {
    const { id } = await measured();
    desk.pass(1).answers({ input: 0, output: 30 });
    const first = await mark(books, id, 'read');
    desk.pass(1).answers({ input: 0, output: 4 });
    const second = await mark(books, id, 'write');
    expect([first.stage.usage!.counts.output, second.stage.usage!.counts.output]).toEqual([30, 4]);
  });

  it('with the same name is the next attempt', async () => {
    const { id } = await opened();
    const names = [];
    for (const name of ['read', 'write', 'read']) names.push((await mark(books, id, name)).stage.attempt);
    expect(names).toEqual([1, 1, 2]);
  });

  it('has unknown counts without a session, and not 0', async () => {
    const { id } = await opened();
    expect((await mark(books, id, 'read')).stage.usage).toBeNull();
  });

  it('has 0 where nothing was spent', async () => {
    const { id } = await measured();
    expect((await mark(books, id, 'read')).stage.usage!.counts.output).toBe(0);
  });

  it('keeps its status and its notes', async () => {
    const { id } = await opened();
    expect((await mark(books, id, 'read', { status: 'revised', notes: 'again' })).stage).toMatchObject({
      status: 'revised',
      notes: 'again',
    });
  });
});
