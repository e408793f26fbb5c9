// Backups of a store: made while others write, proved, and put back without losing what was there.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fixtures } from '../capture/fixture.js';
import { Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { idsIn } from './shown.js';

const START = ['analysis', 'start', '--source-id', 's1', '--tool', 'manual'];

let home: Home;
let kept: string;

/** What the first of the homes was when it was made, to be copied into the others. */
const made = mkdtempSync(join(tmpdir(), 'tokentrail-made-'));
let isMade = false;

afterAll(() => rmSync(made, { recursive: true, force: true }));

async function prepare(empty: Home): Promise<void> {
  home = empty;
  kept = join(home.path, 'kept');
  if (isMade) {
    cpSync(made, home.path, { recursive: true, preserveTimestamps: true });
    return;
  }
  const [logs] = fixtures().filter(({ name }) => name.startsWith('claude/'));
  cpSync(logs!.home, home.path, { recursive: true });
  await home.ok(START);
  await home.run('usage sync');
  cpSync(home.path, made, { recursive: true, preserveTimestamps: true });
  isMade = true;
}

beforeEach(() => prepare(new QuickHome()));

const usage = async (): Promise<unknown> => home.json(['usage', 'daily', '--tz', 'UTC']);

/** Folders beside the store whose name begins like its own. */
const beside = (word: string): string[] => readdirSync(dirname(home.store)).filter((name) => name.includes(word));

describe('a backup', () => {
  it('holds what the store held, and is a store itself', async () => {
    await home.ok(['store', 'backup', kept]);
    expect(await idsIn(home, '--store', kept)).toEqual(await idsIn(home));
  });

  it('says what was proved in it', async () => {
    const { rows, files } = await home.json<{ rows: Record<string, number>; files: number }>(['store', 'backup', kept]);
    expect(rows).toMatchObject({ analysis_logs: 1, sources: 0 });
    expect([rows['usage_records']! > 0, files > 0]).toEqual([true, true]);
  });

  it('has a place of its own if none is named', async () => {
    await home.ok(['store', 'backup']);
    expect(beside('.backup-')).toHaveLength(1);
  });

  it('is whole while others write', async () => {
    // Each command in a process of its own, at the same time.
    await prepare(new Home());
    const writers = Promise.all(Array.from({ length: 4 }, () => home.ok(START)));
    await home.ok(['store', 'backup', kept]);
    await writers;
    const [inBackup, all] = [await idsIn(home, '--store', kept), await idsIn(home)];
    expect({ all: all.length, known: inBackup.every((id) => all.includes(id)) }).toEqual({ all: 5, known: true });
    expect((await home.run(`doctor --store ${kept}`)).code).toBe(0);
  });

  it('is not made where something is', async () => {
    const { code, stderr } = await home.run(`store backup ${home.project}`);
    expect({ code, told: stderr.includes('is there already') }).toEqual({ code: 12, told: true });
  });

  it('is not made of a damaged store, and leaves nothing behind', async () => {
    const data = join(home.store, 'analysis_logs.lance', 'data');
    const [file] = readdirSync(data);
    const bytes = readFileSync(join(data, file!));
    bytes[bytes.indexOf('manual')]! ^= 1;
    writeFileSync(join(data, file!), bytes);
    const { code } = await home.run(`store backup ${kept}`);
    expect({ code, there: existsSync(kept) }).toEqual({ code: 12, there: false });
  });
});

describe('a restored store', () => {
  it('answers as it did when it was backed up', async () => {
    const [ids, spent] = [await idsIn(home), await usage()];
    await home.ok(['store', 'backup', kept]);
    await home.ok(START);
    await home.ok(['store', 'restore', kept, '--force']);
    expect([await idsIn(home), await usage()]).toEqual([ids, spent]);
  });

  it('is put in the place of another one only if that is asked for', async () => {
    await home.ok(['store', 'backup', kept]);
    const { code, stderr } = await home.run(`store restore ${kept}`);
    expect({ code, told: stderr.includes('--force') }).toEqual({ code: 12, told: true });
  });

  it('leaves the one that was there beside it', async () => {
    await home.ok(['store', 'backup', kept]);
    const id = await home.ok(START);
    const { replaced } = await home.json<{ replaced: string }>(['store', 'restore', kept, '--force']);
    expect(await idsIn(home, '--store', replaced)).toContain(id);
  });

  it('is made where none is', async () => {
    await home.ok(['store', 'backup', kept]);
    const elsewhere = join(home.path, 'new', 'ledger');
    await home.ok(['store', 'restore', kept, '--store', elsewhere]);
    expect(await idsIn(home, '--store', elsewhere)).toEqual(await idsIn(home));
  });

  it('goes on being written to, with the next number', async () => {
    await home.ok(['store', 'backup', kept]);
    await home.ok(['store', 'restore', kept, '--force']);
    expect(await home.ok(START)).toMatch(/-002$/);
  });

  it('books what the logs say beyond it', async () => {
    await home.ok(['store', 'backup', kept]);
    const [logs] = fixtures().filter(({ name }) => name.startsWith('codex/'));
    cpSync(logs!.home, home.path, { recursive: true });
    await home.run('usage sync');
    const spent = await usage();
    await home.ok(['store', 'restore', kept, '--force']);
    await home.run('usage sync');
    expect(await usage()).toEqual(spent);
  });

  it.each([
    ['one byte short', (path: string) => truncateSync(path, readFileSync(path).length - 1)],
    ['changed', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 0, 1))],
  ])('is refused where a file of the backup is %s, and what is there stays', async (_, harm) => {
    await home.ok(['store', 'backup', kept]);
    const data = join(kept, 'analysis_logs.lance', 'data');
    harm(join(data, readdirSync(data)[0]!));
    const { code } = await home.run(`store restore ${kept} --force`);
    expect({ code, ids: (await idsIn(home)).length, left: beside('restoring') }).toEqual({ code: 12, ids: 1, left: [] });
  });

  it('is refused from a folder that is no backup', async () => {
    const { code, stderr } = await home.run(`store restore ${home.project} --force`);
    expect({ code, told: stderr.includes('no backup') }).toEqual({ code: 12, told: true });
  });
});

describe('the store', () => {
  it('tells its tables and its schema', async () => {
    const { tables, migrations } = await home.json<{ tables: { name: string; rows: number }[]; migrations: unknown[] }>([
      'store',
      'status',
    ]);
    expect(tables.map(({ name }) => name)).toEqual([
      'analysis_logs',
      'journal',
      'log_files',
      'migrations',
      'snapshots',
      'sources',
      'usage',
    ]);
    expect([tables[0]!.rows, migrations.length > 0]).toEqual([1, true]);
  });

  it('has fewer files and the same history after it was optimized', async () => {
    const id = await home.ok(START);
    for (const stage of ['a', 'b', 'c']) await home.ok(['analysis', 'mark', '--id', id, '--stage', stage]);
    const history = await home.json(['analysis', 'show', id, '--history']);
    const { tables } = await home.json<{ tables: { name: string; fragments: number }[] }>(['store', 'optimize']);
    expect(tables.find(({ name }) => name === 'analysis_logs')).toMatchObject({ fragments: 1 });
    expect(await home.json(['analysis', 'show', id, '--history'])).toEqual(history);
  });
});
