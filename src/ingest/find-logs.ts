// All logs of an agent, and the folders below which there may be more that can't be seen.
import { sep } from 'node:path';
import type { Agent, LogFile } from '../capture/agent.js';
import type { UnreadLog } from './scope.js';

export interface FoundLogs {
  readonly logs: readonly LogFile[];
  /** Folders that can't be looked into. What is known of the logs below them stays as it is. */
  readonly blocked: readonly UnreadLog[];
}

export async function findLogs(agent: Agent, roots: readonly string[]): Promise<FoundLogs> {
  const blocked = new Map<string, UnreadLog>();
  const found = roots.map((root) => agent.reader.logs(root, (path, reason) => void blocked.set(path, { path, reason })));
  return { logs: (await Promise.all(found)).flat(), blocked: [...blocked.values()] };
}

/** Whether nothing can be said of a log: it could not be read, or lies below a folder that can't be looked into. */
export const isBehind = (path: string, unread: readonly UnreadLog[]): boolean =>
  unread.some((blocked) => path === blocked.path || path.startsWith(blocked.path + sep));
