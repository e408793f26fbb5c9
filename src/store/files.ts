// Files that this program writes beside LanceDB's: made in the same folder, synced, renamed, and the folder synced.
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fchmodSync, fstatSync, fsyncSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'; // prettier-ignore
import { dirname, join } from 'node:path';

export function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Replaces `path` by a file that holds `parts`: the old one or the new one is there at any moment, never a part of one. */
export function writeFileAtomically(path: string, parts: readonly (string | Uint8Array)[], durable: boolean, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    }
    if (mode !== 0o600) fchmodSync(fd, mode);
    if (durable) fsyncSync(fd);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (durable) syncPath(dirname(path));
}

/**
 * Makes a folder and those above it, and syncs what they were made in. One by one: Node's recursive mkdir never returns where a
 * parent answers that it doesn't exist, as /proc does.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  syncPath(parent);
}

const TABLE_FOLDERS = ['data', '_transactions', '_versions', '_deletions', '_indices'];

function listing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Names of the files of a table, to be compared after a commit. */
export function tableFiles(tableFolder: string): Set<string> {
  return new Set(TABLE_FOLDERS.flatMap((folder) => listing(join(tableFolder, folder)).map((name) => join(folder, name))));
}

/**
 * Syncs the files that came since `before` and the folders that they came into. LanceDB itself never syncs, so a commit is only
 * on disk once this has returned.
 */
export function syncNewFiles(tableFolder: string, before: ReadonlySet<string>): void {
  const folders = new Set<string>();
  for (const folder of TABLE_FOLDERS) {
    for (const name of listing(join(tableFolder, folder))) {
      const file = join(folder, name);
      if (before.has(file)) continue;
      folders.add(folder);
      try {
        syncPath(join(tableFolder, file));
      } catch (error) {
        // Another process' temporary file may be gone by now; our own commit's files are never removed this early.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
  for (const folder of folders) syncPath(join(tableFolder, folder));
  if (folders.size > 0) syncPath(tableFolder);
}

/** End of a data file of LanceDB (format 2): where its parts begin, how many there are, versions, and a word. */
const FOOTER_BYTES = 40;
const WORD = 'LANC';

/** Bytes of an entry of the two lists before the footer: a place and a length. */
const ENTRY_BYTES = 16;

/** Whether a data file is as long as its end says. */
function isWhole(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    // What another writer lost in a conflict is removed again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const footer = Buffer.alloc(FOOTER_BYTES);
    if (size < FOOTER_BYTES || readSync(fd, footer, 0, FOOTER_BYTES, size - FOOTER_BYTES) < FOOTER_BYTES) return false;
    const [columns, buffers] = [Number(footer.readBigUInt64LE(8)), Number(footer.readBigUInt64LE(16))];
    return (
      footer.toString('latin1', FOOTER_BYTES - WORD.length) === WORD &&
      columns + ENTRY_BYTES * footer.readUInt32LE(28) === buffers &&
      buffers + ENTRY_BYTES * footer.readUInt32LE(24) + FOOTER_BYTES === size
    );
  } finally {
    closeSync(fd);
  }
}

/** Data files that came since `before` and miss a part: LanceDB commits a file also if the last write to it failed. */
export function cutFiles(tableFolder: string, before: ReadonlySet<string>): string[] {
  const names = listing(join(tableFolder, 'data')).filter((name) => name.endsWith('.lance') && !before.has(join('data', name)));
  return names.filter((name) => !isWhole(join(tableFolder, 'data', name)));
}

/** Whether any version of a table was ever committed; its folder alone may be what a failing disk left of making it. */
export const isTable = (tableFolder: string): boolean => listing(join(tableFolder, '_versions')).some((name) => name.endsWith('.manifest'));
