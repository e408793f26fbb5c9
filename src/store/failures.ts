// Turns what LanceDB and the file system throw into errors that tell what to do. LanceDB's errors are plain and carry paths of
// the machine that built it, so they are told apart by their text and cut before the first such path.
import { TokentrailError } from '../model/errors.js';
import { DamagedCursor } from './cursors.js';

const CONFLICT = /Retryable commit conflict|Commit conflict|Too many concurrent writers|preempted by concurrent/;
const FULL = /No space left|ENOSPC|os error 28|Disk quota|EDQUOT|File too large|EFBIG|os error 27/i;
const UNWRITABLE =
  /ENOENT: no such file or directory, mkdir|EACCES|EPERM|EROFS|Permission denied|Read-only file system|os error (13|30|1)\b/i;
const NOT_A_FOLDER = /ENOTDIR|EEXIST|Not a directory|os error 20/i;

/** Another writer's commit came in between; the operation may be tried again. */
export const isConflict = (error: unknown): boolean => error instanceof Error && CONFLICT.test(error.message);

const brief = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .split(/, \/|Caused by|\n/)[0]!
    .slice(0, 300)
    .trim();
};

/** The store's own error for `error`; errors that are ours already pass through. */
export function storeFailure(error: unknown, address: string): TokentrailError {
  if (error instanceof TokentrailError) return error;
  // A mistake of ours is not the store's.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) throw error;
  // The cache is not the store; whoever reads by it reads anew.
  if (error instanceof DamagedCursor) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const details = { store: address };
  if (FULL.test(message)) {
    return new TokentrailError('DISK_FULL', `The disk that holds the store "${address}" is full; nothing was recorded.`, {
      suggestions: ['Free some space and run the command again.'],
      details,
      cause: error,
    });
  }
  if (UNWRITABLE.test(message)) {
    return new TokentrailError('STORE_UNWRITABLE', `The store "${address}" can't be opened for this, or its folder can't be made.`, {
      suggestions: ['Check the owner and the mode of the folder, or name another store with --store.'],
      details,
      cause: error,
    });
  }
  if (NOT_A_FOLDER.test(message)) {
    return new TokentrailError('STORE_MISSING', `The store address "${address}" is not a folder.`, {
      suggestions: ['Name a folder with --store, TOKENTRAIL_STORE or `store:` in tokentrail.yaml.'],
      details,
      cause: error,
    });
  }
  return new TokentrailError('STORE_DAMAGED', `The store "${address}" can't be read or written: ${brief(error)}`, {
    suggestions: ['Run `tokentrail doctor`; if it stays so, bring back a backup with `tokentrail store restore`.'],
    details,
    cause: error,
  });
}
