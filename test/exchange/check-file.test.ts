import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFile, checkRows } from '../../src/exchange/check-file.js';
import { manifestText, sha256, type ManifestRow } from '../../src/exchange/manifest.js';
import { temporaryFolder } from '../store/temporary.js';

const chain = (id: string, ...hashes: readonly string[]): ManifestRow[] =>
  hashes.map((row_sha256, i) => ({ id, revision: i + 1, row_sha256 }));

describe('the rows of a manifest', () => {
  const rows = [...chain('a', 'a1', 'a2').slice(1), ...chain('__proto__', 'p1')];

  it.each<[string, readonly (readonly ManifestRow[])[], unknown]>([
    ['all are there', [chain('a', 'a1', 'a2'), chain('__proto__', 'p1')], { findings: [], changed: 0, added: 0 }],
    ['some went on, and others came', [chain('a', 'a1', 'a2', 'a3'), chain('__proto__', 'p1'), chain('b', 'b1')], { findings: [], changed: 1, added: 1 }],
    ['one is another', [chain('a', 'a1', 'other'), chain('__proto__', 'p1')], { findings: [{ id: 'a', revision: 2, finding: 'differs' }] }],
    ['one lost its last revision', [chain('a', 'a1'), chain('__proto__', 'p1')], { findings: [{ id: 'a', revision: 2, finding: 'missing' }] }],
    ['none is there', [], { findings: [{ id: 'a', finding: 'missing' }, { id: '__proto__', finding: 'missing' }], added: 0 }],
  ])('are told where %s', (_, chains, told) => {
    expect(checkRows(rows, chains)).toMatchObject(told as object);
  }); // prettier-ignore
});

describe('a file', () => {
  const made = (text: string, manifest: string | null): string => {
    const path = join(temporaryFolder(), 'a');
    writeFileSync(path, text);
    if (manifest !== null) writeFileSync(`${path}.sha256`, manifest);
    return path;
  };
  const manifestOf = (text: string): string => manifestText({ sha256: sha256(text), file: 'a', request: {}, recorded_by: null, rows: [] });

  it.each([['text', true], ['text\n', false], ['', false]])('%j is the one that was written: %s', (text, isSame) => {
    expect(checkFile(made(text, manifestOf('text')), 'a').isSame).toBe(isSame);
  }); // prettier-ignore

  it.each([
    ['no manifest', null, 'FILE_NOT_FOUND'],
    ['a manifest that is none', 'text', 'MANIFEST_INVALID'],
  ])('with %s can’t be checked', (_, manifest, code) => {
    expect(() => checkFile(made('text', manifest), 'a')).toThrow(expect.objectContaining({ code }) as Error);
  });
});
