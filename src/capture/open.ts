// Opens a log for reading. Log folders are written by other programs: a FIFO would hang a plain read for ever, a link may lead
// anywhere. So nothing is followed, nothing blocks, and only regular files are read.
import { closeSync, constants, fstatSync, openSync } from 'node:fs';

export interface OpenLog {
  readonly fd: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly device: number;
  readonly inode: number;
}

/** Why a log can't be read. `gone`: it vanished after it was found. `name_not_utf8`: Node gives its name as another one. */
export type Unreadable = 'gone' | 'link' | 'name_not_utf8' | 'not_a_file' | 'unreadable';

const REASONS: Readonly<Record<string, Unreadable>> = { ENOENT: 'gone', ENOTDIR: 'gone', ELOOP: 'link', ENXIO: 'not_a_file' };

/** Windows has neither of the two; `| undefined` adds nothing there. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Bytes of a name that are no UTF-8 come as U+FFFD, and under that name there is nothing. */
export const isMisnamed = (path: string, error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' && path.includes('\ufffd');

/** The open file, or the reason why it is not read; the caller closes it. Not by promises, which cost more than a small log. */
export function openLog(path: string): OpenLog | Unreadable {
  let fd: number;
  try {
    fd = openSync(path, OPEN_FLAGS);
  } catch (error) {
    if (isMisnamed(path, error)) return 'name_not_utf8';
    return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'unreadable';
  }
  const stat = fstatSync(fd);
  if (!stat.isFile()) {
    closeSync(fd);
    return 'not_a_file';
  }
  return { fd, size: stat.size, mtimeMs: stat.mtimeMs, device: stat.dev, inode: stat.ino };
}

export const closeLog = ({ fd }: OpenLog): void => closeSync(fd);
