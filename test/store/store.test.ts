import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Store } from '../../src/store/store.js';
import { analysisNamed, createStore, temporaryFolder } from './temporary.js';

const ID = 'ANALYSIS-2026-001';
const missing = { code: 'STORE_MISSING', exitCode: 12 };

let parent: string;
let folder: string;

beforeEach(() => {
  parent = temporaryFolder();
  folder = join(parent, 'store');
});

/** Every file below a folder with its size and time. */
const state = (root: string): string[] =>
  readdirSync(root, { recursive: true })
    .map((name) => join(root, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .sort();

describe('a store that is opened for reading', () => {
  it('is missing where there is no folder, and makes none', async () => {
    await expect(Store.openForReading({ folder })).rejects.toMatchObject(missing);
    expect(existsSync(folder)).toBe(false);
  });

  it('is missing where the folder is empty, and puts nothing there', async () => {
    mkdirSync(folder);
    await expect(Store.openForReading({ folder })).rejects.toMatchObject(missing);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is missing where the folder holds something else', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'x');
    await expect(Store.openForReading({ folder })).rejects.toMatchObject(missing);
  });

  it('is missing where a file is in the place of the folder', async () => {
    writeFileSync(folder, 'x');
    await expect(Store.openForReading({ folder })).rejects.toMatchObject(missing);
  });

  it('names the folder and what to do', async () => {
    await expect(Store.openForReading({ folder })).rejects.toMatchObject({
      message: expect.stringContaining(`"${folder}"`) as string,
      suggestions: [expect.stringContaining('tokentrail init') as string],
    });
  });

  it('changes no file by being read', async () => {
    await (await (await createStore(folder)).analysisLogs()).insert(analysisNamed(ID));
    const before = state(folder);
    const store = await Store.openForReading({ folder });
    await (await store.analysisLogs()).list();
    await (await store.sources()).list();
    expect(state(folder)).toEqual(before);
  });

  it('is read where nothing may be written', async (ctx) => {
    if (process.getuid?.() === 0) ctx.skip('root may write everywhere');
    await (await (await createStore(folder)).analysisLogs()).insert(analysisNamed(ID));
    const folders = [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))].filter((path) =>
      statSync(path).isDirectory(),
    );
    for (const path of folders) chmodSync(path, 0o500);
    const list = await (await (await Store.openForReading({ folder })).analysisLogs()).list();
    for (const path of folders) chmodSync(path, 0o700);
    expect(list).toHaveLength(1);
  });
});

describe('a store that is opened for writing', () => {
  it('is made with the folders above it, for nobody else to read', async () => {
    await createStore(join(folder, 'deep'));
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'deep')).mode & 0o777]).toEqual([0o700, 0o700]);
  });

  it('keeps itself out of git', async () => {
    await createStore(folder);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('leaves a .gitignore alone that is there', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '.gitignore'), 'mine\n');
    await createStore(folder);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine\n');
  });

  it('writes nothing more where it is there already', async () => {
    await createStore(folder);
    const before = state(folder);
    await createStore(folder);
    expect(state(folder)).toEqual(before);
  });

  it('is refused where a file is in the place of the folder', async () => {
    writeFileSync(folder, 'x');
    await expect(createStore(folder)).rejects.toMatchObject(missing);
  });

  it('is unwritable where the folder above may not be written', async (ctx) => {
    if (process.getuid?.() === 0) ctx.skip('root may write everywhere');
    chmodSync(parent, 0o500);
    const opened = createStore(folder);
    await expect(opened).rejects.toMatchObject({ code: 'STORE_UNWRITABLE', exitCode: 12 });
    chmodSync(parent, 0o700);
  });

  it.each(['with space', "with'quote", 'ünï 👩🏽‍💻', 'db', 'per%20cent', 'a#b?c'])('may lie in a folder called %j', async (name) => {
    folder = join(parent, name);
    const logs = await (await createStore(folder)).analysisLogs();
    await logs.insert(analysisNamed(ID));
    const again = await (await Store.openForReading({ folder })).analysisLogs();
    expect(await again.last(ID)).toMatchObject({ id: ID });
    expect(readdirSync(parent)).toEqual([name]);
  });
});

describe('work on a store', () => {
  it('is done by one at a time', async () => {
    const [a, b] = [await createStore(folder), await createStore(folder)];
    const order: string[] = [];
    const work = (store: Store, name: string): Promise<void> =>
      store.exclusively(async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 60));
        order.push(`${name} out`);
      });
    await Promise.all([work(a, 'a'), work(b, 'b')]);
    expect(order.map((word) => word.slice(2))).toEqual(['in', 'out', 'in', 'out']);
  });

  it('passes on errors that are ours already', async () => {
    const store = await createStore(folder);
    await expect(store.guarded(() => Store.openForReading({ folder: join(parent, 'other') }))).rejects.toMatchObject(missing);
  });
});

describe('a store that is damaged', () => {
  const damage = async (pattern: RegExp, content: string): Promise<void> => {
    await (await (await createStore(folder)).analysisLogs()).insert(analysisNamed(ID, { notes: 'n'.repeat(5_000) }));
    const table = join(folder, 'analysis_logs.lance');
    const names = readdirSync(table, { recursive: true })
      .map(String)
      .filter((name) => pattern.test(name));
    for (const name of names) writeFileSync(join(table, name), content);
  };
  const read = async (): Promise<unknown> => {
    const store = await Store.openForReading({ folder });
    return store.guarded(async () => (await store.analysisLogs()).last(ID));
  };

  it.each([
    ['an empty data file', /data\/.*\.lance$/, ''],
    ['rubbish in a data file', /data\/.*\.lance$/, 'rubbish'.repeat(100)],
    ['an empty manifest', /_versions\/.*\.manifest$/, ''],
    ['rubbish in a manifest', /_versions\/.*\.manifest$/, 'rubbish'.repeat(100)],
  ])('says so with exit code 12: %s', async (_, pattern, content) => {
    await damage(pattern, content);
    await expect(read()).rejects.toMatchObject({ code: 'STORE_DAMAGED', exitCode: 12 });
  });

  it('tells no path of the machine that built LanceDB', async () => {
    await damage(/_versions\/.*\.manifest$/, 'rubbish'.repeat(100));
    await expect(read()).rejects.not.toMatchObject({ message: expect.stringMatching(/\.cargo|registry\/src|rustc|\.rs:\d/) as string });
  });
});
