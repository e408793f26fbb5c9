import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withCopy } from '../../src/store/scratch.js';
import { Child, node, program } from './child.js';
import { temporaryFolder } from './temporary.js';

let path: string;
let wal: string;
/** Where temporary folders are made. */
let room: string;
const children: Child[] = [];

beforeEach(() => {
  path = join(temporaryFolder(), 'opencode.db');
  wal = `${path}-wal`;
  room = temporaryFolder();
  vi.stubEnv('TMPDIR', room);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) await child.ended;
});

const texts = (copies: readonly string[]): Promise<(string | null)[]> =>
  Promise.resolve(copies.map((copy) => (existsSync(copy) ? readFileSync(copy, 'utf8') : null)));

describe('copies that are read and thrown away', () => {
  it('hold what the files hold', async () => {
    writeFileSync(path, 'database');
    writeFileSync(wal, 'write-ahead log');
    expect(await withCopy([path, wal], texts)).toEqual(['database', 'write-ahead log']);
  });

  it('lie beside each other under their own names, so that a write-ahead log is found', async () => {
    writeFileSync(path, '');
    writeFileSync(wal, '');
    const copies = await withCopy([path, wal], (all) => Promise.resolve([...all]));
    expect([new Set(copies!.map(dirname)).size, copies!.map((copy) => basename(copy))]).toEqual([1, ['opencode.db', 'opencode.db-wal']]);
  });

  it('are made of the files that are there', async () => {
    writeFileSync(path, 'database');
    expect(await withCopy([path, wal], texts)).toEqual(['database', null]);
  });

  it('are never made of a link or of a folder', async () => {
    writeFileSync(`${path}.real`, 'elsewhere');
    symlinkSync(`${path}.real`, path);
    mkdirSync(wal);
    expect(await withCopy([path, wal], texts)).toEqual([null, null]);
  });

  it('can be changed, and the files stay as they were', async () => {
    writeFileSync(path, 'database');
    await withCopy([path], ([copy]) => {
      appendFileSync(copy!, ' changed');
      return Promise.resolve();
    });
    expect(readFileSync(path, 'utf8')).toBe('database');
  });

  it('lie where only this user can enter', async () => {
    writeFileSync(path, '');
    expect(await withCopy([path], ([copy]) => Promise.resolve(statSync(dirname(copy!)).mode & 0o777))).toBe(0o700);
  });

  it('are gone after the work', async () => {
    writeFileSync(path, 'database');
    const during = await withCopy([path], () => Promise.resolve(readdirSync(room).length));
    expect([during, readdirSync(room)]).toEqual([1, []]);
  });

  it('are gone after work that throws, and what it threw is told', async () => {
    writeFileSync(path, 'database');
    await expect(withCopy([path], () => Promise.reject(new Error('of the work')))).rejects.toThrow('of the work');
    expect(readdirSync(room)).toEqual([]);
  });

  it('are null, and gone, where a file never stays the same for long enough', { timeout: 60_000 }, async () => {
    // Large, so that copying it takes longer than what another process takes between two changes.
    writeFileSync(path, Buffer.alloc(64 * 1024 * 1024, 1));
    vi.unstubAllEnvs();
    const script = await program(`
      import { appendFileSync } from 'node:fs';
      appendFileSync(process.argv[2], 'x');
      console.log('ready');
      let going = true;
      process.stdin.once('data', () => { going = false; process.stdin.destroy(); });
      const more = () => { appendFileSync(process.argv[2], 'x'); if (going) setImmediate(more); };
      more();
    `);
    const child = node(script, path);
    children.push(child);
    await child.says('ready');
    vi.stubEnv('TMPDIR', room);
    const copied = await withCopy([path], () => Promise.resolve('a copy of a file that was changing'));
    child.tell('stop\n');
    expect([copied, readdirSync(room)]).toEqual([null, []]);
  });
});
