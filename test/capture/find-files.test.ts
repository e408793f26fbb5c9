import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFiles, foldersIn, isFolder, isPlainId, namesBelow, namesIn, type Blocked } from '../../src/capture/find-files.js';
import { isRoot, NOBODY } from '../e2e/shown.js';
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

/** What was told to be blocked, relative to a root, as `reason path`. */
function listener(root: string): { readonly told: string[]; readonly blocked: Blocked } {
  const told: string[] = [];
  return { told, blocked: (path, reason) => void told.push(`${reason} ${relative(root, path)}`) };
}

describe('a folder that can’t be looked into', () => {
  /** A root with one plain folder, and beside it a link to a folder, to a file, and to nothing. */
  function rootWithLinks(): string {
    const elsewhere = folderWith('chats/9.jsonl', '8.jsonl');
    const root = folderWith('p/plain/chats/1.jsonl', 'p/note.txt');
    symlinkSync(elsewhere, join(root, 'p', 'linked'));
    symlinkSync(join(elsewhere, '8.jsonl'), join(root, 'p', 'to-file.jsonl'));
    symlinkSync(join(elsewhere, 'nowhere'), join(root, 'p', 'to-nothing'));
    return root;
  }

  it('is told as a link among the folders of a folder, where links to files and to nothing are not', () => {
    const root = rootWithLinks();
    const { told, blocked } = listener(root);
    expect(foldersIn(join(root, 'p'), blocked)).toEqual(['plain']);
    expect(told).toEqual(['link p/linked']);
  });

  it('is told as a link where it was to be listed itself, and nothing of it is given', () => {
    const root = rootWithLinks();
    const { told, blocked } = listener(root);
    expect([foldersIn(join(root, 'p', 'linked'), blocked), namesIn(join(root, 'p', 'linked'), blocked)]).toEqual([[], []]);
    expect(told).toEqual(['link p/linked', 'link p/linked']);
  });

  it('is told as a link however deep it lies below', () => {
    const root = rootWithLinks();
    const { told, blocked } = listener(root);
    const names = namesBelow(root, blocked);
    expect(names).toContain('p/plain/chats/1.jsonl');
    expect(names.filter((name) => name.startsWith('p/linked/'))).toEqual([]);
    expect(told).toEqual(['link p/linked']);
  });

  it.each([
    ['that the pattern names', ['p/linked/chats/*.jsonl'], ['link p/linked']],
    ['that a pattern’s star could be', ['p/*/chats/*.jsonl'], ['link p/linked']],
    ['above a double star', ['p/*/**/*.jsonl'], ['link p/linked']],
    ['that several patterns could mean, once', ['p/*/chats/*.jsonl', 'p/*/*.txt'], ['link p/linked']],
    ['that is none of the way', ['p/plain/chats/*.jsonl'], []],
  ])('is told as a link %s', async (_, patterns, wanted) => {
    const root = rootWithLinks();
    const { told, blocked } = listener(root);
    await findFiles(root, patterns, blocked);
    expect([...new Set(told)]).toEqual(wanted);
  });

  it('is told as a link where it is the last folder before the names', async () => {
    const root = folderWith('p/a/1.jsonl');
    symlinkSync(folderWith('2.jsonl'), join(root, 'p', 'a', 'chats'));
    const { told, blocked } = listener(root);
    expect(await findFiles(root, ['p/*/chats/*.jsonl'], blocked)).toEqual([]);
    expect(told).toEqual(['link p/a/chats']);
  });

  it.skipIf(process.platform !== 'linux')('is told where its name is no UTF-8, whoever looks for what is in it', async () => {
    const root = folderWith('p/plain/chats/1.jsonl');
    mkdirSync(Buffer.concat([Buffer.from(`${root}/p/caf`), Buffer.from([0xff])]));
    const { told, blocked } = listener(root);
    for (const folder of foldersIn(join(root, 'p'), blocked)) namesIn(join(root, 'p', folder), blocked);
    namesBelow(root, blocked);
    await findFiles(root, ['p/*/chats/*.jsonl'], blocked);
    expect(told).toEqual(Array.from({ length: 3 }, () => 'name_not_utf8 p/caf\ufffd'));
  });

  it('is not one that is not there, nor one that is a file', async () => {
    const root = folderWith('file');
    const { told, blocked } = listener(root);
    for (const name of ['nowhere', 'file', 'file/below']) {
      expect([foldersIn(join(root, name), blocked), namesIn(join(root, name), blocked), namesBelow(join(root, name), blocked)]).toEqual([
        [],
        [],
        [],
      ]);
      await findFiles(root, [`${name}/*.jsonl`], blocked);
    }
    expect(told).toEqual([]);
  });

  it('is not the root itself that is a link, as a user may have laid it', async () => {
    const root = join(temporaryFolder(), 'linked-root');
    symlinkSync(folderWith('p/1.jsonl'), root);
    const { told, blocked } = listener(root);
    expect(await findFiles(root, ['p/*.jsonl'], blocked)).toEqual(['p/1.jsonl']);
    expect(told).toEqual([]);
  });

  /** What the functions give and tell of a root in which one folder is shut, asked as an ordinary user, to whom modes mean something. */
  async function toldToNobody(root: string, shut: string): Promise<unknown> {
    for (const folder of ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })]) chmodSync(join(root, folder), 0o755);
    chmodSync(join(root, shut), 0o000);
    // The library is loaded while it can be.
    await findFiles(root, []);
    const { told, blocked } = listener(root);
    process.seteuid!(NOBODY);
    try {
      const listed = { folders: foldersIn(join(root, 'p'), blocked), below: namesBelow(root, blocked) };
      const walking = [...new Set(told.splice(0))];
      return { ...listed, walking, found: await findFiles(root, ['p/*/*.jsonl'], blocked), finding: [...new Set(told)] };
    } finally {
      process.seteuid!(0);
    }
  }

  it('is told as unreadable where the user may not list it, and what lies beside it is found', async (ctx) => {
    if (!isRoot) ctx.skip('only root can ask as another user');
    expect(await toldToNobody(folderWith('p/open/1.jsonl', 'p/shut/2.jsonl'), 'p/shut')).toEqual({
      folders: ['open', 'shut'],
      below: ['p/open/1.jsonl'],
      walking: ['unreadable p/shut'],
      found: ['p/open/1.jsonl'],
      finding: ['unreadable p/shut'],
    });
  });

  it('is told as unreadable where it is above all that is looked for', async (ctx) => {
    if (!isRoot) ctx.skip('only root can ask as another user');
    expect(await toldToNobody(folderWith('p/open/1.jsonl'), 'p')).toEqual({
      folders: [],
      below: [],
      walking: ['unreadable p'],
      found: [],
      finding: ['unreadable p'],
    });
  });
});
