// Backups: a copy of the store's folder as it was at one moment, with a list of its files and their hashes; and the way back.
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import { formatInstant, type Instant } from '../model/time.js';
import { BACKUP_FORMAT, BACKUP_LIST, copyFiles, copyStore, hashOf, type BackupFile, type BackupList, type CopyProgress } from './copy.js';
import { fileFailure } from './failures.js';
import { syncPath } from './files.js';
import { withFileLock } from './lock.js';
import { prove, type StoreRows } from './prove.js';
import { Store } from './store.js';

/** What a backup holds. */
export interface Backup {
  readonly folder: string;
  readonly made_at: string;
  readonly files: number;
  readonly bytes: number;
  readonly rows: StoreRows;
}

const bad = (message: string, details: Readonly<Record<string, unknown>>): TokentrailError =>
  new TokentrailError('STORE_DAMAGED', message, { suggestions: ['Use another backup; this one was changed or copied in part.'], details });

/** Runs `work` on a new folder; what was made there goes if it fails, and `outcome` says what that means. */
async function orNothing<T>(folder: string, outcome: string, work: () => Promise<T>): Promise<T> {
  if (existsSync(folder)) {
    throw new TokentrailError('STORE_NOT_EMPTY', `"${folder}" is there already.`, {
      suggestions: ['Name a folder that is not there yet.'],
    });
  }
  try {
    return await work();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw fileFailure(error, folder, outcome);
  }
}

const NO_BACKUP = 'no backup was made';

/**
 * Copies a store, while nobody writes to it, and proves the copy.
 *
 * @throws STORE_NOT_EMPTY if `folder` is there, STORE_DAMAGED if what was copied can't be proved
 */
export async function backUp(store: Store, folder: string, at: Instant, program: string, progress: CopyProgress): Promise<Backup> {
  return orNothing(folder, NO_BACKUP, async () => {
    const { files, made_at } = await store.exclusively(() =>
      copyStore(store.folder, folder, at, program, progress).catch((error: unknown) => {
        // It is not the store's disk that is full.
        throw fileFailure(error, folder, NO_BACKUP);
      }),
    );
    const rows = await prove(await Store.openForReading({ folder }));
    return { folder, made_at, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), rows };
  });
}

function listOf(folder: string): BackupList {
  let list: BackupList;
  try {
    list = JSON.parse(readFileSync(join(folder, BACKUP_LIST), 'utf8')) as BackupList;
  } catch (error) {
    throw new TokentrailError('STORE_MISSING', `"${folder}" is no backup of tokentrail: it has no readable ${BACKUP_LIST}.`, {
      suggestions: ['Name a folder that `tokentrail store backup` made.'],
      cause: error,
    });
  }
  const isList = (list.format as string) === BACKUP_FORMAT && Array.isArray(list.files);
  const isPlain = ({ path }: BackupFile): boolean =>
    typeof path === 'string' && path !== '' && !path.split('/').includes('..') && !path.startsWith('/');
  if (isList && list.files.every(isPlain)) return list;
  throw bad(`The list of the backup "${folder}" can't be read.`, { file: BACKUP_LIST });
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

/** Puts `fresh` in the place of `store`, which goes to `replaced` if there is one; if that fails, the old one is where it was. */
function exchange(fresh: string, store: string, replaced: string | null): void {
  if (replaced !== null) renameSync(store, replaced);
  else rmSync(store, { recursive: true, force: true });
  try {
    renameSync(fresh, store);
  } catch (error) {
    if (replaced !== null) putBack(replaced, store);
    throw error;
  }
  try {
    syncPath(dirname(store));
  } catch (error) {
    throw fileFailure(error, store, 'the backup is in its place now, but whether it stays after a power failure is not certain');
  }
}

function putBack(replaced: string, store: string): void {
  try {
    renameSync(replaced, store);
  } catch (error) {
    throw fileFailure(error, store, `the store that was there is at "${replaced}" now, and has to be moved back`);
  }
}

/**
 * Puts a backup in the place of a store. The backup is verified first, the new store is proved before it is put in place, and what
 * was there before is kept beside it.
 *
 * @throws STORE_NOT_EMPTY if there is a store and `force` is not given, STORE_DAMAGED if the backup is; DISK_FULL or STORE_UNWRITABLE,
 * which say where the store is then
 */
export async function restore(from: string, store: string, force: boolean, at: Instant, progress: CopyProgress): Promise<Restored> {
  const { files, made_at } = verified(from);
  const isThere = existsSync(store) && readdirSync(store).length > 0;
  if (isThere && !readdirSync(store).some((name) => name.endsWith('.lance'))) {
    throw new TokentrailError('STORE_NOT_EMPTY', `The folder "${store}" holds other things and no store, so none is put in its place.`, {
      suggestions: ['Name another folder with --store.'],
      details: { store },
    });
  }
  if (isThere && !force) {
    throw new TokentrailError('STORE_NOT_EMPTY', `There is a store at "${store}".`, {
      suggestions: ['Pass --force to put the backup in its place; what is there now is kept beside it.'],
      details: { store },
    });
  }
  const stamp = formatInstant(at).replaceAll(/[:.]/g, '-');
  const fresh = join(dirname(store), `.${basename(store)}.${stamp}.restoring`);
  const replaced = isThere ? join(dirname(store), `${basename(store)}.replaced-${stamp}`) : null;
  const rows = await orNothing(fresh, 'nothing was restored, and the store is as it was', async () => {
    const paths = files.map(({ path }) => path);
    copyFiles(from, fresh, paths, progress);
    const proved = await prove(await Store.openForReading({ folder: fresh }));
    const put = (): Promise<void> => {
      exchange(fresh, store, replaced);
      return Promise.resolve();
    };
    // Whoever writes to the old store ends first; its lock goes with it.
    if (isThere) await withFileLock(join(store, 'store.lock'), true, put);
    else await put();
    return proved;
  });
  // A backup that lay in the store went with it.
  const folder = replaced !== null && from.startsWith(join(store, sep)) ? join(replaced, relative(store, from)) : from;
  return { folder, store, replaced, made_at, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), rows };
}
