// Finds logs by name. Never follows links; what it finds may still be a link, a FIFO or gone, which opening shows.
import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMisnamed, type Unreadable } from './open.js';

const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Ids become parts of patterns and paths, so only plain ones are looked for. */
export const isPlainId = (id: string): boolean => SAFE_ID.test(id) && !id.includes('..');

/** Paths below `root` that match one of the patterns, relative to it, with forward slashes, sorted. */
export async function findFiles(root: string, patterns: readonly string[], blocked?: Blocked): Promise<string[]> {
  if (blocked !== undefined) await tellBlocked(root, patterns, blocked);
  const { glob } = await import('glob');
  const found = await glob([...patterns], { cwd: root, follow: false, dot: true, posix: true, nodir: true });
  const plain = new Map<string, boolean>([['.', true]]);
  return found.filter((name) => isPlainFolder(root, dirname(name), plain)).sort();
}

/** False if `folder` or one above it, up to the root, is a link: a pattern's `*` would walk through it. */
function isPlainFolder(root: string, folder: string, known: Map<string, boolean>): boolean {
  const before = known.get(folder);
  if (before !== undefined) return before;
  let plain: boolean;
  try {
    plain = isPlainFolder(root, dirname(folder), known) && !lstatSync(join(root, folder)).isSymbolicLink();
  } catch {
    plain = false;
  }
  known.set(folder, plain);
  return plain;
}

/** Whether a folder below the root is there and reached through no link. */
export const isPlainBelow = (root: string, folder: string): boolean => isPlainFolder(root, folder, new Map([['.', true]]));

/** Also through a link: whoever keeps an agent's folder elsewhere links it. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Is told of a folder in which logs may be, and which can't be looked into. */
export type Blocked = (path: string, reason: Unreadable) => void;

const NOBODY: Blocked = () => undefined;

/** What is in a folder; nothing if it is a link, or can't be read. */
function entriesOf(folder: string, blocked: Blocked): Dirent[] {
  try {
    const stat = lstatSync(folder);
    if (stat.isDirectory()) return readdirSync(folder, { withFileTypes: true });
    if (stat.isSymbolicLink() && leadsToFolder(folder)) blocked(folder, 'link');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isMisnamed(folder, error)) blocked(folder, 'name_not_utf8');
    else if (code !== 'ENOENT' && code !== 'ENOTDIR') blocked(folder, 'unreadable');
  }
  return [];
}

/** Says which folders on the way of some patterns can't be looked into; glob passes them by without a word. */
async function tellBlocked(root: string, patterns: readonly string[], blocked: Blocked): Promise<void> {
  const prefixes = patterns.flatMap((pattern) => {
    const parts = pattern.split('/').slice(0, -1);
    const plain = parts.indexOf('**') < 0 ? parts : parts.slice(0, parts.indexOf('**'));
    return plain.map((_, i) => plain.slice(0, i + 1).join('/'));
  });
  // The root itself may be a link.
  try {
    readdirSync(root);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') blocked(root, 'unreadable');
    return;
  }
  const { glob } = await import('glob');
  const folders = await glob([...new Set(prefixes)], { cwd: root, follow: false, dot: true, posix: true });
  for (const folder of folders.sort()) entriesOf(join(root, folder), blocked);
}

/** Names of the folders in a folder, sorted; links are none. For the logs of one session, which are looked for at every mark. */
export function foldersIn(folder: string, blocked: Blocked = NOBODY): string[] {
  const folders: string[] = [];
  for (const entry of entriesOf(folder, blocked)) {
    if (entry.isDirectory()) folders.push(entry.name);
    // A link to a file is told of when it is opened.
    else if (entry.isSymbolicLink() && leadsToFolder(join(folder, entry.name))) blocked(join(folder, entry.name), 'link');
  }
  return folders.sort();
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false;
  }
}

/** Names of what is in a folder and no folder itself, sorted. */
export const namesIn = (folder: string, blocked: Blocked = NOBODY): string[] =>
  entriesOf(folder, blocked)
    .flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]))
    .sort();

/** Paths of all files below a folder, relative to it, with forward slashes, sorted. Never walks through a link. */
export const namesBelow = (folder: string, blocked: Blocked = NOBODY): string[] =>
  entriesOf(folder, blocked)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return namesBelow(path, blocked).map((name) => `${entry.name}/${name}`);
      if (entry.isSymbolicLink() && leadsToFolder(path)) blocked(path, 'link');
      return [entry.name];
    })
    .sort();
