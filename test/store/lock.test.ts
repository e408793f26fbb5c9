import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from '../../src/store/lock.js';
import { node, program, type Child } from './child.js';
import { temporaryFolder } from './temporary.js';

/** Holds the lock until a line comes in. */
const HOLDER = `
  import { withFileLock } from './src/store/lock.js';
  const [path, wait] = process.argv.slice(2);
  const done = await withFileLock(path, wait !== 'now', async () => {
    console.log('held');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    return 'worked';
  });
  console.log(done === null ? 'refused' : done);
  process.stdin.destroy();
`;

let holder: string;
let path: string;
const running: Child[] = [];

const hold = (...args: string[]): Child => {
  const child = node(holder, path, ...args);
  running.push(child);
  return child;
};

beforeEach(async () => {
  holder = await program(HOLDER);
  path = join(temporaryFolder(), 'store.lock');
});

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.process.kill('SIGKILL');
    await child.ended;
  }
});

describe('the lock', () => {
  it('lets a second process wait until the first one is done', async () => {
    const first = hold();
    await first.says('held');
    const second = hold();
    await sleep(400);
    expect(second.stdout).toBe('');
    first.tell('go\n');
    await second.says('held');
    expect(first.stdout).toContain('worked');
  });

  it('is free as soon as its holder was killed', async () => {
    const first = hold();
    await first.says('held');
    const second = hold();
    first.process.kill('SIGKILL');
    await second.says('held');
  });

  it('is not waited for by work that another process can do as well', async () => {
    const first = hold();
    await first.says('held');
    const { stdout } = await hold('now').ended;
    expect(stdout).toBe('refused\n');
  });

  it('is given by one process to another that waits in this one', async () => {
    const first = hold();
    await first.says('held');
    let done = false;
    const mine = withFileLock(path, true, () => Promise.resolve((done = true)));
    await sleep(150);
    expect(done).toBe(false);
    first.tell('go\n');
    expect(await mine).toBe(true);
  });

  it('keeps two holders in one process apart', async () => {
    const order: string[] = [];
    const one = withFileLock(path, true, async () => {
      order.push('one in');
      await sleep(100);
      order.push('one out');
    });
    const two = withFileLock(path, true, () => Promise.resolve(order.push('two in')));
    await Promise.all([one, two]);
    expect([order.indexOf('one out') - order.indexOf('one in'), order.length]).toEqual([1, 3]);
  });

  it('gives what the work gave', async () => {
    expect(await withFileLock(path, true, () => Promise.resolve('answer'))).toBe('answer');
  });

  it('is freed by work that failed, and passes its error on', async () => {
    await expect(withFileLock(path, true, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(path, false, () => Promise.resolve('free'))).toBe('free');
  });

  it('is a file that nobody else can read', async () => {
    await withFileLock(path, true, () => Promise.resolve());
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
