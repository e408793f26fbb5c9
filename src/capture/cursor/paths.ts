// Where Cursor keeps the transcripts of its agent. Its databases are left alone: they hold no reliable counts, and they hold logins.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Surroundings } from '../agent.js';
import { type Blocked, findFiles, foldersIn, isPlainBelow, isPlainId, namesIn } from '../find-files.js';

export const cursorRoots = ({ home }: Surroundings): string[] => [join(home, '.cursor')];

const asLog = (root: string, name: string): LogFile => ({
  agent: 'cursor',
  root,
  name,
  kind: name.endsWith('.jsonl') ? 'append' : 'document',
  opaque: !name.endsWith('.jsonl'),
});

/** The session that a transcript's name tells. */
export const sessionInName = (name: string): string => basename(name).replace(/\.(jsonl|txt)$/, '');

export async function cursorLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  const patterns = ['projects/*/agent-transcripts/*.{txt,jsonl}', 'projects/*/agent-transcripts/*/*.jsonl'];
  return (await findFiles(root, patterns, blocked)).map((name) => asLog(root, name));
}

export function cursorLogsOf(root: string, session: string): Promise<LogFile[]> {
  if (!isPlainId(session)) return Promise.resolve([]);
  const logs = foldersIn(join(root, 'projects')).flatMap((project) => {
    const folder = `projects/${project}/agent-transcripts`;
    if (!isPlainBelow(root, folder)) return [];
    const flat = namesIn(join(root, folder)).filter((name) => name === `${session}.jsonl` || name === `${session}.txt`);
    const own = namesIn(join(root, folder, session)).filter((name) => name === `${session}.jsonl`);
    return [...flat.map((name) => asLog(root, `${folder}/${name}`)), ...own.map((name) => asLog(root, `${folder}/${session}/${name}`))];
  });
  return Promise.resolve(logs);
}

export const cursorLogsAt = (path: string): LogFile[] => [asLog(dirname(path), basename(path))];
