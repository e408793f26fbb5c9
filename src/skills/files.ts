// The files of this room: small texts that are read whole, and written so that agents and people can read them.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFields } from '../model/foreign-columns.js';
import { writeFileAtomically } from '../store/files.js';

/** No text of a skill is longer; what is, is none. */
const LONGEST_BYTES = 4 * 1024 * 1024;

/** Hash of a text as it lies on disk. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What lies at a path itself, not where a link leads; null if nothing does, or a file is in the place of a folder above it. */
export function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** The system's word for what failed. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** The text of a plain file; null if there is none, or something else is in its place. */
export function textOf(path: string): string | null {
  const stat = statOf(path);
  return stat?.isFile() === true && stat.size <= LONGEST_BYTES ? readFileSync(path, 'utf8') : null;
}

/** Names of the plain files below a folder, with forward slashes, sorted; links are not followed. */
export function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory()) return filesBelow(join(folder, entry.name), `${name}/`);
      return entry.isFile() ? [name] : [];
    })
    .sort();
}

/** Everything below a folder that is no folder with something in it: files, links, empty folders. */
export function entriesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    if (!entry.isDirectory()) return [name];
    const inside = entriesBelow(join(folder, entry.name), `${name}/`);
    return inside.length > 0 ? inside : [name];
  });
}

/** Names in a folder; none if it is not there or is no folder. */
export const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
};

/** Makes a folder and those above it that are missing, readable by all: what is in it is no secret, and an agent may be another user. */
export function makeReadableFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeReadableFolder(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/** Replaces a file, and makes its folder. */
export function writeText(path: string, text: string): void {
  makeReadableFolder(dirname(path));
  writeFileAtomically(path, [text], false, 0o644);
}

/** Removes a folder if it is empty, and those above it, at most so many. */
export function removeEmptyFolders(folder: string, most: number): void {
  for (let left = most, path = folder; left > 0; left--, path = dirname(path)) {
    try {
      rmdirSync(path);
    } catch {
      return;
    }
  }
}

/** A name below a folder that stays below it. */
export const isNameBelow = (name: string): boolean =>
  name !== '' && !name.includes('\\') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** `{schema, …}` as it was written by us; null if it is not that. */
export function recordIn(path: string, schema: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(textOf(path) ?? '') as unknown;
    return isFields(value) && value['schema'] === schema ? value : null;
  } catch {
    return null;
  }
}

/** Hashes by name, as a record lists them; null if it is anything else. */
export function hashesIn(value: unknown): ReadonlyMap<string, string> | null {
  if (!isFields(value)) return null;
  const entries = Object.entries(value);
  const isGood = entries.every(([name, hash]) => isNameBelow(name) && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash));
  return isGood ? new Map(entries as [string, string][]) : null;
}

/** How a record of ours is written: a name in every agent's folder, so that it is seen what is whose. */
export const RECORD = '.tokentrail.json';

/** The text of a record. */
export const recordText = (value: Readonly<Record<string, unknown>>): string => `${JSON.stringify(value, null, 2)}\n`;

/** Whether a folder between `folder` and a name below it is a link: what is written there lands elsewhere. */
export function leadsAway(folder: string, name: string): boolean {
  const parts = name.split('/').slice(0, -1);
  return parts.some((_, i) => statOf(join(folder, ...parts.slice(0, i + 1)))?.isSymbolicLink() === true);
}
