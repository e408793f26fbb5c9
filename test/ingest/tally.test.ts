import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Copy } from '../../src/ingest/groups.js';
import { book, usageOf, type Tallies, type TallyPart } from '../../src/ingest/tally.js';
import { TokentrailError } from '../../src/model/errors.js';
import { add, TOKEN_CLASSES, ZERO } from '../../src/model/tokens.js';
import { copy, counts } from './copies.js';

function booked(...copies: Copy[]): Tallies {
  const tallies: Tallies = new Map();
  for (const one of copies) book(tallies, one, 1);
  return tallies;
}

const parts = (tallies: Tallies): TallyPart[] => [...tallies.values()].map((tally) => ({ tally, subagent: false }));

describe('the tally of a session', () => {
  it('adds up what was booked', () => {
    expect(usageOf(parts(booked(copy(40), copy(2))), true, false)).toMatchObject({ records: 2, counts: { output: 42 } });
  });

  it('keeps sessions apart', () => {
    expect([...booked(copy(40), copy(2, { session: 'b' })).keys()]).toEqual(['a', 'b']);
  });

  it('is as before when a record is taken away again', () => {
    const tallies = booked(copy(40, { partial: true, unreliable: true, invalid: 2 }));
    const before = structuredClone(tallies.get('a'));
    const extra = copy(5, { model: 'other', at: 1_000_000, partial: true, invalid: 3, echo: false });
    book(tallies, extra, 1);
    book(tallies, extra, -1);
    expect(tallies.get('a')).toEqual(before);
  });

  it('keeps the tokens of a summary that tells of no calls, in any order', () => {
    const orders = [booked(copy(40, { calls: 0 })), booked(copy(38), copy(2, { calls: 0 })), booked(copy(2, { calls: 0 }), copy(38))];
    const sums = orders.map((tallies) => usageOf(parts(tallies), true, false));
    expect(sums.map(({ records, counts: { output } }) => [records, output])).toEqual([
      [0, 40],
      [1, 40],
      [1, 40],
    ]);
  });

  it('refuses to take away what was never booked', () => {
    expect(() => book(booked(copy(1)), copy(2), -1)).toThrow(TokentrailError);
  });

  it('counts an echo as missing, and its tokens not at all', () => {
    const tallies = booked(copy(40, { echo: true }));
    expect([tallies.get('a')?.echoed, usageOf(parts(tallies), true, false).records]).toEqual([1, 0]);
  });

  it('knows the times of its first and last record', () => {
    expect(booked(copy(1, { at: 30 }), copy(1, { at: 10 }), copy(1, { at: 20 }), copy(1, { at: null })).get('a')).toMatchObject({
      first_at: 10,
      last_at: 30,
    });
  });

  it('has no times if no record has one', () => {
    expect(booked(copy(1, { at: null })).get('a')).toMatchObject({ first_at: null, last_at: null });
  });
});

describe('the usage of a session', () => {
  it('is unknown in a class that one record does not know', () => {
    const usage = usageOf(parts(booked(copy(1), copy(2, { counts: counts(2, { input: null }) }))), true, false);
    expect([usage.counts.input, usage.counts.output]).toEqual([null, 3]);
  });

  it('is known again when that record is gone', () => {
    const unknown = copy(2, { counts: counts(2, { input: null }) });
    const tallies = booked(copy(1), unknown);
    book(tallies, unknown, -1);
    expect(usageOf(parts(tallies), true, false).counts.input).toBe(0);
  });

  it('of nothing is 0, with reasoning unknown where the agent never tells it', () => {
    expect(usageOf([], true, false)).toEqual({ counts: { ...ZERO, reasoning: null }, records: 0, by_model: {}, subagents: null });
  });

  it('of nothing has no reasoning where the agent tells it', () => {
    expect(usageOf([], true, true).counts.reasoning).toBe(0);
  });

  it('leaves out records that are marked as copies, if asked', () => {
    expect(usageOf(parts(booked(copy(1), copy(50, { copied: true }))), false, false).counts.output).toBe(1);
  });

  it("counts a whole part as a sub-agent's where the part is one", () => {
    const [own, child] = [...booked(copy(1), copy(2, { session: 'child' })).values()];
    const usage = usageOf(
      [
        { tally: own!, subagent: false },
        { tally: child!, subagent: true },
      ],
      true,
      false,
    );
    expect(usage).toMatchObject({ counts: { output: 3 }, subagents: { records: 1, output: 2 } });
  });

  it('names a model that the log does not tell unknown', () => {
    expect(Object.keys(usageOf(parts(booked(copy(1, { model: null }))), true, false).by_model)).toEqual(['unknown']);
  });

  it('keeps models apart that are named like parts of the language', () => {
    const models = ['__proto__', 'constructor', 'toString'];
    const usage = usageOf(parts(booked(...models.map((model) => copy(1, { model })))), true, false);
    expect(Object.entries(usage.by_model).map(([model, { records }]) => [model, records])).toEqual(models.map((model) => [model, 1]));
  });
});

const anyCopy = fc
  .record({
    output: fc.nat({ max: 1e9 }),
    input: fc.option(fc.nat({ max: 1e9 })),
    session: fc.constantFrom('a', 'b'),
    model: fc.constantFrom('m', 'n', null),
    subagent: fc.boolean(),
    copied: fc.boolean(),
  })
  .map(({ output, input, ...rest }) => copy(output, { ...rest, counts: counts(output, { input }) }));

describe('the parts of a usage', () => {
  it('by model add up to the whole', () => {
    fc.assert(
      fc.property(fc.array(anyCopy), (copies) => {
        const { counts: whole, by_model, records } = usageOf(parts(booked(...copies)), true, false);
        const sum = Object.values(by_model).reduce<typeof whole>((all, one) => add(all, one), { ...ZERO, reasoning: null });
        expect({ records: Object.values(by_model).reduce((n, one) => n + one.records, 0), ...sum }).toEqual({ records, ...whole });
      }),
      { seed: 6 },
    );
  });

  it('are the same after records were booked and taken away in any order', () => {
    fc.assert(
      fc.property(fc.array(anyCopy), fc.array(anyCopy), (kept, passing) => {
        const tallies = booked(...passing, ...kept);
        for (const one of passing) book(tallies, one, -1);
        expect(usageOf(parts(tallies), true, false)).toEqual(usageOf(parts(booked(...kept)), true, false));
      }),
      { seed: 7 },
    );
  });

  it('stay whole and never negative, however large the counts are', () => {
    const huge = fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 2 ** 52 + 1, 1, 3);
    fc.assert(
      fc.property(fc.array(huge, { minLength: 1, maxLength: 6 }), fc.nat({ max: 100 }), (numbers, shift) => {
        const copies = numbers.map((n) => copy(n));
        const tallies = booked(...copies);
        const away = copies.map((_, i) => copies[(i + shift) % copies.length]!);
        for (const one of away) book(tallies, one, -1);
        const { counts: left } = usageOf(parts(tallies), true, false);
        expect(TOKEN_CLASSES.every((name) => left[name] === 0)).toBe(true);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});
