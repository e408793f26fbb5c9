// Where Claude Code keeps its transcripts. Names as seen in 2.0.60–2.1.195.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Peek, Surroundings } from '../agent.js';
import { findFiles, isPlainId } from '../find-files.js';

const TRANSCRIPTS = 'projects/*/*.jsonl';
// Sub-agents lie in folders of any depth (workflows/<id>/); `journal.jsonl` beside them is no transcript.
const SUBAGENTS = 'projects/*/*/subagents/**/agent-*.jsonl';

const FLAT_SUBAGENT = /^agent-[^/]*\.jsonl$/;

/** `$CLAUDE_CONFIG_DIR` (other tools read a comma list there, so we do), else `~/.claude` and the early `~/.config/claude`. */
export function claudeRoots({ home, variables }: Surroundings): string[] {
  const configured = (variables['CLAUDE_CONFIG_DIR'] ?? '').split(',').flatMap((path) => (path.trim() === '' ? [] : [path.trim()]));
  if (configured.length > 0) return configured;
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

export async function claudeLogs(root: string): Promise<LogFile[]> {
  return (await findFiles(root, [TRANSCRIPTS, SUBAGENTS])).map((name) => asLog(root, name));
}

/**
 * The transcript of a session in every project folder, its sub-agents below it, and the flat sub-agent files of 2.0.6x–2.0.7x
 * beside it, which tell their session only inside. An id of a sub-agent finds its file.
 */
export async function claudeLogsOf(root: string, session: string, peek: Peek): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  const named = await findFiles(root, [
    `projects/*/${session}.jsonl`,
    `projects/*/${session}/subagents/**/agent-*.jsonl`,
    'projects/*/agent-*.jsonl',
    ...(/^[0-9a-z_-]+$/i.test(session) ? [`projects/*/*/subagents/**/agent-${session}.jsonl`] : []),
  ]);
  const logs: LogFile[] = [];
  for (const name of named) {
    const log = asLog(root, name);
    const flat = FLAT_SUBAGENT.test(basename(name)) && !name.includes('/subagents/');
    if (!flat || basename(name) === `agent-${session}.jsonl` || (await peek(log))?.session_id === session) logs.push(log);
  }
  return logs;
}

/** A transcript given by path, with the sub-agents in the folder of its name beside it. */
export async function claudeLogsAt(path: string): Promise<LogFile[]> {
  const root = dirname(path);
  const own = asLog(root, basename(path));
  if (isSubagentLog(path)) return [own];
  const stem = basename(path).replace(/\.jsonl$/, '');
  if (!isPlainId(stem)) return [own];
  const beside = await findFiles(root, [`${stem}/subagents/**/agent-*.jsonl`]);
  return [own, ...beside.map((name) => asLog(root, name))];
}
