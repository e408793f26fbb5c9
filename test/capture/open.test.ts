import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeLog, openLog } from '../../src/capture/open.js';
import { temporaryFolder } from './fixture.js';

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';

function reason(path: string): string {
  const open = openLog(path);
  if (typeof open === 'string') return open;
  closeLog(open);
  return 'open';
}

describe('opening a log', () => {
  it('tells the size of a regular file', () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, '12345');
    const open = openLog(path);
    if (typeof open === 'string') throw new Error(open);
    closeLog(open);
    expect(open.size).toBe(5);
  });

  it('opens an empty file', () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, '');
    expect(reason(path)).toBe('open');
  });

  it('calls a file that is not there gone', () => {
    expect(reason(join(temporaryFolder(), 'nowhere', 'log'))).toBe('gone');
  });

  it('calls a file below a file gone', () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, '');
    expect(reason(join(path, 'below'))).toBe('gone');
  });

  it.skipIf(process.platform !== 'linux')('says of a file whose name is no UTF-8 that it is so, not that it is gone', () => {
    const folder = temporaryFolder();
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xff])]), 'x');
    const [name] = readdirSync(folder);
    expect(reason(join(folder, name!))).toBe('name_not_utf8');
  });

  it('opens a file whose name has the sign for unknown bytes itself', () => {
    const path = join(temporaryFolder(), 'caf\ufffd');
    writeFileSync(path, 'x');
    expect(reason(path)).toBe('open');
  });

  it('does not read a folder', () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    mkdirSync(path);
    expect(reason(path)).toBe('not_a_file');
  });

  it.skipIf(isWindows)('does not follow a link', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'secret'), 'x');
    symlinkSync(join(folder, 'secret'), join(folder, 'log'));
    expect(reason(join(folder, 'log'))).toBe('link');
  });

  it.skipIf(isWindows)('does not follow a link to nowhere', () => {
    const path = join(temporaryFolder(), 'log');
    symlinkSync('/nowhere/at/all', path);
    expect(reason(path)).toBe('link');
  });

  it.skipIf(isWindows)('does not hang on a FIFO that nobody writes to', { timeout: 5_000 }, () => {
    const path = join(temporaryFolder(), 'log');
    execFileSync('mkfifo', [path]);
    expect(reason(path)).toBe('not_a_file');
  });

  it.skipIf(isWindows)('does not read a socket', async () => {
    const path = join(temporaryFolder(), 's');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const found = reason(path);
    await new Promise((resolve) => server.close(resolve));
    expect(found).toBe('not_a_file');
  });

  it.skipIf(isWindows || isRoot)('calls a file without permission unreadable', () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'x');
    chmodSync(path, 0o000);
    expect(reason(path)).toBe('unreadable');
  });

  it('calls a name that no file can have unreadable', () => {
    expect(reason(join(temporaryFolder(), 'x'.repeat(5_000)))).toBe('unreadable');
  });
});
