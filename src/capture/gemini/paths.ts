// Where Gemini CLI keeps its chats: in a folder for each project, named by the hash of its folder, later by a short name.
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { LogFile, Peek, Surroundings } from '../agent.js';
import { type Blocked, findFiles, foldersIn, isPlainId, namesIn } from '../find-files.js';
import { objectIn } from '../json-line.js';
import { readSideJson, readSideText } from '../side-file.js';

/** `GEMINI_CLI_HOME` replaces the home folder. */
export const geminiRoots = ({ home, variables }: Surroundings): string[] => [join(variables['GEMINI_CLI_HOME'] || home, '.gemini')];

const CHAT = /^session-.*\.jsonl?$/;

const IN_PROJECT = /^tmp\/([^/]+)\//;

/** A sub-agent's chat lies in a folder named like the session that it works for. */
export const parentInName = (name: string): string | null => /\/chats\/([^/]+)\/[^/]+\.jsonl?$/.exec(name)?.[1] ?? null;

/** folder of a chat's project → working folder, which the chats don't tell. */
function workingFolders(root: string): Map<string, string> {
  const folders = new Map<string, string>();
  for (const [path, name] of Object.entries(objectIn(readSideJson(join(root, 'projects.json')), 'projects') ?? {})) {
    folders.set(createHash('sha256').update(path).digest('hex'), path);
    if (typeof name === 'string') folders.set(name, path);
  }
  return folders;
}

function asLogs(root: string, names: readonly string[]): LogFile[] {
  const known = workingFolders(root);
  return names.map((name) => {
    const project = IN_PROJECT.exec(name)?.[1] ?? '';
    let folder = known.get(project) ?? null;
    if (folder === null && project !== '') {
      folder = readSideText(join(root, 'tmp', project, '.project_root'))?.trim() || null;
      if (folder !== null) known.set(project, folder);
    }
    return { agent: 'gemini', root, name, kind: name.endsWith('l') ? 'append' : 'document', about: { folder } };
  });
}

export async function geminiLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  return asLogs(root, await findFiles(root, ['tmp/*/chats/session-*.{json,jsonl}', 'tmp/*/chats/*/*.{json,jsonl}'], blocked));
}

/** A chat's name has the first eight characters of its session's id; the id itself stands inside. */
export async function geminiLogsOf(root: string, session: string, peek: Peek): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  const names: string[] = [];
  for (const project of foldersIn(join(root, 'tmp'))) {
    const chats = `tmp/${project}/chats`;
    for (const name of namesIn(join(root, chats))) {
      if (!CHAT.test(name) || !name.includes(session.slice(0, 8))) continue;
      const [log] = asLogs(root, [`${chats}/${name}`]);
      if ((await peek(log!))?.session_id === session) names.push(`${chats}/${name}`);
    }
    for (const folder of foldersIn(join(root, chats))) {
      const own = namesIn(join(root, chats, folder)).filter((name) => /\.jsonl?$/.test(name));
      names.push(
        ...own.filter((name) => folder === session || name.startsWith(`${session}.json`)).map((name) => `${chats}/${folder}/${name}`),
      );
    }
  }
  return asLogs(root, names);
}

export function geminiLogsAt(path: string): LogFile[] {
  return [{ agent: 'gemini', root: dirname(path), name: basename(path), kind: path.endsWith('.json') ? 'document' : 'append' }];
}
