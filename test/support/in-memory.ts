// Homes and stores of the tests lie in memory where there is room: each change of a store waits for the disk several times, which
// proves nothing here. That it does wait, and in which order, is traced in test/store/durability.test.ts. The soak is run on the disk.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';

/** Several times what all workers together have there at once; logs of some hundred MB are the most. */
const ROOM = 6 * 1024 ** 3;

function hasRoom(): boolean {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, path]) => path === MEMORY);
    // Some tests run what they put into their folder.
    if (mount?.[2] !== 'tmpfs' || mount[3]!.split(',').includes('noexec')) return false;
    const { bavail, bsize } = statfsSync(MEMORY);
    const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;
    return Math.min(bavail * bsize, available) > ROOM;
  } catch {
    return false;
  }
}

export default function setup(): (() => void) | undefined {
  const { TMPDIR, TOKENTRAIL_SOAK } = process.env;
  // A folder that was asked for is used.
  if (TMPDIR !== undefined || TOKENTRAIL_SOAK === '1' || !hasRoom()) return undefined;
  const folder = mkdtempSync(join(MEMORY, 'tokentrail-tests-'));
  // Some tests run the program as another user, who must come through.
  chmodSync(folder, 0o711);
  // The workers, which are started after this, take it from here.
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
