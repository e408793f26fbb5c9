// A copy of the files of a store, with a list of them and their hashes.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { formatInstant, type Instant } from '../model/time.js';
import { makeFolder, syncPath, writeFileAtomically } from './files.js';
import { withFileLock } from './lock.js';

/** What stands beside the files of a backup. */
export const BACKUP_LIST = 'backup.json';
export const BACKUP_FORMAT = 'tokentrail-backup/1';

export interface BackupFile {
  /** Relative to the store, with forward slashes. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface BackupList {
  readonly format: typeof BACKUP_FORMAT;
  readonly made_at: string;
  readonly program: string;
  readonly files: readonly BackupFile[];
}

/** Told of how many of how many files are copied. */
export type CopyProgress = (done: number, of: number) => void;

const BUFFER_BYTES = 1024 * 1024;

/** Hash of a plain file, in bounded memory. */
export function hashOf(path: string): string {
  const hash = createHash('sha256');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    for (let read = readSync(fd, buffer, 0, BUFFER_BYTES, null); read > 0; read = readSync(fd, buffer, 0, BUFFER_BYTES, null)) {
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** Where a store keeps what it was before it was migrated. */
export const BACKUPS = 'backups';

/** Locks are this machine's, half written files nobody's. */
const isKept = (path: string): boolean =>
  !path.endsWith('.lock') && !path.endsWith('.tmp') && !path.startsWith(`${BACKUPS}/`) && path !== BACKUP_LIST;

/** Plain files of a store, relative to it, sorted. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(isKept)
    .sort();

/** Copies files into a new folder and syncs them; what is there already is an error. */
export function copyFiles(from: string, to: string, paths: readonly string[], progress: CopyProgress): void {
  const folders = new Set<string>([to]);
  makeFolder(to);
  paths.forEach((path, i) => {
    progress(i, paths.length);
    const target = join(to, path);
    makeFolder(dirname(target));
    folders.add(dirname(target));
    copyFileSync(join(from, path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const fd = openSync(target, 'r+');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
  for (const folder of folders) syncPath(folder);
  progress(paths.length, paths.length);
}

const described = (folder: string, path: string): BackupFile => ({
  path,
  size: lstatSync(join(folder, path)).size,
  sha256: hashOf(join(folder, path)),
});

/** Copies that were never finished. */
export function removeUnfinished(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) if (name.endsWith('.tmp')) rmSync(join(folder, name), { recursive: true, force: true });
}

/**
 * Copies the files of a store into a new folder, and lists them there; the caller holds the lock of its writers. The folder is there
 * once it is whole.
 */
export async function copyStore(from: string, to: string, at: Instant, program: string, progress: CopyProgress): Promise<BackupList> {
  const unfinished = `${to}.tmp`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    // Upkeep removes files, and has a lock of its own.
    const paths = await withFileLock(join(from, 'upkeep.lock'), true, () => {
      const found = filesOf(from);
      copyFiles(from, unfinished, found, progress);
      return Promise.resolve(found);
    });
    const files = (paths ?? []).map((path) => described(unfinished, path));
    const list: BackupList = { format: BACKUP_FORMAT, made_at: formatInstant(at), program, files };
    writeFileAtomically(join(unfinished, BACKUP_LIST), [`${JSON.stringify(list, null, 1)}\n`], true);
    renameSync(unfinished, to);
    syncPath(dirname(to));
    return list;
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}
