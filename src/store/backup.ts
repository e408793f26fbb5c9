// Backups: a copy of the store's folder as it was at one moment, with a list of its files and their hashes; and the way back.
import { createHash } from 'node:crypto';
import { closeSync, constants, copyFileSync, existsSync, fsyncSync, lstatSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs'; // prettier-ignore
import { basename, dirname, join, relative, sep } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import { formatInstant, type Instant } from '../model/time.js';
import { makeFolder, syncPath, writeFileAtomically } from './files.js';
import { withFileLock } from './lock.js';
import { prove, type StoreRows } from './prove.js';
import { Store } from './store.js';

/** What stands beside the files of a backup. */
const LIST = 'backup.json';
const FORMAT = 'tokentrail-backup/1';

interface BackupFile {
  /** Relative to the store, with forward slashes. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

interface BackupList {
  readonly format: typeof FORMAT;
  readonly made_at: string;
  readonly program: string;
  readonly files: readonly BackupFile[];
}

/** What a backup holds. */
export interface Backup {
  readonly folder: string;
  readonly made_at: string;
  readonly files: number;
  readonly bytes: number;
  readonly rows: StoreRows;
}

/** Told of how many of how many files are copied. */
export type CopyProgress = (done: number, of: number) => void;

const bad = (message: string, details: Readonly<Record<string, unknown>>): TokentrailError =>
  new TokentrailError('STORE_DAMAGED', message, { suggestions: ['Use another backup; this one was changed or copied in part.'], details });

const BUFFER_BYTES = 1024 * 1024;

/** Hash of a plain file, in bounded memory. */
function hashOf(path: string): string {
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

/** Locks are this machine's, half written files nobody's. */
const isKept = (name: string): boolean => !name.endsWith('.lock') && !name.endsWith('.tmp');

/** Plain files below a folder, sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isKept(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Copies files into a new folder and syncs them; what is there already is an error. */
function copyFiles(from: string, to: string, paths: readonly string[], progress: CopyProgress): void {
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

/** Runs `work` on a new folder; what was made there goes if it fails. */
async function orNothing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (existsSync(folder)) {
    throw new TokentrailError('STORE_NOT_EMPTY', `"${folder}" is there already.`, {
      suggestions: ['Name a folder that is not there yet.'],
    });
  }
  try {
    return await work();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Copies a store, while nobody writes to it, and proves the copy.
 *
 * @throws STORE_NOT_EMPTY if `folder` is there, STORE_DAMAGED if what was copied can't be proved
 */
export async function backUp(store: Store, folder: string, at: Instant, program: string, progress: CopyProgress): Promise<Backup> {
  return orNothing(folder, async () => {
    // Upkeep removes files, and has a lock of its own.
    const paths = await store.exclusively(async () => {
      const copied = await withFileLock(join(store.folder, 'upkeep.lock'), true, () => {
        const found = filesBelow(store.folder);
        copyFiles(store.folder, folder, found, progress);
        return Promise.resolve(found);
      });
      return copied ?? [];
    });
    const rows = await prove(await Store.openForReading({ folder }));
    const files = paths.map((path) => described(folder, path));
    const list: BackupList = { format: FORMAT, made_at: formatInstant(at), program, files };
    writeFileAtomically(join(folder, LIST), [`${JSON.stringify(list, null, 1)}\n`], true);
    return { folder, made_at: list.made_at, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), rows };
  });
}

function listOf(folder: string): BackupList {
  let list: BackupList;
  try {
    list = JSON.parse(readFileSync(join(folder, LIST), 'utf8')) as BackupList;
  } catch (error) {
    throw new TokentrailError('STORE_MISSING', `"${folder}" is no backup of tokentrail: it has no readable ${LIST}.`, {
      suggestions: ['Name a folder that `tokentrail store backup` made.'],
      cause: error,
    });
  }
  const isList = (list.format as string) === FORMAT && Array.isArray(list.files);
  const isPlain = ({ path }: BackupFile): boolean =>
    typeof path === 'string' && path !== '' && !path.split('/').includes('..') && !path.startsWith('/');
  if (isList && list.files.every(isPlain)) return list;
  throw bad(`The list of the backup "${folder}" can't be read.`, { file: LIST });
}

/** @throws STORE_MISSING if the folder is no backup, STORE_DAMAGED if a file is not what was copied */
function verified(folder: string): BackupList {
  const list = listOf(folder);
  for (const { path, size, sha256 } of list.files) {
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (stat?.isFile() === true && stat.size === size && hashOf(join(folder, path)) === sha256) continue;
    throw bad(`File "${path}" of the backup "${folder}" is missing or is not what was copied.`, { file: path });
  }
  return list;
}

export interface Restored extends Backup {
  readonly store: string;
  /** Where the store went that was there before; null if there was none. */
  readonly replaced: string | null;
}

/**
 * Puts a backup in the place of a store. The backup is verified first, the new store is proved before it is put in place, and what
 * was there before is kept beside it.
 *
 * @throws STORE_NOT_EMPTY if there is a store and `force` is not given, STORE_DAMAGED if the backup is
 */
export async function restore(from: string, store: string, force: boolean, at: Instant, progress: CopyProgress): Promise<Restored> {
  const { files, made_at } = verified(from);
  const isThere = existsSync(store) && readdirSync(store).length > 0;
  if (isThere && !force) {
    throw new TokentrailError('STORE_NOT_EMPTY', `There is a store at "${store}".`, {
      suggestions: ['Pass --force to put the backup in its place; what is there now is kept beside it.'],
      details: { store },
    });
  }
  const stamp = formatInstant(at).replaceAll(/[:.]/g, '-');
  const fresh = join(dirname(store), `.${basename(store)}.${stamp}.restoring`);
  const rows = await orNothing(fresh, async () => {
    copyFiles(
      from,
      fresh,
      files.map(({ path }) => path),
      progress,
    );
    return prove(await Store.openForReading({ folder: fresh }));
  });
  const replaced = isThere ? join(dirname(store), `${basename(store)}.replaced-${stamp}`) : null;
  const exchange = (): Promise<void> => {
    if (replaced !== null) renameSync(store, replaced);
    else rmSync(store, { recursive: true, force: true });
    renameSync(fresh, store);
    syncPath(dirname(store));
    return Promise.resolve();
  };
  // Whoever writes to the old store ends first; its lock goes with it.
  if (isThere) await withFileLock(join(store, 'store.lock'), true, exchange);
  else await exchange();
  return { folder: from, store, replaced, made_at, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), rows };
}
