// Backups: a copy of the store's folder as it was at one moment, with a list of its files and their hashes; and the way back.
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TokentrailError } from '../model/errors.js';
import { formatInstant, type Instant } from '../model/time.js';
import { BACKUP_FORMAT, BACKUP_LIST, copyFiles, copyStore, hashOf, type BackupFile, type BackupList, type CopyProgress } from './copy.js';
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
    const { files, made_at } = await store.exclusively(() => copyStore(store.folder, folder, at, program, progress));
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
