import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeInLog, resolve, type Relations } from '../../src/ingest/dedup.js';
import type { Copy } from '../../src/ingest/groups.js';
import { copy, counts } from './copies.js';

const CLAUDE = { keeps: 'heaviest', keyScope: 'everywhere' } as const;
const CODEX = { keeps: 'first', keyScope: 'family' } as const;

/** Log n is the n-th; sessions of one family share their first letter. */
const RELATIONS: Relations = { orderOf: (log) => String(log).padStart(3, '0'), familyOf: (session) => session[0]! };

const outputs = (copies: readonly Copy[]): (readonly [string, number | null])[] =>
  copies.map(({ session, counts: { output } }) => [session, output] as const);

const claude = (...group: Copy[]): readonly (readonly [string, number | null])[] => outputs(resolve(group, CLAUDE, RELATIONS));
const codex = (...group: Copy[]): readonly (readonly [string, number | null])[] => outputs(resolve(group, CODEX, RELATIONS));

describe('lines of one record in one log', () => {
  it('count with the line of most output', () => {
    expect(mergeInLog(copy(3), copy(40), 'heaviest').counts.output).toBe(40);
  });

  it('count with the line of most output, also if a lighter one follows', () => {
    expect(mergeInLog(copy(40), copy(3), 'heaviest').counts.output).toBe(40);
  });

  it('count with the last of equals', () => {
    const last = copy(40, { counts: counts(40, { input: 7 }) });
    expect(mergeInLog(copy(40, { counts: counts(40, { input: 900 }) }), last, 'heaviest').counts.input).toBe(7);
  });

  it('count with the first line where that is the policy', () => {
    expect(mergeInLog(copy(3), copy(40), 'first').counts.output).toBe(3);
  });

  it('have the time of the first line', () => {
    expect(mergeInLog(copy(3, { at: 5 }), copy(40, { at: 9 }), 'heaviest').at).toBe(5);
  });

  it('have the time of a later line if the first has none', () => {
    expect(mergeInLog(copy(3, { at: null }), copy(40, { at: 9 }), 'heaviest').at).toBe(9);
  });

  it('have the place of the first line', () => {
    expect(mergeInLog(copy(3, { position: 10 }), copy(40, { position: 80 }), 'heaviest').position).toBe(10);
  });

  it('belong to the one that is not marked as copied', () => {
    const merged = mergeInLog(copy(40, { session: 'fork', copied: true, rank: 2 }), copy(40, { session: 'fork', rank: 0 }), 'heaviest');
    expect(merged.copied).toBe(false);
  });

  it('are never an echo if one of them is none', () => {
    expect(mergeInLog(copy(90, { echo: true }), copy(3), 'heaviest')).toMatchObject({ echo: false, counts: { output: 3 } });
  });

  it('count for nothing once a sum was told that has them, also if they are told again', () => {
    const summed = mergeInLog(copy(40, { position: 10 }), copy(0, { position: 80, until: 80 }), 'heaviest');
    expect(mergeInLog(summed, copy(40, { position: 90 }), 'heaviest')).toMatchObject({ counts: { output: 40 }, position: 10, until: 80 });
    expect(claude(summed, copy(40, { log: 1 }))).toEqual([]);
  });

  it('are finished when the line that counts is', () => {
    expect(mergeInLog(copy(3, { partial: true }), copy(40), 'heaviest').partial).toBe(false);
  });
});

describe('copies of a record in several logs', () => {
  it('count once', () => {
    expect(claude(copy(40), copy(40, { log: 1, session: 'b' }))).toEqual([['a', 40]]);
  });

  it('belong to the lowest rank', () => {
    expect(claude(copy(40, { session: 'fork', copied: true, rank: 2 }), copy(40, { log: 1, session: 'parent' }))).toEqual([['parent', 40]]);
  });

  it('of equal rank belong to the earliest log', () => {
    expect(claude(copy(40, { log: 2, session: 'late' }), copy(40, { log: 1, session: 'early' }))).toEqual([['early', 40]]);
  });

  it('have the numbers of the heaviest, whoever owns them', () => {
    expect(claude(copy(3, { session: 'owner' }), copy(40, { log: 1, session: 'other', rank: 1 }))).toEqual([['owner', 40]]);
  });

  it('keep the time of the owner', () => {
    const [record] = resolve([copy(3, { at: 5 }), copy(40, { log: 1, at: 9, rank: 1 })], CLAUDE, RELATIONS);
    expect(record?.at).toBe(5);
  });

  it('that are nothing but echoes give an echo', () => {
    expect(resolve([copy(40, { echo: true })], CLAUDE, RELATIONS)).toMatchObject([{ echo: true }]);
  });

  it('count without their echoes', () => {
    expect(claude(copy(90, { echo: true }), copy(40, { log: 1, session: 'sub' }))).toEqual([['sub', 40]]);
  });

  it('without any count are nothing', () => {
    expect(codex(copy(0))).toEqual([]);
  });

  it('without any count, but with a field that was no count, are a record', () => {
    expect(codex(copy(0, { invalid: 1 }))).toEqual([['a', 0]]);
  });
});

describe('equal counters', () => {
  it('in sessions of one family are one', () => {
    expect(codex(copy(40, { session: 'a1' }), copy(40, { log: 1, session: 'a2', rank: 2 }))).toEqual([['a1', 40]]);
  });

  it('in sessions that are not related are two', () => {
    expect(codex(copy(40, { session: 'a1' }), copy(40, { log: 1, session: 'b1' }))).toEqual([
      ['a1', 40],
      ['b1', 40],
    ]);
  });

  it('that are the first of their counters are two, even in a family', () => {
    expect(codex(copy(40, { session: 'a1', sole: true }), copy(40, { log: 1, session: 'a2', sole: true }))).toEqual([
      ['a1', 40],
      ['a2', 40],
    ]);
  });

  it('that are the first of their counters are one in an archived copy of the same session', () => {
    expect(codex(copy(40, { session: 'a1', sole: true }), copy(40, { log: 1, session: 'a1', sole: true }))).toEqual([['a1', 40]]);
  });

  const review = (at: number): Copy => copy(40, { session: 'r', delegate: true, sole: true, at });
  const forwarded = (at: number, rest: Partial<Copy> = {}): Copy => copy(40, { log: 1, session: 'p', rank: 1, at, ...rest });

  it("of a review that were forwarded across the border of a second are one, the review's", () => {
    expect(codex(review(30_999_000), forwarded(31_000_000))).toEqual([['r', 40]]);
  });

  it('of a review as the first event of the other log are one, too', () => {
    expect(codex(review(30_999_000), forwarded(31_000_000, { sole: true }))).toEqual([['r', 40]]);
  });

  it('of a review and of a session that had them at another time are two', () => {
    expect(codex(review(30_000_000), forwarded(45_000_000))).toHaveLength(2);
  });

  it('of a review and of a session that added something else are two', () => {
    expect(codex(review(30_000_000), forwarded(30_000_000, { counts: counts(41) }))).toHaveLength(2);
  });

  it('of two reviews at the same time are two', () => {
    expect(codex(review(30_000_000), { ...review(30_000_000), session: 's', log: 1 })).toHaveLength(2);
  });
});

const anyCopy = fc
  .record({
    output: fc.nat({ max: 4 }),
    session: fc.constantFrom('a1', 'a2', 'b1'),
    rank: fc.constantFrom(0, 1, 2),
    at: fc.constantFrom(null, 1_000_000, 9_000_000),
    echo: fc.boolean(),
    sole: fc.boolean(),
    delegate: fc.boolean(),
    invalid: fc.nat({ max: 1 }),
  })
  .map(({ output, ...rest }) => copy(output, rest));

const anyGroup = fc.array(anyCopy, { minLength: 1, maxLength: 6 }).map((group) => group.map((one, log) => ({ ...one, log })));

describe.each([
  ['everywhere, the heaviest', CLAUDE],
  ['in families, the first', CODEX],
])('what a group stands for (%s)', (_, policy) => {
  it('does not depend on the order in which the logs were read', () => {
    fc.assert(
      fc.property(anyGroup, fc.infiniteStream(fc.nat()), (group, random) => {
        const keyed = group.map((one) => [random.next().value as number, one] as const).sort((a, b) => a[0] - b[0]);
        const shuffled = keyed.map(([, one]) => one);
        expect(resolve(shuffled, policy, RELATIONS).filter(({ echo }) => !echo)).toEqual(
          resolve(group, policy, RELATIONS).filter(({ echo }) => !echo),
        );
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('never is more than there were copies, nor more than was in them', () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        const total = (copies: readonly Copy[]): number =>
          copies.filter(({ echo }) => !echo).reduce((n, { counts: { output } }) => n + output!, 0);
        const counted = resolve(group, policy, RELATIONS);
        expect(counted.length <= group.length && total(counted) <= total(group)).toBe(true);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
