// Where Amp kept its threads until about 2026-03-31; later ones are on its servers only.
import { basename, dirname, join } from 'node:path';
import type { LogFile, Surroundings } from '../agent.js';
import { type Blocked, findFiles, isPlainId } from '../find-files.js';

/** `AMP_DATA_DIR` is a convention of tools, not Amp's own. Only `threads/` is ever opened: `secrets.json` lies beside it. */
export const ampRoots = ({ home, variables }: Surroundings): string[] => [
  variables['AMP_DATA_DIR'] || join(variables['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'amp'),
];

const asLog = (root: string, name: string): LogFile => ({ agent: 'amp', root, name, kind: 'document' });

export async function ampLogs(root: string, blocked?: Blocked): Promise<LogFile[]> {
  return (await findFiles(root, ['threads/T-*.json'], blocked)).map((name) => asLog(root, name));
}

export async function ampLogsOf(root: string, session: string): Promise<LogFile[]> {
  if (!isPlainId(session)) return [];
  return (await findFiles(root, [`threads/${session}.json`])).map((name) => asLog(root, name));
}

export const ampLogsAt = (path: string): LogFile[] => [asLog(dirname(path), basename(path))];
