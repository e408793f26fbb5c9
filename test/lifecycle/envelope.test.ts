// What envelopes tell of a session, one after the other: each adds what it tells beyond the one before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costsFrom } from '../../src/lifecycle/cost.js';
import { envelopeEvidence, withEnvelope, type EnvelopeResult } from '../../src/lifecycle/envelope.js';
import { planRepricing } from '../../src/lifecycle/reprice.js';
import { spentIn } from '../../src/lifecycle/advance.js';
import { verifyAll } from '../../src/lifecycle/verify.js';
import type { Analysis } from '../../src/model/analysis.js';
import { dollars } from '../../src/model/money.js';
import { knownAmount, provenanceOf } from '../../src/model/price.js';
import { counts } from '../ingest/copies.js';
import { analysisNamed, NOON } from '../store/temporary.js';
import { complete, Desk, mark, SECOND, start } from './desk.js';

type Model = EnvelopeResult['models'][number];

const told = (model: string | null, output: number, reported: string | null = null, over: Partial<Model> = {}): Model => ({
  model,
  counts: counts(output),
  reported,
  web_searches: 0,
  ...over,
});

const result = (models: readonly Model[], over: Partial<EnvelopeResult> = {}): EnvelopeResult => ({
  session_id: 's1',
  models,
  turns: 1,
  duration_ms: 2000,
  duration_api_ms: 1000,
  ...over,
});

const after = (...results: readonly EnvelopeResult[]): Analysis =>
  results.reduce((analysis, one, n) => {
    const last = analysis.sessions.find((part) => part.session_id === one.session_id)?.told_last ?? [];
    return withEnvelope(analysis, one, NOON + n * SECOND, last);
  }, analysisNamed('ANALYSIS-2026-001'));

/** Output and dollars that all of its sessions have spent. */
function spentBy(analysis: Analysis): string {
  const output = analysis.sessions.reduce((n, part) => n + spentIn(part).counts.output!, 0);
  const costs = costsFrom(analysis, analysis.sessions.map(envelopeEvidence))!;
  return `${output} for $${dollars(knownAmount(costs.whole))} ${provenanceOf(costs.whole)}`;
}

describe('the results of a session', () => {
  it('add what they tell beyond the one before, to the last digit', () => {
    const cumulative = [result([told('a', 100, '0.1')]), result([told('a', 250, '0.3')]), result([told('a', 251, '0.300000000001')])];
    expect(spentBy(after(...cumulative))).toBe('251 for $0.300000000001 reported');
    expect(after(...cumulative).sessions[0]!.told!.map((one) => [one.counts.output, one.reported])).toEqual([
      [100, '0.1'],
      [150, '0.2'],
      [1, '0.000000000001'],
    ]);
  });

  it('add all of a process that began anew', () => {
    expect(spentBy(after(result([told('a', 100, '0.1')]), result([told('a', 30, '0.03')])))).toBe('130 for $0.13 reported');
  });

  it('add all of one that began anew in one class alone, in its cost alone, or without one of its models', () => {
    const first = result([told('a', 100, '0.1'), told('b', 10, '0.01')]);
    const [fewer, cheaper] = [told('a', 200, '0.2', { counts: counts(200, { input: 0 }) }), told('a', 200, '0.05')];
    const withInput = result([told('a', 100, '0.1', { counts: counts(100, { input: 5 }) })]);
    expect([
      spentBy(after(withInput, result([fewer]))),
      spentBy(after(first, result([cheaper, told('b', 10, '0.01')]))),
      spentBy(after(first, result([told('a', 200, '0.2')]))),
    ]).toEqual(['300 for $0.3 reported', '320 for $0.17 reported', '310 for $0.31 reported']);
  });

  it('add nothing when one is told twice', () => {
    const one = result([told('a', 100, '0.1'), told('b', 1, '0.2')]);
    expect(spentBy(after(one, one))).toBe('101 for $0.3 reported');
    expect(after(one, one).sessions[0]!.told).toHaveLength(2);
  });

  it('are told once each of turns and durations, with the first of the models', () => {
    const { told: rows } = after(result([told('a', 1), told('b', 2)])).sessions[0]!;
    expect(rows!.map(({ model, turns, duration_ms }) => [model, turns, duration_ms])).toEqual([
      ['a', 1, 2000],
      ['b', null, null],
    ]);
  });

  it('of two sessions add fully', () => {
    const other = result([told('a', 40, '0.04')], { session_id: 's2' });
    const both = after(result([told('a', 100, '0.1')]), other, result([told('a', 150, '0.15')]));
    expect([spentBy(both), both.sessions.map(({ session_id }) => session_id), both.usage_session_id]).toEqual([
      '190 for $0.19 reported',
      ['s1', 's2'],
      's1',
    ]);
  });

  it('without a figure have no price, and those with one theirs', () => {
    expect(spentBy(after(result([told('a', 100, '0.1')]), result([told('a', 100, '0.1'), told('b', 7)])))).toBe('107 for $0.1 unpriced');
  });

  it('of a model without a name add up, too', () => {
    expect(spentBy(after(result([told(null, 100, '0.1')]), result([told(null, 150, '0.2')])))).toBe('150 for $0.2 reported');
  });

  it('are what the last one says, whatever came before it in the same process', () => {
    const growth = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 1000 }), fc.nat({ max: 10 ** 9 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(growth, (steps) => {
        const sums = new Map<string, [output: number, pico: bigint]>();
        const results = steps.map(([model, output, pico]) => {
          const [n, p] = sums.get(model) ?? [0, 0n];
          sums.set(model, [n + output, p + BigInt(pico) + 1n]);
          return result([...sums].map(([name, [all, cost]]) => told(name, all, dollars(cost))));
        });
        const last = [...sums.values()];
        const output = last.reduce((n, [all]) => n + all, 0);
        expect(spentBy(after(...results))).toBe(`${output} for $${dollars(last.reduce((n, [, cost]) => n + cost, 0n))} reported`);
      }),
      { seed: 71, numRuns: 100 },
    );
  });
});

describe('an analysis with envelopes', () => {
  it('has them in its stages, keeps its numbers, and is priced by nothing else', async () => {
    const desk = new Desk();
    const books = await desk.books();
    const { id } = (await start(books)).analysis;
    await mark(books, id, 'plan', { envelope: result([told('claude-opus-4-5', 100, '0.1'), told('claude-haiku-4-5', 10, '0.01')]) });
    desk.pass(5);
    await mark(books, id, 'work', {
      envelope: result([told('claude-opus-4-5', 300, '0.5'), told('claude-haiku-4-5', 10, '0.01'), told('x', 1)]),
    });
    const done = (await complete(books, id)).analysis;
    expect([done.counts.output, done.cost_provenance, done.costs!.stages.map((cost) => dollars(knownAmount(cost!)))]).toEqual([
      311,
      'unpriced',
      ['0.11', '0.4'],
    ]);
    expect(Object.entries(done.usage!.by_model).map(([model, { output }]) => [model, output])).toEqual([
      ['claude-haiku-4-5', 10],
      ['claude-opus-4-5', 300],
      ['x', 1],
    ]);
    const later = await desk.books();
    expect(await verifyAll(later, [done], () => undefined)).toMatchObject([{ result: 'verified', differences: [] }]);
    // Sums of several requests have no list price.
    expect([await planRepricing(later, true), await planRepricing(later, false)]).toEqual([
      { changes: [], unknown: [] },
      { changes: [], unknown: [] },
    ]);
  });

  it('adds what a resumed session spent since another analysis had it', async () => {
    const desk = new Desk();
    const [first, second] = [(await start(await desk.books())).analysis.id, (await start(await desk.books())).analysis.id];
    await mark(await desk.books(), first, 'plan', { envelope: result([told('a', 100, '1')]) });
    desk.pass(5);
    const { stage, analysis } = await mark(await desk.books(), second, 'build', { envelope: result([told('a', 150, '1.5')]) });
    expect([stage.usage!.counts.output, dollars(knownAmount(analysis.costs!.whole))]).toEqual([50, '0.5']);
  });

  it('counts a session that is measured from its log once', async () => {
    const desk = new Desk();
    desk.answers();
    const books = await desk.books();
    const { id } = (await start(books, { session: desk.found })).analysis;
    const envelope = result([told('a', 100)], { session_id: desk.session.id });
    await expect(mark(books, id, 'plan', { envelope })).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect((await books.analysis(id)).stages).toEqual([]);
  });
});
