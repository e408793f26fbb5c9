// All that an agent tells on stdin, for the commands that it waits for.
import { fstatSync, readSync } from 'node:fs';

/** No payload of an agent is near this; a larger one is not read. */
const MOST_BYTES = 16 * 1024 * 1024;

/** All of stdin; null if it is too large. A terminal has no payload. */
export function readInput(): string | null {
  // Asked of the file, since a look at `process.stdin` loads what streams need.
  if (fstatSync(0).isCharacterDevice()) return '';
  const parts: Buffer[] = [];
  let size = 0;
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const part = Buffer.allocUnsafe(65_536);
    let read: number;
    try {
      read = readSync(0, part, 0, part.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that does not block has nothing yet; a closed stdin, or on Windows its end, is an error.
      if (code !== 'EAGAIN') break;
      Atomics.wait(waiting, 0, 0, 2);
      continue;
    }
    if (read === 0) break;
    size += read;
    if (size <= MOST_BYTES) parts.push(part.subarray(0, read));
  }
  return size > MOST_BYTES ? null : Buffer.concat(parts).toString('utf8');
}
