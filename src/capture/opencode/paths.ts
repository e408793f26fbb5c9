// Where OpenCode keeps its messages: a JSON file each, since 1.2 in a database; the files stay where they were.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Surroundings } from '../agent.js';
import { type Blocked, findFiles, foldersIn, isPlainBelow, isPlainId, namesIn } from '../find-files.js';
import { isObject, objectIn, textIn } from '../json-line.js';
import { readSideJson } from '../side-file.js';

export const opencodeRoots = ({ home, variables }: Surroundings): string[] => [
  join(variables['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'opencode'),
];

/** Builds of other channels name theirs `opencode-<channel>.db`. */
const DATABASE = /^opencode(-[A-Za-z0-9._]+)?\.db$/;

const databases = (root: string, blocked?: Blocked): LogFile[] =>
  namesIn(root, blocked)
    .filter((name) => DATABASE.test(name))
    .map((name) => ({ agent: 'opencode', root, name, kind: 'rows' }));

/** What a session's file says that its messages don't. */
type About = Readonly<Record<string, string | null>>;

function aboutSession(path: string): { id: string; about: About } | null {
  const value = readSideJson(path);
  if (!isObject(value)) return null;
  const created = objectIn(value, 'time')?.['created'];
  const about = {
    parent: textIn(value, 'parentID'),
    folder: textIn(value, 'directory', 4096),
    version: textIn(value, 'version', 64),
    project: textIn(value, 'projectID'),
    created: typeof created === 'number' ? String(created) : null,
  };
  return { id: textIn(value, 'id') ?? basename(path, '.json'), about };
}

function sessionsOf(root: string): Map<string, About> {
  const folder = join(root, 'storage', 'session');
  const found = foldersIn(folder).flatMap((project) =>
    namesIn(join(folder, project))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => aboutSession(join(folder, project, name)) ?? []),
  );
  return new Map(found.map(({ id, about }) => [id, about]));
}

const asLog = (root: string, name: string, about: About = {}): LogFile => ({ agent: 'opencode', root, name, kind: 'document', about });

export async function opencodeLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  const names = await findFiles(root, ['storage/message/*/*.json'], blocked);
  const sessions = names.length === 0 ? new Map<string, About>() : sessionsOf(root);
  return [...databases(root, blocked), ...names.map((name) => asLog(root, name, sessions.get(basename(dirname(name)))))];
}

/** A session's messages, those of the sessions that it spawned, and the databases, which may hold them too. */
export function opencodeLogsOf(root: string, session: string): Promise<LogFile[]> {
  if (!isPlainId(session)) return Promise.resolve([]);
  if (!isPlainBelow(root, 'storage/message')) return Promise.resolve(databases(root));
  const messages = join(root, 'storage', 'message');
  const sessions = foldersIn(messages).length === 0 ? new Map<string, About>() : sessionsOf(root);
  const family = new Set([session]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [id, { parent }] of sessions) if (typeof parent === 'string' && family.has(parent)) family.add(id);
  }
  const logs = [...family].filter(isPlainId).flatMap((id) =>
    namesIn(join(messages, id))
      .filter((name) => name.endsWith('.json'))
      .map((name) => asLog(root, `storage/message/${id}/${name}`, sessions.get(id))),
  );
  return Promise.resolve([...databases(root), ...logs]);
}

export const opencodeLogsAt = (path: string): LogFile[] => [
  DATABASE.test(basename(path))
    ? { agent: 'opencode', root: dirname(path), name: basename(path), kind: 'rows' }
    : asLog(dirname(dirname(path)), `${basename(dirname(path))}/${basename(path)}`),
];
