import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFiles, isFolder, isPlainId } from '../../src/capture/find-files.js';
import { makeFolderOf, temporaryFolder } from './fixture.js';

function folderWith(...names: string[]): string {
  const root = temporaryFolder();
  for (const name of names) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), '');
  }
  return root;
}

describe('finding files', () => {
  it('gives paths relative to the root, sorted', async () => {
    const root = folderWith('p/b/2.jsonl', 'p/a/1.jsonl', 'p/a/3.txt');
    expect(await findFiles(root, ['p/*/*.jsonl'])).toEqual(['p/a/1.jsonl', 'p/b/2.jsonl']);
  });

  it('gives a path once that several patterns match', async () => {
    expect(await findFiles(folderWith('p/1.jsonl'), ['p/*.jsonl', 'p/1.*'])).toEqual(['p/1.jsonl']);
  });

  it('finds nothing in a folder that is not there', async () => {
    expect(await findFiles(join(temporaryFolder(), 'nowhere'), ['**/*'])).toEqual([]);
  });

  it('finds folders that begin with a dot', async () => {
    expect(await findFiles(folderWith('p/.hidden/1.jsonl'), ['p/*/*.jsonl'])).toEqual(['p/.hidden/1.jsonl']);
  });

  it('does not give folders that are named like files', async () => {
    const root = folderWith('p/1.jsonl');
    mkdirSync(join(root, 'p', '2.jsonl'));
    expect(await findFiles(root, ['p/*.jsonl'])).toEqual(['p/1.jsonl']);
  });

  it('does not go through a linked folder', async () => {
    const elsewhere = folderWith('1.jsonl');
    const root = folderWith('p/a/2.jsonl');
    symlinkSync(elsewhere, join(root, 'p', 'linked'));
    expect(await findFiles(root, ['p/*/*.jsonl'])).toEqual(['p/a/2.jsonl']);
  });

  it('does not go through a link above the folder', async () => {
    const elsewhere = folderWith('deep/er/1.jsonl');
    const root = folderWith('p/a/2.jsonl');
    symlinkSync(elsewhere, join(root, 'p', 'linked'));
    expect(await findFiles(root, ['p/*/*/*/*.jsonl', 'p/**/*.jsonl'])).toEqual(['p/a/2.jsonl']);
  });

  it('comes to an end where links make a loop', { timeout: 10_000 }, async () => {
    const root = folderWith('p/a/1.jsonl');
    symlinkSync(root, join(root, 'p', 'a', 'again'));
    symlinkSync(join(root, 'p', 'self'), join(root, 'p', 'self'));
    expect(await findFiles(root, ['p/**/*.jsonl', 'p/*/*/*/*.jsonl'])).toEqual(['p/a/1.jsonl']);
  });

  it('reads below a root that is itself a link, as a user may have laid it', async () => {
    const real = folderWith('p/1.jsonl');
    const root = join(temporaryFolder(), 'linked-root');
    symlinkSync(real, root);
    expect(await findFiles(root, ['p/*.jsonl'])).toEqual(['p/1.jsonl']);
  });

  it('takes a root with signs of patterns in its name as it is', async () => {
    const root = join(temporaryFolder(), 'a[b]{c}*');
    makeFolderOf(join(root, 'p', '1.jsonl'));
    writeFileSync(join(root, 'p', '1.jsonl'), '');
    expect(await findFiles(root, ['p/*.jsonl'])).toEqual(['p/1.jsonl']);
  });
});

describe('an id', () => {
  it.each(['0ada0001-0c00-4000-8000-000000000001', 'T-0ada', 'a.b_c'])('like "%s" is plain', (id) => {
    expect(isPlainId(id)).toBe(true);
  });

  it.each(['', '*', '../x', 'a/../b', 'a..b', '.x', '-x', 'a/b', 'a{b,c}', 'a b', 'a\n', 'x'.repeat(201), 'ä'])(
    'like "%s" is never looked for',
    (id) => {
      expect(isPlainId(id)).toBe(false);
    },
  );
});

describe('a folder', () => {
  it('is one also through a link: whoever keeps it elsewhere links it', async () => {
    const root = temporaryFolder();
    symlinkSync(root, join(root, 'link'));
    expect([await isFolder(root), await isFolder(join(root, 'link')), await isFolder(join(root, 'nowhere'))]).toEqual([true, true, false]);
  });
});
