import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Copy } from '../../src/ingest/groups.js';
import { Records } from '../../src/ingest/records.js';
import { copy, counts } from './copies.js';

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', '__proto__', '\ud800', '\u2028', 'ä"\\\n'));
const anyCount = fc.option(fc.maxSafeNat());

const anyCopy: fc.Arbitrary<Copy> = fc.record({
  key: anyText,
  session: anyText,
  at: fc.option(fc.maxSafeInteger()),
  model: fc.option(anyText),
  counts: fc.record({
    input: anyCount,
    cache_read: anyCount,
    cache_write_5m: anyCount,
    cache_write_1h: anyCount,
    output: anyCount,
    reasoning: anyCount,
  }),
  calls: fc.integer({ min: 1, max: 5_000_000_000 }),
  twin: fc.option(anyText),
  subagent: fc.boolean(),
  copied: fc.boolean(),
  partial: fc.boolean(),
  unreliable: fc.boolean(),
  echo: fc.boolean(),
  sole: fc.boolean(),
  delegate: fc.boolean(),
  invalid: fc.nat(),
  weight: fc.oneof(fc.maxSafeNat(), fc.constant(Infinity)),
  rank: fc.integer({ min: -1, max: 9 }),
  branch: fc.option(anyText),
  agent_type: fc.option(anyText),
  terms: fc.option(anyText),
  reported: fc.option(anyText),
  position: fc.maxSafeNat(),
  end: fc.maxSafeNat(),
  until: fc.option(fc.maxSafeNat()),
  log: fc.constant(7),
});

const anyCopies = fc.array(anyCopy, { maxLength: 8 });

describe('the records of a log', () => {
  it('are the copies that they were made from, in their order', () => {
    fc.assert(
      fc.property(anyCopies, (copies) => {
        expect([...Records.from(copies).copies(7)]).toEqual(copies);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('are the same after they were bytes, wherever these lie in memory', () => {
    fc.assert(
      fc.property(anyCopies, fc.nat({ max: 9 }), (copies, shift) => {
        const bytes = Records.from(copies).toBytes();
        const moved = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
        expect([...Records.fromBytes(moved).copies(7)]).toEqual(copies);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('can be made of their own copies again', () => {
    fc.assert(
      fc.property(anyCopies, (copies) => {
        const once = Records.from(copies);
        expect(Records.from([...once.copies(0)]).parts).toEqual(once.parts);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('stay the same after they were sent to another thread', () => {
    const copies = [copy(5_000_000_000, { log: 0 }), copy(3, { key: 'msg_2', at: null, model: null, twin: 't' })];
    expect([...new Records(structuredClone(Records.from(copies).parts)).copies(0)]).toEqual(copies);
  });

  it('tell unknown counts and 0 apart', () => {
    const bytes = Records.from([copy(0, { counts: counts(0, { input: null }) })]).toBytes();
    expect(Records.fromBytes(bytes).at(0, 0).counts).toEqual(counts(0, { input: null }));
  });

  it('hold a text once that many share', () => {
    const many = Array.from({ length: 100 }, (_, i) => copy(1, { key: `k${i}`, session: 's', model: 'm', branch: 'm' }));
    expect(Records.from(many).parts.words).toEqual(['s', 'm']);
  });

  it('say how many they are, and the key of each', () => {
    const records = Records.from([copy(1, { key: 'a' }), copy(1, { key: 'b' })]);
    expect([records.length, records.key(0), records.key(1)]).toEqual([2, 'a', 'b']);
  });

  it('have twins if one of them has', () => {
    const some = [copy(1), copy(1, { key: 'b', twin: '' }), copy(1, { key: 'c' })];
    expect([Records.from(some).hasTwins, Records.from([copy(1)]).hasTwins, Records.NONE.hasTwins]).toEqual([true, false, false]);
  });
});
