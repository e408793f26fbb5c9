// Where Qwen Code keeps its chats. Beside a chat lies `<session>.runtime.json` while it runs; sub-agents' transcripts hold no usage.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Peek, Surroundings } from '../agent.js';
import { type Blocked, findFiles, foldersIn, isPlainId, namesIn } from '../find-files.js';

export const qwenRoots = ({ home, variables }: Surroundings): string[] => [
  variables['QWEN_RUNTIME_DIR'] || variables['QWEN_HOME'] || join(home, '.qwen'),
];

const asLog = (root: string, name: string): LogFile => ({
  agent: 'qwen',
  root,
  name,
  kind: name.endsWith('.jsonl') ? 'append' : 'document',
});

/** The old form is Gemini's. */
const OLD = 'tmp/*/chats/session-*.json';

export async function qwenLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  return (await findFiles(root, ['projects/*/chats/*.jsonl', OLD], blocked)).map((name) => asLog(root, name));
}

export async function qwenLogsOf(root: string, session: string, peek: Peek): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  const logs = foldersIn(join(root, 'projects')).flatMap((project) => {
    const chats = `projects/${project}/chats`;
    return namesIn(join(root, chats))
      .filter((name) => name === `${session}.jsonl`)
      .map((name) => asLog(root, `${chats}/${name}`));
  });
  for (const project of foldersIn(join(root, 'tmp'))) {
    const chats = `tmp/${project}/chats`;
    for (const name of namesIn(join(root, chats))) {
      if (!/^session-.*\.json$/.test(name) || !name.includes(session.slice(0, 8))) continue;
      const log = asLog(root, `${chats}/${name}`);
      if ((await peek(log))?.session_id === session) logs.push(log);
    }
  }
  return logs;
}

export const qwenLogsAt = (path: string): LogFile[] => [asLog(dirname(path), basename(path))];
