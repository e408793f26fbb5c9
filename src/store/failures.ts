// Turns what LanceDB and the file system throw into errors that tell what to do. LanceDB's errors are plain and carry paths of
// the machine that built it, so they are told apart by their text and cut before the first such path.
import { TokentrailError } from '../model/errors.js';
import { DamagedCursor } from './cursors.js';

const CONFLICT = /Retryable commit conflict|Commit conflict|Too many concurrent writers|preempted by concurrent/;
const FULL = /No space left|ENOSPC|os error 28|Disk quota|EDQUOT|File too large|EFBIG|os error 27/i;
const BROKEN = /\bEIO\b|Input\/output error|os error 5\b/;
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

/** Whether a command that failed changed any row: `perhaps` where a commit was made that is not known to be on disk, or not the last. */
export type Recorded = 'nothing' | 'perhaps';

const RECORDED: Readonly<Record<Recorded, string>> = {
  nothing: 'nothing was recorded',
  perhaps: 'whether the change was recorded is not certain',
};

const AGAIN: Readonly<Record<Recorded, string>> = {
  nothing: 'run the command again',
  perhaps: 'see what is there, e.g. with `tokentrail analysis list`, before you run the command again',
};

/**
 * The error of files that are made beside the store, of which `outcome` says what became: a backup, a configuration. What is ours
 * already, or is none of the file system, passes through.
 */
export function fileFailure(error: unknown, path: string, outcome: string): unknown {
  if (error instanceof TokentrailError || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  const parts = { details: { path }, cause: error };
  if (FULL.test((error as Error).message)) {
    return new TokentrailError('DISK_FULL', `The disk that holds "${path}" is full; ${outcome}.`, {
      suggestions: ['Free some space and run the command again.'],
      ...parts,
    });
  }
  return new TokentrailError('STORE_UNWRITABLE', `"${path}" can't be written (${brief(error)}); ${outcome}.`, {
    suggestions: ['Check the owner and the mode of the folder, and the disk.'],
    ...parts,
  });
}

/** The store's own error for `error`; errors that are ours already pass through. */
export function storeFailure(error: unknown, address: string, recorded: Recorded = 'nothing'): TokentrailError {
  if (error instanceof TokentrailError) return error;
  // A mistake of ours is not the store's.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) throw error;
  // The cache is not the store; whoever reads by it reads anew.
  if (error instanceof DamagedCursor) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const details = { store: address };
  if (FULL.test(message)) {
    return new TokentrailError('DISK_FULL', `The disk that holds the store "${address}" is full; ${RECORDED[recorded]}.`, {
      suggestions: [`Free some space and ${AGAIN[recorded]}.`],
      details,
      cause: error,
    });
  }
  if (BROKEN.test(message)) {
    const why = `The disk that holds the store "${address}" fails (${brief(error)})`;
    return new TokentrailError('STORE_UNWRITABLE', `${why}; ${RECORDED[recorded]}.`, {
      suggestions: [`Look after the disk and ${AGAIN[recorded]}.`],
      details,
      cause: error,
    });
  }
  if (UNWRITABLE.test(message)) {
    const why = `can't be opened or made (${brief(error)})`;
    return new TokentrailError('STORE_UNWRITABLE', `The store "${address}" ${why}; ${RECORDED[recorded]}.`, {
      suggestions: ['Check the owner and the mode of the folder, and whether its disk is read-only, or name another store with --store.'],
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
