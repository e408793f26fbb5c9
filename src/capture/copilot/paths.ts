// Where Copilot CLI keeps its sessions: a folder each, in early builds a file each.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Surroundings } from '../agent.js';
import { type Blocked, findFiles, isPlainBelow, isPlainId, namesIn } from '../find-files.js';

export const copilotRoots = ({ home, variables }: Surroundings): string[] => [variables['COPILOT_HOME'] || join(home, '.copilot')];

const asLog = (root: string, name: string): LogFile => ({ agent: 'copilot', root, name, kind: 'append' });

/** The session that a log's name tells. */
export const sessionInName = (name: string): string =>
  basename(name) === 'events.jsonl' ? basename(dirname(name)) : basename(name, '.jsonl');

export async function copilotLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  return (await findFiles(root, ['session-state/*/events.jsonl', 'session-state/*.jsonl'], blocked)).map((name) => asLog(root, name));
}

export function copilotLogsOf(root: string, session: string): Promise<LogFile[]> {
  if (!isPlainId(session) || !isPlainBelow(root, 'session-state')) return Promise.resolve([]);
  const folder = namesIn(join(root, 'session-state', session)).filter((name) => name === 'events.jsonl');
  const flat = namesIn(join(root, 'session-state')).filter((name) => name === `${session}.jsonl`);
  return Promise.resolve([
    ...folder.map((name) => asLog(root, `session-state/${session}/${name}`)),
    ...flat.map((name) => asLog(root, `session-state/${name}`)),
  ]);
}

/** Its folder tells the session, so the folder above is the root. */
export const copilotLogsAt = (path: string): LogFile[] => [
  basename(path) === 'events.jsonl'
    ? asLog(dirname(dirname(path)), `${basename(dirname(path))}/events.jsonl`)
    : asLog(dirname(path), basename(path)),
];
