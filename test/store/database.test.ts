import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FrozenColumn } from '../../src/schema/index.js';
import { Database } from '../../src/store/database.js';
import type { LastQuestion, RevisionTable } from '../../src/store/revision-table.js';
import { cutFiles } from '../../src/store/files.js';
import { eq } from '../../src/store/filter.js';
import { rowHash } from '../../src/store/seal.js';
import type { Row } from '../../src/store/rows.js';
import { Child, node, program } from './child.js';
import { openStore, temporaryFolder } from './temporary.js';

const COLUMNS: readonly FrozenColumn[] = [
  ['id', 'utf8', false],
  ['row_key', 'utf8', false],
  ['revision', 'int64', false],
  ['recorded_at', 'timestamp', false],
  ['notes', 'utf8', true],
  ['prev_sha256', 'utf8', true],
  ['row_sha256', 'utf8', true],
];

/** A revision that follows others like it, recorded at ten times its number. */
const sealed = (id: string, revision: number, notes: string | null = null): Row => {
  const prev_sha256 = revision === 1 ? null : sealed(id, revision - 1)['row_sha256']!;
  const row = { id, revision, recorded_at: revision * 10, row_key: `${id}@${revision}`, notes, prev_sha256 };
  return { ...row, row_sha256: rowHash(row) };
};

const damaged = { code: 'STORE_DAMAGED' };

let folder: string;
let table: RevisionTable;

beforeEach(async () => {
  folder = temporaryFolder();
  table = await (await Database.connect(folder)).create('things', 'row_key', COLUMNS);
});

async function lastKeys(question: LastQuestion): Promise<string[]> {
  const keys: string[] = [];
  for await (const row of table.lastOfAll(question)) keys.push(String(row['row_key']));
  return keys.sort();
}

describe('a table of revisions', () => {
  it('gives all revisions of an id, oldest first', async () => {
    for (const revision of [2, 3, 1]) await table.insertIfAbsent(sealed('a', revision));
    await table.insertIfAbsent(sealed('b', 1));
    expect((await table.history('a')).map(({ revision }) => revision)).toEqual([1, 2, 3]);
  });

  it('has no history of an id that is not there', async () => {
    expect(await table.history('a')).toEqual([]);
  });

  it('gives the last revision of each id that matches', async () => {
    for (const row of [sealed('a', 1), sealed('a', 2), sealed('b', 1)]) await table.insertIfAbsent(row);
    expect(await lastKeys({ filter: eq('id', 'a') })).toEqual(['a@2']);
  });

  it('checks the seals of whole rows', async () => {
    await table.append([{ ...sealed('a', 1), notes: 'changed' }]);
    await expect(lastKeys({})).rejects.toMatchObject(damaged);
  });

  it('gives the last revisions that were recorded by a time, of the ids that were there by then', async () => {
    for (const row of [sealed('a', 1), sealed('a', 2), sealed('a', 3), sealed('b', 2), sealed('b', 1)]) await table.insertIfAbsent(row);
    expect([await lastKeys({ at: 9 }), await lastKeys({ at: 20 }), await lastKeys({ at: 30 })]).toEqual([
      [],
      ['a@2', 'b@2'],
      ['a@3', 'b@2'],
    ]);
  });

  it.each([
    ['that is missing', [sealed('a', 1), sealed('a', 3)]],
    ['that is there twice', [sealed('a', 1), sealed('a', 2), sealed('a', 2)]],
    ['whose id is another one than its key says', [sealed('a', 1), { ...sealed('a', 2), id: 'b' }]],
    ['whose key is another one than its id says', [sealed('a', 1), { ...sealed('a', 2), row_key: 'b@2' }]],
    ['whose number is another one than its key says', [sealed('a', 1), { ...sealed('a', 2), revision: 1 }]],
  ])('takes a revision %s for damage, whatever is asked for', async (_, rows) => {
    await table.append(rows);
    await expect(table.last('a')).rejects.toMatchObject(damaged);
    await expect(lastKeys({})).rejects.toMatchObject(damaged);
    await expect(table.history('a')).rejects.toMatchObject(damaged);
  });

  it('takes a revision that does not follow the one before for damage', async () => {
    const row = { ...sealed('a', 2), prev_sha256: 'v1:0' };
    await table.append([sealed('a', 1), { ...row, row_sha256: rowHash(row) }]);
    await expect(table.history('a')).rejects.toMatchObject(damaged);
  });

  it('shows what another handle wrote once it is refreshed', async () => {
    const other = await (await Database.connect(folder)).open('things');
    await other.insertIfAbsent(sealed('a', 1));
    await table.refresh();
    expect(await table.last('a')).toMatchObject({ revision: 1 });
  });

  it('has another version after a change', async () => {
    const before = await table.version();
    await table.insertIfAbsent(sealed('a', 1));
    expect(await table.version()).toBeGreaterThan(before);
  });

  it('is the same table if it is created again', async () => {
    await table.insertIfAbsent(sealed('a', 1));
    const again = await (await Database.connect(folder)).create('things', 'row_key', COLUMNS);
    expect(await again.count()).toBe(1);
  });

  it('gets a column once, also from two who add it at the same time', async () => {
    const other = await (await Database.connect(folder)).open('things');
    await Promise.all([table.addColumns([['mood', 'utf8', true]]), other.addColumns([['mood', 'utf8', true]])]);
    const fresh = await (await Database.connect(folder)).open('things');
    expect([...(await fresh.columnNames())].filter((name) => name === 'mood')).toEqual(['mood']);
  });
});

describe('a key that several insert at the same time, without a lock', () => {
  it('is inserted by exactly one handle', async () => {
    const handles = await Promise.all(Array.from({ length: 6 }, async () => (await Database.connect(folder)).open('things')));
    const won = await Promise.all(handles.map((handle, i) => handle.insertIfAbsent(sealed('a', 1, `writer ${i}`))));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('holds what the one who won wrote', async () => {
    const handles = await Promise.all(Array.from({ length: 6 }, async () => (await Database.connect(folder)).open('things')));
    const won = await Promise.all(handles.map((handle, i) => handle.insertIfAbsent(sealed('a', 1, `writer ${i}`))));
    await table.refresh();
    expect(await table.last('a')).toMatchObject({ row: { notes: `writer ${won.indexOf(true)}` } });
  });

  it('is inserted by exactly one process', async () => {
    const script = await program(`
      import { Database } from './src/store/database.js';
      import { rowHash } from './src/store/seal.js';
      const table = await (await Database.connect(process.argv[2])).open('things');
      console.log('ready');
      await new Promise((resolve) => process.stdin.once('data', resolve));
      process.stdin.destroy();
      let won = 0;
      for (let revision = 1; revision <= 5; revision++) {
        const row = { id: 'a', revision, recorded_at: revision, row_key: 'a@' + revision, notes: process.argv[3] };
        if (await table.insertIfAbsent({ ...row, row_sha256: rowHash(row) })) won++;
        await table.refresh();
      }
      console.log('won ' + won);
    `);
    const children = ['x', 'y', 'z'].map((name) => node(script, folder, name));
    for (const child of children) await child.says('ready');
    for (const child of children) child.tell('go\n');
    const ended = await Promise.all(children.map(({ ended: end }) => end));
    expect(ended.map(({ stderr }) => stderr)).toEqual(['', '', '']);
    const won = ended.reduce((n, { stdout }) => n + Number(/won (\d)/.exec(stdout)?.[1]), 0);
    await table.refresh();
    expect([won, await table.count()]).toEqual([5, 5]);
  });
});

describe('a table whose making was cut short', () => {
  it.each(['_versions', 'data'])('is made by the next one who needs it: only "%s" is there', async (part) => {
    mkdirSync(join(folder, 'halves.lance', part), { recursive: true });
    const database = await Database.connect(folder);
    expect(database.has('halves')).toBe(false);
    await (await database.create('halves', 'row_key', COLUMNS)).insertIfAbsent(sealed('a', 1));
    expect([database.has('halves'), await (await database.open('halves')).count()]).toEqual([true, 1]);
  });
});

describe('a data file', () => {
  const data = (): string => join(folder, 'things.lance', 'data');

  it('is whole as it was written', async () => {
    await table.insertIfAbsent(sealed('a', 1));
    await table.append([sealed('a', 2), sealed('b', 1)]);
    expect([readdirSync(data()).length, cutFiles(join(folder, 'things.lance'), new Set())]).toEqual([2, []]);
  });

  it('is not whole without any part of it', async () => {
    await table.insertIfAbsent(sealed('a', 1));
    const [name] = readdirSync(data());
    const bytes = readFileSync(join(data(), name!));
    const half = Math.floor(bytes.length / 2);
    for (const part of [
      bytes.subarray(0, half),
      bytes.subarray(half),
      bytes.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.alloc(bytes.length),
    ]) {
      writeFileSync(join(data(), name!), part);
      expect(cutFiles(join(folder, 'things.lance'), new Set())).toEqual([name]);
    }
  });
});

describe('a disk that is full', () => {
  it('is told as such, and the books stay as they were', async (ctx) => {
    if (process.platform !== 'linux') ctx.skip('the size limit of a process is set with the shell of Linux');
    const path = join(folder, 'store');
    await openStore(path);
    const script = await program(`
      import { Store } from './src/store/store.js';
      import { TokentrailError } from './src/model/errors.js';
      const store = await Store.openForWriting({ folder: process.argv[2], now: () => 1, program: 'test' });
      const logs = await store.analysisLogs();
      try {
        await store.exclusively(() => logs.insertKey('k'.repeat(2_000_000), 'ANALYSIS-2026-001', 1, 'test'));
        console.log('inserted');
      } catch (error) {
        console.log(error instanceof TokentrailError ? error.code : String(error));
      }
    `);
    const limited = new Child('sh', ['-c', `trap '' XFSZ; ulimit -f 512; exec "${process.execPath}" "${script}" "${path}"`]);
    expect((await limited.ended).stdout).toBe('DISK_FULL\n');
    expect(await (await (await openStore(path)).analysisLogs()).list()).toEqual([]);
  });
});
