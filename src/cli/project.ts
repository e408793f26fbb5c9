// The folder that a command works in, and the project that it belongs to: the nearest folder upward with tokentrail.yaml or .git; a
// worktree's is the main checkout's.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { TokentrailError } from '../model/errors.js';

export const CONFIG_NAME = 'tokentrail.yaml';

export interface Project {
  /** Real path. */
  readonly root: string;
  /** Whether tokentrail.yaml or .git was found; if not, `root` is the folder itself. */
  readonly marked: boolean;
  readonly configFile: string | null;
}

const unusable = (what: string): TokentrailError =>
  new TokentrailError('USAGE', `${what}, so no command can work in it.`, { suggestions: ['Run the command in another folder.'] });

/** @throws USAGE where it is gone, or its path is no UTF-8: Node then gives another path, where nothing of it is. */
export function workingFolder(): string {
  let folder: string;
  try {
    folder = process.cwd();
  } catch {
    throw unusable('The folder that this was started in is gone');
  }
  if (!folder.includes('\ufffd')) return folder;
  const [here, named] = [statSync('.'), statSync(folder, { throwIfNoEntry: false })];
  if (here.ino === named?.ino && here.dev === named.dev) return folder;
  throw unusable(`The path of this folder, "${folder}", is no UTF-8`);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The main checkout of a worktree, whose `.git` is a file that names a folder inside the main one's `.git`. */
function mainCheckout(root: string): string {
  const git = join(root, '.git');
  try {
    if (!statSync(git).isFile()) return root;
    const named = /^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8'))?.[1]?.trim();
    if (named === undefined) return root;
    const folder = resolve(root, named);
    const common = resolve(folder, readFileSync(join(folder, 'commondir'), 'utf8').trim());
    // A worktree of a bare repository has no main checkout.
    return basename(common) === '.git' ? realPath(dirname(common)) : root;
  } catch {
    // A submodule's .git names a folder without `commondir`: it is a checkout of its own.
    return root;
  }
}

/** The nearest folder upward with `.git` or tokentrail.yaml; null if there is none. */
function markedFolder(start: string): string | null {
  for (let folderUp = start; ; folderUp = dirname(folderUp)) {
    if (existsSync(join(folderUp, '.git')) || existsSync(join(folderUp, CONFIG_NAME))) return folderUp;
    if (dirname(folderUp) === folderUp) return null;
  }
}

export function findProject(folder: string): Project {
  const start = realPath(folder);
  const marked = markedFolder(start);
  if (marked === null) return { root: start, marked: false, configFile: null };
  const root = mainCheckout(marked);
  const configFile = join(root, CONFIG_NAME);
  return { root, marked: true, configFile: existsSync(configFile) ? configFile : null };
}

/** The top of the files that one works on: of a worktree it itself, whose project is the main checkout's. */
export function checkoutOf(folder: string): string {
  const start = realPath(folder);
  return markedFolder(start) ?? start;
}

/** Whether a working folder that a log names lies in the project; it may be gone by now. */
export function isInProject(project: Project, folder: string): boolean {
  if (!isAbsolute(folder)) return false;
  if (existsSync(folder)) return findProject(folder).root === project.root;
  const path = relative(project.root, resolve(folder));
  return path === '' || (project.marked && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path));
}

/** The home as it is named, and as it really is where that name is a link. */
export function homeNames(home: string): string[] {
  try {
    return [...new Set([home, realpathSync(home)])];
  } catch {
    return [home];
  }
}

/** A text, as a command, in which each path below the home begins with `~`, as a shell takes it. */
export function textWithoutHome(text: string, homes: readonly string[]): string {
  const paths = homes.filter((home) => home !== sep).flatMap((home) => [...namesOfFolder(text, home)]);
  return paths.sort((a, b) => b.at - a.at).reduce((short, { at, length }) => `${short.slice(0, at)}~${short.slice(at + length)}`, text);
}

/** Where a text names a folder, or what lies in it, as a path of its own. */
function* namesOfFolder(text: string, folder: string): Generator<{ readonly at: number; readonly length: number }> {
  for (let at = text.indexOf(folder); at >= 0; at = text.indexOf(folder, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + folder.length] ?? ' '];
    if (!PATH_CHARACTER.test(before) && (after === sep || !PATH_CHARACTER.test(after))) yield { at, length: folder.length };
  }
}

const PATH_CHARACTER = /[\p{L}\p{N}_./~-]/u;

/** How agents write the home into the names of folders, each character but letters and digits as a dash; some leave out the first one. */
const encoded = (homes: readonly string[]): string[] =>
  homes.map((home) => home.replaceAll(/[^A-Za-z0-9]/g, '-')).flatMap((name) => [name, name.replace(/^-/, '')]);

/** A log's path in whose folder names the home is `~`: they tell its owner's name else. */
export function withoutHome(path: string, homes: readonly string[]): string {
  const names = encoded(homes).filter((name) => name !== '' && name !== '-');
  const short = (part: string): string => {
    const name = names.find((one) => part === one || part.startsWith(`${one}-`));
    return name === undefined ? part : `~${part.slice(name.length)}`;
  };
  return path.split('/').map(short).join('/');
}

/** The path that is meant on this machine by one without its home. */
export function withHome(path: string, homes: readonly string[]): string {
  if (!path.includes('/~')) return path;
  const paths = encoded(homes).map((name) => path.replaceAll('/~', `/${name}`));
  return [path, ...paths].find((one) => existsSync(one)) ?? path;
}
