import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import { NOON } from '../store/temporary.js';
import { Desk, enter, SECOND, start } from './desk.js';

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  books = await desk.books();
});

describe('tokens that are entered', () => {
  it('are stored as they were entered, with unknown input classes', async () => {
    const { analysis } = await enter(books, { tokensIn: 100, tokensOut: 20 });
    expect(analysis).toMatchObject({
      tokens_in: 100,
      tokens_out: 20,
      total_tokens: 120,
      tokens_check: 120,
      tokens_baseline: null,
      tokens_final: null,
      counts: { input: null, cache_read: null, cache_write_5m: null, cache_write_1h: null, output: 20, reasoning: null },
      usage_mode: 'manual',
      capture_status: 'manual',
    });
  });

  it('may be a total alone', async () => {
    expect((await enter(books, { totalTokens: 7 })).analysis).toMatchObject({
      tokens_in: null,
      tokens_out: null,
      total_tokens: 7,
      tokens_check: 7,
    });
  });

  it('may be 0', async () => {
    expect((await enter(books, { tokensIn: 0, tokensOut: 0 })).analysis).toMatchObject({ total_tokens: 0, capture_status: 'manual' });
  });

  it('have no total where one side is unknown', async () => {
    expect((await enter(books, { tokensOut: 7 })).analysis).toMatchObject({
      total_tokens: null,
      tokens_check: null,
      counts: { output: 7 },
    });
  });

  it('must add up', async () => {
    await expect(enter(books, { tokensIn: 1, tokensOut: 2, totalTokens: 4 })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('must have a total that can be stored exactly', async () => {
    await expect(enter(books, { tokensIn: Number.MAX_SAFE_INTEGER, tokensOut: 1 })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('are unknown where none are entered', async () => {
    expect((await enter(books)).analysis).toMatchObject({ total_tokens: null, usage_mode: null, capture_status: 'unattached' });
  });

  it('are not read from a log as well', async () => {
    await expect(enter(books, { tokensIn: 1, usageFrom: desk.target })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('usage that is read from a log', () => {
  it('is the whole of the session', async () => {
    desk.answers({ input: 100, output: 900 }).answers({ input: 5, output: 60 });
    expect((await enter(books, { usageFrom: desk.target })).analysis).toMatchObject({
      tokens_baseline: 0,
      tokens_final: 1_065,
      tokens_check: 1_065,
      usage_session_id: desk.session.id,
      usage_mode: 'per_message_sum',
      capture_status: 'captured',
    });
  });
});

describe('the times of an entered analysis', () => {
  it('give its duration', async () => {
    expect((await enter(books, { startedAt: NOON, completedAt: NOON + 90 * SECOND })).analysis.duration_seconds).toBe(90);
  });

  it('give no duration where one is missing', async () => {
    expect((await enter(books, { startedAt: NOON })).analysis.duration_seconds).toBeNull();
  });

  it('give way to a duration that was given', async () => {
    expect((await enter(books, { startedAt: NOON, completedAt: NOON + SECOND, durationSeconds: 5 })).analysis.duration_seconds).toBe(5);
  });

  it('can’t end before they begin', async () => {
    await expect(enter(books, { startedAt: NOON, completedAt: NOON - 1 })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('an entered analysis', () => {
  it('is the next pass over its source', async () => {
    await start(books);
    expect((await enter(books)).analysis.pass).toBe(2);
  });

  it('is a synthesis with inputs, and needs no source then', async () => {
    const { analysis } = await enter(books);
    expect((await enter(books, { sourceId: null, inputsAnalysisIds: [analysis.id] })).analysis).toMatchObject({
      kind: 'synthesis',
      pass: null,
    });
  });

  it('is about something', async () => {
    await expect(enter(books, { sourceId: null })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('draws on analyses that are known', async () => {
    await expect(enter(books, { inputsAnalysisIds: ['ANALYSIS-2026-404'] })).rejects.toMatchObject({ code: 'ANALYSIS_NOT_FOUND' });
  });

  it('warns of a source that is not known', async () => {
    expect((await enter(books)).warnings).toMatchObject([{ code: 'SOURCE_UNKNOWN', id: 's1' }]);
  });
});
