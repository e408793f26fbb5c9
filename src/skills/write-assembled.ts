// Puts assembled files into a folder, or tells how it differs from them. A record in that folder lists what was written, so that what is
// not ours is never overwritten or removed.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashesIn, RECORD, recordIn, recordText, removeEmptyFolders, sha256, statOf, textOf, writeText } from './files.js';
import type { Texts } from './sources.js';

const SCHEMA = 'tokentrail/assembled/v1';

export interface AssembledFile {
  /** Below the folder. */
  readonly path: string;
  /** `foreign`: something that we did not write is in its place. `kept`: its source is gone, and it was changed by hand. */
  readonly state: 'unchanged' | 'new' | 'changed' | 'removed' | 'foreign' | 'kept';
}

/** How a folder differs from what should be in it. */
export function compareAssembled(folder: string, files: Texts): readonly AssembledFile[] {
  const before = hashesIn(recordIn(join(folder, RECORD), SCHEMA)?.['files']) ?? new Map<string, string>();
  const wanted = [...files].map(([path, text]): AssembledFile => {
    const there = textOf(join(folder, path));
    if (there === text) return { path, state: 'unchanged' };
    if (statOf(join(folder, path)) === null) return { path, state: 'new' };
    return { path, state: there !== null && before.has(path) ? 'changed' : 'foreign' };
  });
  const gone = [...before].flatMap(([path, hash]): AssembledFile[] => {
    if (files.has(path) || statOf(join(folder, path)) === null) return [];
    const there = textOf(join(folder, path));
    return [{ path, state: there !== null && sha256(there) === hash ? 'removed' : 'kept' }];
  });
  return [...wanted, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Writes what is new or changed, and removes what has no source any more. @returns what was done */
export function writeAssembled(folder: string, files: Texts): readonly AssembledFile[] {
  const compared = compareAssembled(folder, files);
  for (const { path, state } of compared) {
    if (state === 'new' || state === 'changed') writeText(join(folder, path), files.get(path)!);
    if (state !== 'removed') continue;
    rmSync(join(folder, path));
    removeEmptyFolders(dirname(join(folder, path)), path.split('/').length - 1);
  }
  const foreign = new Set(compared.filter(({ state }) => state === 'foreign').map(({ path }) => path));
  const hashes = [...files].filter(([path]) => !foreign.has(path)).map(([path, text]) => [path, sha256(text)]);
  const record = recordText({ schema: SCHEMA, files: Object.fromEntries(hashes) as object });
  if (textOf(join(folder, RECORD)) !== record) writeText(join(folder, RECORD), record);
  return compared;
}
