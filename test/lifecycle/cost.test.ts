// What analyses cost: the sum of what their records cost, in their stages and after them, whatever becomes of the logs.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { attachSession, detachSession } from '../../src/lifecycle/attach.js';
import type { Books } from '../../src/lifecycle/books.js';
import { tailCost } from '../../src/lifecycle/cost.js';
import { planRepricing } from '../../src/lifecycle/reprice.js';
import { settleAnalysis } from '../../src/lifecycle/settle.js';
import { verifyAll } from '../../src/lifecycle/verify.js';
import type { Analysis } from '../../src/model/analysis.js';
import { dollars } from '../../src/model/money.js';
import { amountIn, knownAmount, type Cost } from '../../src/model/price.js';
import { fixtures } from '../capture/fixture.js';
import { ClaudeSession } from '../support/claude-session.js';
import { complete, Desk, mark, SECOND, start } from './desk.js';

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  desk.answers({ input: 0, output: 1_000 });
  books = await desk.books();
});

const opened = async (): Promise<Analysis> => (await start(books, { session: desk.found })).analysis;
const ended = async (id: string): Promise<Analysis> => (await complete(books, id)).analysis;

const usd = (cost: Cost | null | undefined): string | null => {
  const amount = cost ? amountIn(cost) : null;
  return amount === null ? null : dollars(amount);
};

/** What the whole, each stage and the tail cost. */
const costsOf = (analysis: Analysis): Record<string, unknown> => ({
  whole: analysis.cost_pico_usd === null ? null : dollars(analysis.cost_pico_usd),
  stages: analysis.costs?.stages.map(usd),
  tail: usd(tailCost(analysis)),
});

/** A thousand tokens of output at $15 per million. */
const SONNET = { input: 0, output: 1_000, model: 'claude-sonnet-4-5' };
/** At $25. */
const OPUS = { input: 0, output: 1_000, model: 'claude-opus-4-5' };

describe('what an analysis cost', () => {
  it('is in its stages and after them, each record at its own model, and nothing from before', async () => {
    const { id } = await opened();
    desk.pass(1).answers(SONNET);
    await mark(books, id, 'one');
    desk.pass(1).answers(OPUS);
    desk.session.subagent('a1', { ...OPUS, at: new Date(desk.now / 1000).toISOString() });
    await mark(books, id, 'two');
    await mark(books, id, 'idle');
    desk.pass(1).answers(OPUS);
    const done = await ended(id);
    expect(costsOf(done)).toEqual({ whole: '0.09', stages: ['0.015', '0.05', '0'], tail: '0.025' });
    const { by_model, subagents, cards } = done.costs!;
    expect([usd(by_model['claude-sonnet-4-5']), usd(by_model['claude-opus-4-5']), usd(subagents)]).toEqual(['0.015', '0.075', '0.025']);
    expect(Object.values(cards)).toEqual([3, 1]);
  });

  it("is the agent's own figure where it has one, and the estimates of the rest", async () => {
    const { id } = await opened();
    desk
      .pass(1)
      .answers({ ...SONNET, extra: { costUSD: 9.99 } })
      .answers(OPUS);
    const done = await ended(id);
    expect([done.cost_provenance, done.cost_pico_usd]).toEqual(['mixed', 10_015_000_000_000n]);
    expect(done.costs!.whole).toMatchObject({ reported: '9990000000000', estimated: '25000000000', reported_estimate: '15000000000' });
  });

  it('is unknown where a part has no price, with the rest beside it', async () => {
    const { id } = await opened();
    desk
      .pass(1)
      .answers(SONNET)
      .answers({ ...OPUS, model: 'claude-unheard-of' });
    const done = await ended(id);
    expect([done.cost_provenance, done.cost_pico_usd, knownAmount(done.costs!.whole)]).toEqual(['unpriced', null, 15_000_000_000n]);
  });

  it('is unknown, and no fault, where no column can hold it', async () => {
    const { id } = await opened();
    desk.pass(1);
    for (let n = 0; n < 3; n++) desk.answers({ ...SONNET, extra: { costUSD: 9e6 } });
    expect(await ended(id)).toMatchObject({ cost_pico_usd: null, cost_provenance: 'unpriced', counts: { output: 3_000 } });
  });

  it('grows by what settles late, and stays when the logs are gone', async () => {
    const { id } = await opened();
    desk.pass(1).answers(SONNET);
    await mark(books, id, 'one');
    const late = desk.now;
    desk.pass(1).answers(OPUS);
    await ended(id);
    desk.pass(1).answers({ ...SONNET, at: new Date((late - SECOND) / 1000).toISOString() });
    desk.pass(1200).answers(OPUS);
    const settled = await settleAnalysis(await desk.books(), id);
    expect([settled.result, costsOf(settled.analysis)]).toEqual(['settled', { whole: '0.055', stages: ['0.03'], tail: '0.025' }]);
    rmSync(desk.session.path);
    const after = await desk.books();
    expect(await planRepricing(after, false)).toEqual({ changes: [], unknown: [] });
    expect(await verifyAll(after, [await after.analysis(id)], () => undefined)).toMatchObject([{ result: 'verified', from: 'books' }]);
  });

  it('has what an attached session cost, and is without it again', async () => {
    const { id } = await opened();
    const other = new ClaudeSession(desk.home, '5e551011-0000-4000-8000-000000000002');
    desk.pass(1).answers(SONNET);
    await mark(books, id, 'one');
    desk.pass(1);
    other.answer({ ...OPUS, at: new Date(desk.now / 1000).toISOString() });
    desk.pass(1);
    await ended(id);
    const target = { agent: agentNamed('claude'), session_id: other.id, path: null };
    const from = (await books.analysis(id)).started_at;
    const attached = await attachSession(await desk.books(), { id, target, foundBy: 'flag', from, to: null });
    expect(costsOf(attached)).toEqual({ whole: '0.04', stages: ['0.015'], tail: '0.025' });
    const detached = await detachSession(await desk.books(), id, other.id);
    expect(costsOf(detached)).toEqual({ whole: '0.015', stages: ['0.015'], tail: '0' });
    expect(await detachSession(await desk.books(), id, desk.session.id)).toMatchObject({
      cost_pico_usd: null,
      cost_provenance: null,
      costs: null,
    });
  });
});

it('prices each record of a family by its own model, also where their keys are equal by chance', async () => {
  const { home } = fixtures().find(({ name }) => name === 'codex/sub-agents-with-equal-turns')!;
  cpSync(home, desk.home.path, { recursive: true });
  const ann = join(desk.home.path, '.codex/sessions/2026/03/09/rollout-2026-03-09T08-01-00-0adac0de-0002-7000-8000-000000000002.jsonl');
  writeFileSync(ann, readFileSync(ann, 'utf8').replaceAll('gpt-5.2-codex', 'gpt-5.1-codex-mini'));
  const { id } = (await start(books)).analysis;
  await complete(books, id);
  const target = { agent: agentNamed('codex'), session_id: '0adac0de-0001-7000-8000-000000000001', path: null };
  const from = desk.now - 90 * 86_400 * SECOND;
  const done = await attachSession(await desk.books(), { id, target, foundBy: 'flag', from, to: desk.now });
  // 100 in at $1.75 and 10 out at $14, three times; twice at $0.25 and $2.
  expect([usd(done.costs!.by_model['gpt-5.2-codex']), usd(done.costs!.by_model['gpt-5.1-codex-mini'])]).toEqual(['0.000945', '0.00009']);
});
