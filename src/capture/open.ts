// Opens a log for reading. Log folders are written by other programs: a FIFO would hang a plain read for ever, a link may lead
// anywhere. So nothing is followed, nothing blocks, and only regular files are read.
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

export interface OpenLog {
  readonly handle: FileHandle;
  readonly size: number;
  readonly mtimeMs: number;
  readonly device: number;
  readonly inode: number;
}

/** Why a log can't be read. `gone`: it vanished after it was found. */
export type Unreadable = 'gone' | 'link' | 'not_a_file' | 'unreadable';

const REASONS: Readonly<Record<string, Unreadable>> = { ENOENT: 'gone', ENOTDIR: 'gone', ELOOP: 'link', ENXIO: 'not_a_file' };

/** Windows has neither of the two; `| undefined` adds nothing there. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** The open file, or the reason why it is not read; the caller closes the handle. */
export async function openLog(path: string): Promise<OpenLog | Unreadable> {
  let handle: FileHandle;
  try {
    handle = await open(path, OPEN_FLAGS);
  } catch (error) {
    return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'unreadable';
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    return 'not_a_file';
  }
  return { handle, size: stat.size, mtimeMs: stat.mtimeMs, device: stat.dev, inode: stat.ino };
}
