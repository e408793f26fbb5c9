import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HASH_BLOCK, PrefixHash } from '../../src/capture/prefix-hash.js';

/** Bytes that differ everywhere, without a second of randomness. */
function bytes(length: number): Buffer {
  const all = Buffer.alloc(length);
  for (let i = 0; i < length; i++) all[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return all;
}

const hashOf = (...parts: readonly Uint8Array[]): PrefixHash => {
  const hash = new PrefixHash();
  for (const part of parts) hash.update(part);
  return hash;
};

const TEXT = bytes(3 * HASH_BLOCK + 1234);

const within = fc.nat({ max: TEXT.length });

describe('the hash of a prefix', () => {
  it('of nothing is 32 zero bytes', () => {
    expect(new PrefixHash().value).toBe('00'.repeat(32));
  });

  it('of less than a block is the hash of the zero chain and the bytes', () => {
    const expected = createHash('sha256').update(Buffer.alloc(32)).update('abc').digest('hex');
    expect(hashOf(Buffer.from('abc')).value).toBe(expected);
  });

  it('chains whole blocks', () => {
    const first = createHash('sha256').update(Buffer.alloc(32)).update(TEXT.subarray(0, HASH_BLOCK)).digest();
    const second = createHash('sha256')
      .update(first)
      .update(TEXT.subarray(HASH_BLOCK, 2 * HASH_BLOCK))
      .digest('hex');
    expect(hashOf(TEXT.subarray(0, 2 * HASH_BLOCK)).value).toBe(second);
  });

  it('is the same however the bytes are dealt out', () => {
    fc.assert(
      fc.property(fc.array(within, { maxLength: 5 }), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), TEXT.length];
        const parts = ends.map((end, i) => TEXT.subarray(ends[i - 1] ?? 0, end));
        expect(hashOf(...parts).value).toBe(hashOf(TEXT).value);
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('goes on from its resume point as if it had never stopped', () => {
    fc.assert(
      fc.property(within, (stop) => {
        const { resumePoint } = hashOf(TEXT.subarray(0, stop));
        const resumed = new PrefixHash(resumePoint);
        resumed.update(TEXT.subarray(resumePoint.start));
        expect(resumed.value).toBe(hashOf(TEXT).value);
      }),
      { seed: 2, numRuns: 20 },
    );
  });

  it('tells after a resume that a byte of the last block changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TEXT.length }), (stop) => {
        const hash = hashOf(TEXT.subarray(0, stop));
        const changed = Buffer.from(TEXT.subarray(0, stop));
        changed[stop - 1]! ^= 1;
        const resumed = new PrefixHash(hash.resumePoint);
        resumed.update(changed.subarray(hash.resumePoint.start));
        expect(resumed.value).not.toBe(hash.value);
      }),
      { seed: 3, numRuns: 20 },
    );
  });

  it('knows how many bytes it hashed', () => {
    expect(hashOf(TEXT, bytes(10)).bytes).toBe(TEXT.length + 10);
  });

  it('resumes at a whole block before what it hashed', () => {
    expect(hashOf(TEXT).resumePoint.start).toBe(2 * HASH_BLOCK);
  });

  it('does not change when its value is asked for', () => {
    const hash = hashOf(TEXT.subarray(0, 100));
    const before = hash.value;
    expect([hash.value, hash.bytes]).toEqual([before, 100]);
  });
});
