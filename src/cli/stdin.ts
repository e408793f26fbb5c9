// All that an agent tells on stdin, for the commands that it waits for.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** No payload of an agent is near this; a larger one is not read. */
const MOST_BYTES = 16 * 1024 * 1024;

/** So long nothing may come before what was told counts as all there is: an agent may forget to close the pipe. */
const PATIENCE_MS = 3000;

const PAUSE_MS = 2;

/** Stdin as a file that never waits, where it is a pipe; sockets, as Node's own children have them, can't be opened so. */
function openStdin(): { readonly fd: number; readonly opened: boolean } {
  try {
    if (fstatSync(0).isFIFO()) return { fd: openSync('/dev/stdin', constants.O_RDONLY | constants.O_NONBLOCK), opened: true };
  } catch {
    // Elsewhere there is no such name.
  }
  return { fd: 0, opened: false };
}

/** All of stdin; null if it is too large. A terminal has no payload. */
export function readInput(): string | null {
  // Asked of the file, since a look at `process.stdin` loads what streams need.
  if (fstatSync(0).isCharacterDevice()) return '';
  const { fd, opened } = openStdin();
  const parts: Buffer[] = [];
  let size = 0;
  let waited = 0;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (waited < PATIENCE_MS) {
    const part = Buffer.allocUnsafe(65_536);
    let read: number;
    try {
      read = readSync(fd, part, 0, part.length, null);
    } catch (error) {
      // Nothing yet; else a closed stdin, or on Windows its end.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') break;
      Atomics.wait(clock, 0, 0, PAUSE_MS);
      waited += PAUSE_MS;
      continue;
    }
    if (read === 0) break;
    waited = 0;
    size += read;
    if (size <= MOST_BYTES) parts.push(part.subarray(0, read));
  }
  if (opened) closeSync(fd);
  return size > MOST_BYTES ? null : Buffer.concat(parts).toString('utf8');
}
