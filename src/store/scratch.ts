// Copies that are read and thrown away, in a folder that only this user can enter.
import { constants, copyFileSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ATTEMPTS = 3;

/** Size and time of a plain file; null where there is none. */
function stateOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.size}@${stat.mtimeMs}` : null;
}

/**
 * Runs `work` on copies of the files of `paths` that are there, made while none of them changed.
 *
 * @returns null if they kept changing.
 */
export async function withCopy<T>(paths: readonly string[], work: (copies: readonly string[]) => Promise<T>): Promise<T | null> {
  const folder = mkdtempSync(join(tmpdir(), 'tokentrail-'));
  try {
    const copies = paths.map((path) => join(folder, basename(path)));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = paths.map(stateOf);
      paths.forEach((path, i) => {
        rmSync(copies[i]!, { force: true });
        if (before[i] !== null) copyFileSync(path, copies[i]!, constants.COPYFILE_FICLONE);
      });
      if (paths.every((path, i) => stateOf(path) === before[i])) return await work(copies);
    }
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
