// Logs of which every byte before some cuts is looked at, plain and compressed.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { HASH_BLOCK, PrefixHash } from '../../src/capture/prefix-hash.js';
import { Prefixes } from '../../src/ingest/prefixes.js';
import type { LogCut } from '../../src/model/cut.js';
import { temporaryFolder } from '../capture/fixture.js';

const TEXT = Buffer.alloc(5 * HASH_BLOCK + 77, 'some text of 27 characters\n');

const cutAt = (bytes: number, text: Buffer = TEXT): LogCut => {
  const hash = new PrefixHash();
  hash.update(text.subarray(0, bytes));
  return { path: 'a.jsonl', session_id: 's', head_sha256: '', position: { kind: 'append', bytes, prefix_sha256: hash.value } };
};

let log: { root: string; name: string };

const write = (text: Buffer): void => writeFileSync(join(log.root, log.name), text);
const same = (cuts: readonly LogCut[]): Promise<boolean[]> => {
  const prefixes = new Prefixes(cuts);
  return Promise.all(cuts.map((cut) => prefixes.isSame(log, cut)));
};

beforeEach(() => {
  log = { root: temporaryFolder(), name: 'a.jsonl' };
  write(TEXT);
});

describe('the text before cuts', () => {
  it('is the same wherever they lie, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: TEXT.length }), { minLength: 1, maxLength: 9 }), async (ends) => {
        const found = await same(ends.map((end) => cutAt(end)));
        expect(found).toEqual(ends.map(() => true));
      }),
      { numRuns: 20, seed: 20260309 },
    );
  });

  it('is another one for those after a byte that changed', async () => {
    const changed = Buffer.from(TEXT);
    changed[HASH_BLOCK] = 0x21;
    write(changed);
    expect(await same([0, HASH_BLOCK, HASH_BLOCK + 1, TEXT.length].map((end) => cutAt(end)))).toEqual([true, true, false, false]);
  });

  it('is not there where the log is shorter, or gone', async () => {
    write(TEXT.subarray(0, 100));
    expect(await same([cutAt(100), cutAt(101)])).toEqual([true, false]);
    rmSync(join(log.root, log.name));
    expect(await same([cutAt(0)])).toEqual([false]);
  });

  it('is that of a compressed log as it was before', async () => {
    const home = join(import.meta.dirname, '../fixtures/codex/compressed/home/.codex/sessions');
    const name = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('.zst'))!;
    const { decompress } = await import('fzstd');
    const text = Buffer.from(decompress(readFileSync(join(home, name))));
    log = { root: home, name };
    expect(await same([cutAt(text.length, text), cutAt(10, text), cutAt(10)])).toEqual([true, true, false]);
  });

  it('is read once for all of them', async () => {
    const prefixes = new Prefixes([cutAt(10), cutAt(20)]);
    expect(await prefixes.isSame(log, cutAt(10))).toBe(true);
    write(Buffer.alloc(20));
    expect(await prefixes.isSame(log, cutAt(20))).toBe(true);
  });
});
