// The store's lock: a real file lock, freed by the kernel when its holder dies. It spares writers on one machine the retries;
// what keeps two of them from both winning is the insert-if-absent by key. So where no lock can be had (a platform without the
// native part, a file system without locks), the store still works, with retries.
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { TokentrailError } from '../model/errors.js';

interface LockBinding {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void;
  unlock(fd: number, offset: number, length: number): void;
}

export const LOCK_TIMEOUT_MS = 60_000;
const RETRY_MS = 15;

let binding: LockBinding | null | undefined;

function loadBinding(): LockBinding | null {
  if (binding !== undefined) return binding;
  try {
    // The package's own entry searches for this file at run time, which costs 20–35 ms.
    const require = createRequire(import.meta.url);
    binding = require(`fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`) as LockBinding;
  } catch {
    binding = null;
  }
  return binding;
}

/** What a file system without locks answers. */
const NO_LOCKS = new Set(['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

/** False if another process (or another holder in this one) has it; true also where there are no locks. */
function tryLock(lock: LockBinding, fd: number): boolean {
  try {
    lock.tryLock(fd, 0, 0, true);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EAGAIN' || code === 'EACCES' || code === 'EBUSY') return false;
    if (code !== undefined && NO_LOCKS.has(code)) return true;
    throw error;
  }
}

/**
 * Runs `work` while holding the lock at `path`.
 *
 * @param wait false: gives up at once and returns null, for work that another process can do as well.
 * @throws STORE_LOCKED if another process holds it for longer than a minute.
 */
export async function withFileLock<T>(path: string, wait: boolean, work: () => Promise<T>): Promise<T | null> {
  const lock = loadBinding();
  if (lock === null) return work();
  const fd = openSync(path, 'a+', 0o600);
  try {
    const deadline = performance.now() + LOCK_TIMEOUT_MS;
    while (!tryLock(lock, fd)) {
      if (!wait) return null;
      if (performance.now() > deadline) {
        throw new TokentrailError(
          'STORE_LOCKED',
          `Another tokentrail process has held the lock of the store for over ${LOCK_TIMEOUT_MS / 1000} s.`,
          {
            suggestions: ['Run the command again; if it stays so, look for a stopped tokentrail process and end it.'],
            details: { lock: path },
          },
        );
      }
      await sleep(RETRY_MS * (0.5 + Math.random()));
    }
    return await work();
  } finally {
    // Closing frees the lock.
    closeSync(fd);
  }
}
