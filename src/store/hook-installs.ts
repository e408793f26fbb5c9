// What was in an agent's settings before our hooks were put in, so that taking them out leaves the very bytes. Beside the spool, since it
// is of this machine and of no store.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HookAgent } from '../model/hook-event.js';
import type { Instant } from '../model/time.js';
import { makeFolder, writeFileAtomically } from './files.js';

export interface HookInstall {
  readonly file: string;
  readonly agent: HookAgent;
  readonly scope: 'user' | 'project';
  readonly installed_at: Instant;
  /** The file as it was, in base64; null where there was none. */
  readonly before: string | null;
  /** Of the file as we left it: if it is another one now, somebody changed it since. */
  readonly after_sha256: string;
  /** Folders that were made for it, the outermost first. */
  readonly made: readonly string[];
}

const fileIn = (stateFolder: string): string => join(stateFolder, 'hooks.json');

const isInstall = (value: unknown): value is HookInstall =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as HookInstall).file === 'string' &&
  Array.isArray((value as HookInstall).made);

/** All installations of this user; one that can't be read counts as none, and then our entries are found by what they are. */
export function readHookInstalls(stateFolder: string): readonly HookInstall[] {
  return readList(stateFolder) ?? [];
}

/** Null if there is a list that can't be read. */
function readList(stateFolder: string): readonly HookInstall[] | null {
  if (!existsSync(fileIn(stateFolder))) return [];
  try {
    const value: unknown = JSON.parse(readFileSync(fileIn(stateFolder), 'utf8'));
    return Array.isArray(value) ? value.filter(isInstall) : null;
  } catch {
    return null;
  }
}

/** Puts `install` in the place of what was known of its file; null forgets it. */
export function noteHookInstall(stateFolder: string, file: string, install: HookInstall | null): void {
  // What is in a list that can't be read may be a way back for somebody.
  if (readList(stateFolder) === null) renameSync(fileIn(stateFolder), `${fileIn(stateFolder)}.damaged`);
  const others = readHookInstalls(stateFolder).filter((one) => one.file !== file);
  const list = fileIn(stateFolder);
  makeFolder(dirname(list));
  writeFileAtomically(list, [JSON.stringify(install === null ? others : [...others, install], null, 2)], true);
}
