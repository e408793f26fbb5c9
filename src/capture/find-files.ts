// Finds logs by name. Never follows links; what it finds may still be a link, a FIFO or gone, which opening shows.
import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Ids become parts of patterns and paths, so only plain ones are looked for. */
export const isPlainId = (id: string): boolean => SAFE_ID.test(id) && !id.includes('..');

/** Paths below `root` that match one of the patterns, relative to it, with forward slashes, sorted. */
export async function findFiles(root: string, patterns: readonly string[]): Promise<string[]> {
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

/** What is in a folder; nothing if it is a link, or can't be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

/** Names of the folders in a folder, sorted; links are none. For the logs of one session, which are looked for at every mark. */
export const foldersIn = (folder: string): string[] =>
  entriesOf(folder)
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();

/** Names of what is in a folder and no folder itself, sorted. */
export const namesIn = (folder: string): string[] =>
  entriesOf(folder)
    .flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]))
    .sort();

/** Paths of all files below a folder, relative to it, with forward slashes, sorted. Never walks through a link. */
export const namesBelow = (folder: string): string[] =>
  entriesOf(folder)
    .flatMap((entry) => (entry.isDirectory() ? namesBelow(join(folder, entry.name)).map((name) => `${entry.name}/${name}`) : [entry.name]))
    .sort();
