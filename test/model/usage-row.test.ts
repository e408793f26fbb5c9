import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENTS } from '../../src/model/agents.js';
import { TOKEN_CLASSES } from '../../src/model/tokens.js';
import { digestOf, NO_RECORDS, sameTotals, TotalsAdder, withRow, type Completeness, type UsageRow } from '../../src/model/usage-row.js';
import { NOON } from '../store/temporary.js';

const SEED = 20261126;

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const count = fc.option(fc.oneof(fc.nat(), fc.maxSafeNat()));
const agent = fc.constantFrom(...AGENTS);
const completeness = fc.constantFrom<Completeness>('complete', 'partial', 'unreliable');
const counts = fc.record({
  input: count,
  cache_read: count,
  cache_write_5m: count,
  cache_write_1h: count,
  output: count,
  reasoning: count,
});

/** What a digest covers. */
const DIGESTED = {
  agent,
  session_id: text,
  parent_session_id: fc.option(text),
  at: fc.option(fc.oneof(fc.integer({ min: NOON, max: NOON + 1000 }), fc.maxSafeInteger())),
  model: fc.option(text),
  project: fc.option(text),
  is_subagent: fc.boolean(),
  calls: fc.nat(),
  counts,
  completeness,
  source_gone: fc.boolean(),
} as const;

const row: fc.Arbitrary<UsageRow> = fc.record({
  ...DIGESTED,
  purged_at: fc.constant(null),
  record_key: text,
  revision: fc.integer({ min: 1, max: 9 }),
  recorded_at: fc.constant(NOON),
  counted: fc.boolean(),
  first_pos: fc.nat(),
  end_pos: fc.nat(),
  git_branch: fc.option(text),
  agent_type: fc.option(text),
  terms: fc.option(text),
  reported_cost_pico_usd: fc.option(fc.bigInt({ min: 0n, max: 2n ** 62n })),
  cost_pico_usd: fc.option(fc.bigInt({ min: 0n, max: 2n ** 62n })),
  rate_card: fc.option(text),
  log_file_id: fc.constant('log1'),
  reader_version: fc.constant(1),
});

const folded = (rows: readonly UsageRow[]) => rows.reduce((totals, one) => withRow(totals, one, 1), NO_RECORDS);

const low = (value: number | null): number | null => (value === null ? null : value % 2 ** 40);

/** Records of which no sum is beyond 2^53 − 1. */
const small = row.map((one): UsageRow => {
  const { input, cache_read, cache_write_5m, cache_write_1h, output, reasoning } = one.counts;
  const parts = { input: low(input), cache_read: low(cache_read), cache_write_5m: low(cache_write_5m) };
  return { ...one, counts: { ...parts, cache_write_1h: low(cache_write_1h), output: low(output), reasoning: low(reasoning) } };
});

describe('the digest of a record', () => {
  it.each(Object.entries(DIGESTED).filter(([name]) => name !== 'counts'))('is another one where %s is', (name, values) => {
    fc.assert(
      fc.property(row, values as fc.Arbitrary<unknown>, (one, value) => {
        fc.pre(!Object.is(one[name as keyof UsageRow], value));
        expect(digestOf({ ...one, [name]: value })).not.toBe(digestOf(one));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it.each([...TOKEN_CLASSES, 'reasoning'] as const)('is another one where %s is, also by one token, and where it is unknown', (name) => {
    fc.assert(
      fc.property(row, count, (one, value) => {
        fc.pre(one.counts[name] !== value);
        const changed = (count: number | null): UsageRow => ({ ...one, counts: { ...one.counts, [name]: count } });
        expect(digestOf(changed(value))).not.toBe(digestOf(one));
        expect(digestOf(changed(7))).not.toBe(digestOf(changed(8)));
        expect(digestOf(changed(0))).not.toBe(digestOf(changed(null)));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('is another one where two classes, or two names, change places', () => {
    fc.assert(
      fc.property(row, (one) => {
        const { input, output } = one.counts;
        fc.pre(input !== output && one.model !== one.project);
        expect(digestOf({ ...one, counts: { ...one.counts, input: output, output: input } })).not.toBe(digestOf(one));
        expect(digestOf({ ...one, model: one.project, project: one.model })).not.toBe(digestOf(one));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('is another one for a single flipped bit of a number, whichever it is', () => {
    fc.assert(
      fc.property(row, fc.maxSafeNat(), fc.nat({ max: 52 }), fc.constantFrom('at' as const, 'output' as const), (one, value, bit, name) => {
        const flipped = Number(BigInt(value) ^ (1n << BigInt(bit)));
        const of = (number: number): number =>
          digestOf(name === 'at' ? { ...one, at: number } : { ...one, counts: { ...one.counts, output: number } });
        expect(of(flipped)).not.toBe(of(value));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('is the same for the same record, and a whole number that is exact', () => {
    fc.assert(
      fc.property(row, (one) => {
        const digest = digestOf(one);
        expect(digestOf(structuredClone(one))).toBe(digest);
        expect(digest >= 0 && digest < 2 ** 48 && Number.isInteger(digest)).toBe(true);
      }),
      { seed: SEED },
    );
  });
});

describe('control totals', () => {
  it('are the same whether records are added up at once or one after the other', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 12 }), (rows) => {
        const adder = new TotalsAdder();
        for (const one of rows) if (one.counted) adder.add(one);
        expect(adder.totals).toEqual({ ...folded(rows), ...(rows.some(({ counted }) => counted) ? { keys: null, cards: null } : {}) });
      }),
      { seed: SEED },
    );
  });

  it.each(['agent_type', 'reported_cost_pico_usd', 'cost_pico_usd', 'terms', 'rate_card'] as const)('are others where %s is', (name) => {
    fc.assert(
      fc.property(row, row, (one, other) => {
        fc.pre(one[name] !== other[name]);
        const counted = { ...one, counted: true };
        expect(sameTotals(folded([counted]), folded([{ ...counted, [name]: other[name] }]))).toBe(false);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('are the same in whatever order the records come', () => {
    const shuffled = fc.array(small, { maxLength: 8 }).chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))); // prettier-ignore
    fc.assert(
      fc.property(shuffled, ([rows, other]) => sameTotals(folded(rows), folded(other))),
      { seed: SEED },
    );
  });

  it('are as before when a record was added and taken away', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 6 }), small, (rows, one) => {
        const before = folded(rows);
        expect(withRow(withRow(before, one, 1), one, -1)).toEqual(before);
      }),
      { seed: SEED },
    );
  });

  it('are not changed by a record that does not count', () => {
    fc.assert(
      fc.property(small, (one) => sameTotals(withRow(NO_RECORDS, { ...one, counted: false }, 1), NO_RECORDS)),
      { seed: SEED },
    );
  });

  it('are others where one record of several is another one with the same numbers', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 6 }), text, (rows, session_id) => {
        const [first, ...rest] = rows.map((one) => ({ ...one, counted: true }));
        fc.pre(first!.session_id !== session_id);
        const other = folded([{ ...first!, session_id }, ...rest]);
        expect(sameTotals(folded([first!, ...rest]), other)).toBe(false);
        expect(sameTotals({ ...other, digest: null }, folded([first!, ...rest]))).toBe(true);
      }),
      { seed: SEED },
    );
  });

  it('without a digest stay so, whatever is added or taken away', () => {
    fc.assert(
      fc.property(small, (one) => withRow(withRow({ ...NO_RECORDS, digest: null }, one, 1), one, -1).digest === null),
      { seed: SEED },
    );
  });

  it.each(['records', ...TOKEN_CLASSES, 'reasoning'] as const)(
    'are not the same where %s is another one, with or without a digest',
    (name) => {
      const other = { ...NO_RECORDS, [name]: 1 };
      expect([sameTotals(NO_RECORDS, other), sameTotals({ ...NO_RECORDS, digest: null }, other)]).toEqual([false, false]);
    },
  );
});
