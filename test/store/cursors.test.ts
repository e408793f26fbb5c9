import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CursorCache, type BucketContent, type CursorFile } from '../../src/store/cursors.js';
import { temporaryFolder } from './temporary.js';

let folder: string;
let cache: CursorCache;

const BUCKETS = new Map<number, BucketContent>([
  [3, { content: 'three 🧾\n' }],
  [0, { content: '' }],
  [255, { content: 'last\0' }],
]);

beforeEach(() => {
  folder = join(temporaryFolder(), 'cursors');
  cache = new CursorCache(folder);
});

const write = (): void => void cache.write('claude-s1', { bytes: 42, of: ['é'] }, BUCKETS);
const fileOf = (name = 'claude-s1'): string => join(folder, `${name}.cursor`);
const opened = (name = 'claude-s1'): CursorFile => {
  const file = cache.read(name);
  if (file === null || file === 'damaged') throw new Error(`The file is ${String(file)}.`);
  return file;
};
const textOf = (file: CursorFile, number: number): string | undefined => file.bucket(number)?.bytes.toString('utf8');

/** Changes one byte. */
function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = bytes[place]! ^ 0x01;
  writeFileSync(path, bytes);
}

describe('a cursor file', () => {
  it('gives back its head', () => {
    write();
    expect(opened().head).toEqual({ bytes: 42, of: ['é'] });
  });

  it('gives back each bucket byte by byte', () => {
    write();
    const file = opened();
    expect([3, 0, 255].map((number) => textOf(file, number))).toEqual(['three 🧾\n', '', 'last\0']);
  });

  it('has null for a bucket that was never written', () => {
    write();
    expect(opened().bucket(7)).toBeNull();
  });

  it('copies a bucket into another file as it is', () => {
    write();
    cache.write('claude-s2', null, new Map([[9, opened().bucket(3)!]]));
    expect(textOf(opened('claude-s2'), 9)).toBe('three 🧾\n');
  });

  it('does not trust a copy whose bytes are not those of its hash', () => {
    write();
    const { hash } = opened().bucket(3)!;
    cache.write('claude-s2', null, new Map([[9, { bytes: Buffer.from('other'), hash }]]));
    expect(cache.read('claude-s2')).toBe('damaged');
  });

  it('holds whatever heads and buckets there are', () => {
    const buckets = fc.uniqueArray(fc.tuple(fc.nat({ max: 255 }), fc.string({ unit: 'binary' })), {
      selector: ([number]) => number,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.jsonValue(), buckets, (head, all) => {
        cache.write('any', head, new Map(all.map(([number, text]) => [number, { content: text }])));
        const file = opened('any');
        expect(JSON.stringify(file.head)).toBe(JSON.stringify(head));
        for (const [number, text] of all) expect(textOf(file, number)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a cursor cache', () => {
  it('has nothing at first, and makes no folder by being asked', () => {
    expect([cache.read('claude-s1'), existsSync(folder)]).toEqual([null, false]);
  });

  it('takes a changed head for damage', () => {
    write();
    flip(fileOf(), readFileSync(fileOf()).indexOf('bytes'));
    expect(cache.read('claude-s1')).toBe('damaged');
  });

  it('takes a file of another format for damage', () => {
    write();
    flip(fileOf(), 0);
    expect(cache.read('claude-s1')).toBe('damaged');
  });

  it.each([0, 1, 30, 60, 90])('takes a file of which %i bytes are left for damage', (bytes) => {
    write();
    truncateSync(fileOf(), bytes);
    expect(cache.read('claude-s1')).toBe('damaged');
  });

  it('takes any file that is none for damage', () => {
    write();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        writeFileSync(fileOf(), bytes);
        expect(cache.read('claude-s1')).toBe('damaged');
      }),
    );
  });

  it('takes a changed bucket for damage', () => {
    write();
    flip(fileOf(), -1);
    expect(cache.read('claude-s1')).toBe('damaged');
  });

  it('takes a bucket that was cut off for damage', () => {
    write();
    truncateSync(fileOf(), readFileSync(fileOf()).length - 2);
    expect(cache.read('claude-s1')).toBe('damaged');
  });

  it('takes a change of any single byte for damage', () => {
    write();
    const whole = readFileSync(fileOf());
    for (let at = 0; at < whole.length; at++) {
      flip(fileOf(), at);
      expect(cache.read('claude-s1'), `byte ${at}`).toBe('damaged');
      writeFileSync(fileOf(), whole);
    }
  });

  it('takes a folder in the place of the file for damage', () => {
    mkdirSync(fileOf(), { recursive: true });
    expect(cache.read('claude-s1')).toBe('damaged');
  });

  it('never leaves its folder, whatever a subject is called', () => {
    cache.write('../../outside', 1, new Map());
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('keeps subjects apart that differ only in letters that no file name has', () => {
    cache.write('session a/b', 1, new Map());
    cache.write('session a:b', 2, new Map());
    expect(opened('session a/b').head).toBe(1);
  });

  it('leaves one file per subject and no temporary ones', () => {
    write();
    write();
    expect(readdirSync(folder)).toEqual(['claude-s1.cursor']);
  });

  it('is for nobody else to read', () => {
    write();
    expect([statSync(folder).mode & 0o777, statSync(fileOf()).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('throws where it can’t be written, so that the caller can tell', (ctx) => {
    if (process.getuid?.() === 0) ctx.skip('root may write everywhere');
    write();
    chmodSync(folder, 0o500);
    expect(write).toThrow(/EACCES/);
    chmodSync(folder, 0o700);
  });
});
