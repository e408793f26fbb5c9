// Where Claude Code keeps its transcripts. Names as seen in 2.0.60–2.1.195.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Peek, Surroundings } from '../agent.js';
import { findFiles, type Blocked, foldersIn, isPlainId, namesBelow, namesIn } from '../find-files.js';

const FLAT_SUBAGENT = /^agent-[^/]*\.jsonl$/;

/** `$CLAUDE_CONFIG_DIR` (other tools read a comma list there, so we do), else `~/.claude` and the early `~/.config/claude`. */
export function claudeRoots({ home, variables }: Surroundings): string[] {
  const configured = (variables['CLAUDE_CONFIG_DIR'] ?? '').split(',').flatMap((path) => (path.trim() === '' ? [] : [path.trim()]));
  if (configured.length > 0) return [...new Set(configured)];
  return [join(home, '.claude'), join(variables['XDG_CONFIG_HOME'] || join(home, '.config'), 'claude')];
}

const asLog = (root: string, name: string): LogFile => ({ agent: 'claude', root, name, kind: 'append' });

export const isSubagentLog = (name: string): boolean => FLAT_SUBAGENT.test(basename(name));

/** The session that a log's name tells: the file's, or for a sub-agent the folder's that it lies in. */
export function sessionInName(name: string): string | null {
  const nested = /(?:^|\/)([^/]+)\/subagents\//.exec(name);
  if (nested) return nested[1]!;
  return isSubagentLog(name) ? null : basename(name, '.jsonl');
}

/**
 * All transcripts, and those of sub-agents, which lie in folders of any depth (workflows/<id>/); `journal.jsonl` beside them is none.
 * Not by patterns: every sync looks for them among thousands of folders.
 */
export function claudeLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  const logs: LogFile[] = [];
  for (const folder of foldersIn(join(root, 'projects'), blocked)) {
    const project = `projects/${folder}`;
    const names = namesIn(join(root, project), blocked).filter((name) => name.endsWith('.jsonl'));
    logs.push(...names.map((name) => asLog(root, `${project}/${name}`)));
    for (const session of foldersIn(join(root, project), blocked)) logs.push(...subagentLogs(root, `${project}/${session}`, blocked));
  }
  return Promise.resolve(logs);
}

/**
 * The transcript of a session in every project folder, its sub-agents below it, and the flat sub-agent files of 2.0.6x–2.0.7x
 * beside it, which tell their session only inside. An id of a sub-agent finds its file.
 */
export async function claudeLogsOf(root: string, session: string, peek: Peek): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  const logs: LogFile[] = [];
  const folders = foldersIn(join(root, 'projects'));
  for (const folder of folders) {
    const project = `projects/${folder}`;
    for (const name of namesIn(join(root, project))) {
      const log = asLog(root, `${project}/${name}`);
      if (name === `${session}.jsonl` || name === `agent-${session}.jsonl`) logs.push(log);
      else if (FLAT_SUBAGENT.test(name) && (await peek(log))?.session_id === session) logs.push(log);
    }
    if (foldersIn(join(root, project)).includes(session)) logs.push(...subagentLogs(root, `${project}/${session}`));
  }
  return logs.length > 0 || folders.length === 0 ? logs : subagentById(root, session);
}

/** The sub-agents' logs in the folder of a session. */
function subagentLogs(root: string, folder: string, blocked?: Blocked): LogFile[] {
  const names = namesBelow(join(root, folder, 'subagents'), blocked);
  return names.filter((name) => FLAT_SUBAGENT.test(basename(name))).map((name) => asLog(root, `${folder}/subagents/${name}`));
}

/** The log of a sub-agent by its own id; asked for only where no session has that id. */
async function subagentById(root: string, id: string): Promise<LogFile[]> {
  return (await findFiles(root, [`projects/*/*/subagents/**/agent-${id}.jsonl`])).map((name) => asLog(root, name));
}

/** A transcript given by path, with the sub-agents in the folder of its name beside it. */
export function claudeLogsAt(path: string): LogFile[] {
  const root = dirname(path);
  const own = asLog(root, basename(path));
  if (isSubagentLog(path)) return [own];
  const stem = basename(path).replace(/\.jsonl$/, '');
  if (!isPlainId(stem)) return [own];
  return [own, ...(foldersIn(root).includes(stem) ? subagentLogs(root, stem) : [])];
}
