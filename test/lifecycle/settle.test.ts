import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { bookedSessions } from '../../src/ingest/booked-sessions.js';
import { applyBackfill } from '../../src/lifecycle/backfill.js';
import type { Books } from '../../src/lifecycle/books.js';
import { settleAnalysis } from '../../src/lifecycle/settle.js';
import { spentTogether } from '../../src/lifecycle/together.js';
import { verifyAll } from '../../src/lifecycle/verify.js';
import type { Analysis } from '../../src/model/analysis.js';
import { complete, Desk, enter, mark, SECOND, start } from './desk.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => rmSync(desk.home.path, { recursive: true, force: true }));

/** Books of their own, as another command has them. */
const books = async (): Promise<Books> => desk.booksOf(await desk.openStore());

describe('a record that is still open when its analysis is settled', () => {
  const streams = (output: number, finished = false): Desk => desk.answers({ id: 'msg_streamed', input: 0, output, finished });

  /** The record goes on after the analysis was settled, since its log told of something later. */
  async function settledThenGoesOn(): Promise<Analysis> {
    const { id } = (await start(await books(), { session: desk.found })).analysis;
    desk.pass(1);
    streams(16);
    await mark(await books(), id, 'one');
    streams(20);
    await complete(await books(), id);
    desk.pass(5).answers({ input: 0, output: 1_000 });
    const { result, analysis } = await settleAnalysis(await books(), id);
    expect([result, analysis.total_tokens, analysis.stages[0]!.usage!.counts.output]).toEqual(['settled', 20, 20]);
    streams(39, true);
    return analysis;
  }

  it('is worked out again with what it told then', async () => {
    expect(await verifyAll(await books(), [await settledThenGoesOn()], () => undefined)).toMatchObject([
      { result: 'verified', differences: [] },
    ]);
  });

  it('is added up with what it told then', async () => {
    expect(await spentTogether(await books(), [await settledThenGoesOn()], () => undefined)).toMatchObject({
      total: 20,
      records: 1,
      by_sum: [],
    });
  });
});

describe('an analysis that was filled from the books', () => {
  it('is not settled by a log that began after its own was deleted', async () => {
    desk.answers({ input: 0, output: 21 }).pass(1);
    const { id } = (await enter(await books(), { tool: 'claude-code', startedAt: desk.now - 2 * SECOND, completedAt: desk.now })).analysis;
    await complete(await books(), (await start(await books(), { session: desk.found })).analysis.id);
    rmSync(desk.session.path);
    const { written } = await applyBackfill(await books(), {
      sessions: await bookedSessions(await desk.openStore(), desk.syncParts(agentNamed('claude')), new Set()),
      given: new Map([[id, desk.session.id]]),
      force: false,
      limit: null,
      rootOf: () => null,
      minConfidence: 'low',
      choose: () => new Set([id]),
    });
    desk.pass(700).answers({ output: 2 });
    expect([written, (await settleAnalysis(await books(), id)).result]).toEqual([1, 'gone']);
  });
});
