import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import type { NoSession } from '../../src/capture/find-session.js';
import { addSource } from '../../src/lifecycle/sources.js';
import { complete, Desk, start } from './desk.js';

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  books = await desk.books();
  await addSource(books, 's1', {});
});

const codes = ({ warnings }: { warnings: readonly { code: string }[] }): string[] => warnings.map(({ code }) => code);
const none: NoSession = { kind: 'none', tool: 'amp', session_id: 'T-1', reason: 'no_log_here', message: 'Amp keeps no log here.' };

describe('what an analysis is about', () => {
  it('must be said', async () => {
    await expect(start(books, { sourceId: null })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('may be a task without a source', async () => {
    expect((await start(books, { sourceId: null, task: 'T-1' })).analysis).toMatchObject({ task: 'T-1', source_id: null, pass: null });
  });

  it('may be nothing for a synthesis', async () => {
    expect((await start(books, { sourceId: null, kind: 'synthesis' })).analysis).toMatchObject({ kind: 'synthesis', pass: null });
  });

  it('may be a source that is not known yet, with a warning', async () => {
    expect(codes(await start(books, { sourceId: 's2' }))).toEqual(['SOURCE_UNKNOWN']);
  });

  it('is no reason for a warning if it is known', async () => {
    expect(codes(await start(books))).toEqual([]);
  });
});

describe('the pass of an analysis', () => {
  it('is one more than the highest of its source, in any status', async () => {
    const first = await start(books, { pass: 4 });
    await complete(books, first.analysis.id, { status: 'failed' });
    expect((await start(books)).analysis.pass).toBe(5);
  });

  it('is counted for each source', async () => {
    await start(books);
    expect((await start(books, { sourceId: 's2' })).analysis.pass).toBe(1);
  });

  it('is what was given', async () => {
    expect((await start(books, { pass: 9 })).analysis.pass).toBe(9);
  });

  it('is nothing without a source, even if one was given', async () => {
    expect((await start(books, { sourceId: null, task: 'T-1', pass: 3 })).analysis.pass).toBeNull();
  });

  it('is never given twice to two who start at the same time', async () => {
    const other = await desk.books();
    const all = await Promise.all([start(books), start(other), start(books), start(other)]);
    expect(all.map(({ analysis }) => analysis.pass).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe('the tool of an analysis', () => {
  it('must be known', async () => {
    await expect(start(books, { tool: null })).rejects.toMatchObject({ code: 'TOOL_NEEDED', exitCode: 2 });
  });

  it('is that of the session that was found', async () => {
    expect((await start(books, { tool: null, session: desk.found })).analysis).toMatchObject({
      tool: 'claude-code',
      usage_provider: 'claude',
    });
  });

  it('is that of the agent without a log, where one is running', async () => {
    expect((await start(books, { tool: null, session: none })).analysis.tool).toBe('amp');
  });
});

describe('the start of an analysis', () => {
  it('holds what the session had spent by then', async () => {
    desk.answers({ input: 100, output: 900 });
    expect((await start(books, { session: desk.found })).analysis).toMatchObject({
      tokens_baseline: 1_000,
      tokens_final: null,
      tokens_check: null,
      usage_mode: 'per_message_sum',
    });
  });

  it('is 0 for a session without a log yet, with the reason and a warning', async () => {
    const started = await start(books, { session: desk.found });
    expect([started.analysis.tokens_baseline, started.analysis.capture_reason, codes(started)]).toEqual([
      0,
      'log_not_yet',
      ['LOG_NOT_YET'],
    ]);
  });

  it('is unknown without a session, with the reason and a warning, and no error', async () => {
    const started = await start(books, { session: none });
    expect([started.analysis.tokens_baseline, started.analysis.capture_status, started.analysis.capture_reason, codes(started)]).toEqual([
      null,
      'unattached',
      'no_log_here',
      ['UNATTACHED'],
    ]);
  });

  it('names the session although it has no log', async () => {
    expect((await start(books, { session: none })).analysis).toMatchObject({ usage_session_id: 'T-1', sessions: [] });
  });

  it('is what was counted by hand, and then measures nothing', async () => {
    desk.answers({ output: 900 });
    const { analysis } = await start(books, { session: desk.found, tokensBaseline: 77 });
    expect(analysis).toMatchObject({ tokens_baseline: 77, sessions: [], usage_mode: 'manual', capture_status: 'manual' });
  });

  it('counts 0 by hand as known', async () => {
    expect((await start(books, { tokensBaseline: 0 })).analysis.tokens_baseline).toBe(0);
  });

  it('has no counts of its own yet, rather than 0', async () => {
    desk.answers();
    expect((await start(books, { session: desk.found })).analysis.counts).toMatchObject({ input: null, output: null });
  });

  it('warns of an open analysis in the same session, and names it', async () => {
    desk.answers();
    const { analysis } = await start(books, { session: desk.found });
    const { warnings } = await start(books, { session: desk.found });
    expect(warnings).toMatchObject([{ code: 'ANALYSIS_OPEN', id: analysis.id }]);
  });

  it('does not warn of one that has ended', async () => {
    desk.answers();
    const { analysis } = await start(books, { session: desk.found });
    await complete(books, analysis.id);
    expect(codes(await start(books, { session: desk.found }))).toEqual([]);
  });

  it('does not warn of itself where it is asked for again by its key', async () => {
    desk.answers();
    await start(books, { session: desk.found, idempotencyKey: 'k' });
    expect(codes(await start(books, { session: desk.found, idempotencyKey: 'k' }))).toEqual([]);
  });
});
