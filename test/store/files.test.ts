import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, syncNewFiles, tableFiles, writeFileAtomically } from '../../src/store/files.js';
import { Child, program } from './child.js';
import { temporaryFolder } from './temporary.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'file');
});

describe('a file that is replaced', () => {
  it.each([true, false])('holds all parts one after the other (durable: %s)', (durable) => {
    writeFileAtomically(path, ['one ', new Uint8Array([0x74, 0x77, 0x6f, 0]), ' 🧾'], durable);
    expect(readFileSync(path).toString('latin1')).toBe(Buffer.from('one two\0 🧾').toString('latin1'));
  });

  it('holds nothing of what it was before', () => {
    writeFileAtomically(path, ['a long text'], false);
    writeFileAtomically(path, ['b'], false);
    expect(readFileSync(path, 'utf8')).toBe('b');
  });

  it('is for nobody else to read', () => {
    writeFileAtomically(path, ['x'], false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('leaves no temporary file behind if it can’t take its place', () => {
    mkdirSync(path);
    expect(() => writeFileAtomically(path, ['x'], false)).toThrow();
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is as it was if the new one could not be written', () => {
    writeFileAtomically(path, ['old'], false);
    expect(() => writeFileAtomically(path, [null as unknown as string], false)).toThrow();
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('throws if its folder is not there', () => {
    expect(() => writeFileAtomically(join(folder, 'missing', 'file'), ['x'], true)).toThrow(/ENOENT/);
  });
});

describe('a file that does not fit on the disk', () => {
  const FULL = `
    import { readdirSync, readlinkSync } from 'node:fs';
    import { writeFileAtomically } from './src/store/files.js';
    let code = 'written';
    try { writeFileAtomically(process.argv[2], [new Uint8Array(1 << 20)], true); } catch (error) { code = error.code; }
    const linked = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    process.stdout.write(JSON.stringify({ code, open: readdirSync('/proc/self/fd').map(linked).filter((path) => path.includes(process.argv[2])).length }));
  `;
  const run = async (): Promise<{ code: string; open: number }> => {
    const script = await program(FULL);
    const { stdout } = await new Child('sh', ['-c', `trap '' XFSZ; ulimit -f 64; exec "${process.execPath}" "${script}" "${path}"`]).ended;
    return JSON.parse(stdout) as { code: string; open: number };
  };

  it('leaves nothing behind, and says why', async (ctx) => {
    if (process.platform !== 'linux') ctx.skip('the size limit and /proc are Linux');
    expect((await run()).code).toBe('EFBIG');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not held open', async (ctx) => {
    if (process.platform !== 'linux') ctx.skip('the size limit and /proc are Linux');
    expect((await run()).open).toBe(0);
  });
});

describe('a folder that is made', () => {
  it('is for nobody else, with the folders above it', () => {
    makeFolder(join(folder, 'a', 'b'));
    expect([statSync(join(folder, 'a')).mode & 0o777, statSync(join(folder, 'a', 'b')).mode & 0o777]).toEqual([0o700, 0o700]);
  });

  it('may be there already, and keeps its mode', () => {
    mkdirSync(join(folder, 'a'));
    chmodSync(join(folder, 'a'), 0o750);
    makeFolder(join(folder, 'a'));
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o750);
  });
});

describe('the files of a table', () => {
  it('are none where there is no table', () => {
    expect(tableFiles(join(folder, 'no.lance'))).toEqual(new Set());
  });

  it('are named with their folder', () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'x.lance'), '');
    expect([...tableFiles(folder)]).toEqual([join('data', 'x.lance')]);
  });

  it('may vanish while they are synced', () => {
    mkdirSync(join(folder, '_versions'));
    writeFileSync(join(folder, '_versions', '1.manifest'), '');
    expect(() => syncNewFiles(folder, new Set())).not.toThrow();
    expect(existsSync(join(folder, '_versions', '1.manifest'))).toBe(true);
  });
});
