// Copies that are read and thrown away, in a folder that only this user can enter.
import { constants, copyFileSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ATTEMPTS = 3;

const PREFIX = 'tokentrail-copy-';

/** A copy is used for seconds; what is older was left by a process that was killed. */
const LEFT_OVER_MS = 60 * 60 * 1000;

function removeLeftOver(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(PREFIX))) {
    const path = join(tmpdir(), name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const isOurs = stat?.isDirectory() === true && stat.uid === (process.getuid?.() ?? stat.uid);
    if (!isOurs || inUse.has(path)) continue;
    // Told by the clock of the file system, as the age of our own new folder.
    const now = Math.max(...[...inUse].map((own) => lstatSync(own).mtimeMs));
    if (now - stat.mtimeMs > LEFT_OVER_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Size and time of a plain file; null where there is none. */
function stateOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.size}@${stat.mtimeMs}` : null;
}

/** Folders that are in use; whoever ends the process removes them, since what they hold is nobody's to find. */
const inUse = new Set<string>();

/** Removes all copies, for a process that ends at once. */
export function removeScratch(): void {
  for (const folder of inUse) rmSync(folder, { recursive: true, force: true });
}

/** A folder that is there until this process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  if (inUse.size === 0) process.once('exit', removeScratch);
  inUse.add(folder);
  removeLeftOver();
  return folder;
}

/**
 * Runs `work` on copies of the files of `paths` that are there, made while none of them changed.
 *
 * @returns null if they kept changing.
 */
export async function withCopy<T>(paths: readonly string[], work: (copies: readonly string[]) => Promise<T>): Promise<T | null> {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  inUse.add(folder);
  removeLeftOver();
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
    inUse.delete(folder);
  }
}
