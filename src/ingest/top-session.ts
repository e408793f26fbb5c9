// Which logs a session has, and which session stands at the top: a sub-agent's id stands for the session that it works for.
import { lstat } from 'node:fs/promises';
import type { Agent, LogFacts, LogFile, Peek } from '../capture/agent.js';
import { fromMs, type Instant } from '../model/time.js';
import { peekLog, peekSessions } from './peek.js';
import { logPath } from './read-log.js';

/** A log's beginning is read once per process; logs of a session are asked for more than once. */
export function peeker(agent: Agent): Peek {
  const known = new Map<string, Promise<LogFacts | null>>();
  return async (log) => {
    const key = `${log.root}\u0000${log.name}`;
    const before = await known.get(key);
    if (before !== undefined && before !== null && before.session_id !== null && before.first_at !== null) return before;
    // A log that said nothing yet is asked again: it may be just beginning.
    const facts = peekLog(log, agent.reader);
    known.set(key, facts);
    return facts;
  };
}

/** Logs of a session below any of the roots. */
export async function logsOf(agent: Agent, roots: readonly string[], session: string, peek: Peek): Promise<LogFile[]> {
  return (await Promise.all(roots.map((root) => agent.reader.logsOf(root, session, peek)))).flat();
}

/** Facts of all sessions in a log: a database holds several. */
async function sessionsIn(log: LogFile, agent: Agent, peek: Peek): Promise<readonly LogFacts[]> {
  if (log.kind === 'rows') return peekSessions(log, agent.reader);
  const facts = await peek(log);
  return facts === null ? [] : [facts];
}

/**
 * The session at the top: a sub-agent's id stands for the session that it works for (semantics 28). Null if no log of it exists.
 */
export async function resolveSession(agent: Agent, roots: readonly string[], id: string): Promise<string | null> {
  const peek = peeker(agent);
  const seen = new Set<string>();
  let session = id;
  for (;;) {
    seen.add(session);
    const logs = await logsOf(agent, roots, session, peek);
    if (logs.length === 0) return seen.size > 1 ? session : null;
    const facts = (await Promise.all(logs.map((log) => sessionsIn(log, agent, peek)))).flat();
    if (facts.length === 0 || (logs.every(({ kind }) => kind === 'rows') && !facts.some(({ session_id }) => session_id === session)))
      return seen.size > 1 ? session : null;
    const own = facts.filter(({ session_id }) => session_id === session);
    const above = own.length > 0 ? own.find(({ parent }) => parent !== null)?.parent : facts[0]?.session_id;
    if (above === null || above === undefined || seen.has(above)) return session;
    session = above;
  }
}

/** The sessions at the top whose logs, or whose sub-agents' logs, were written since an instant. */
export async function recentSessionIds(agent: Agent, roots: readonly string[], since: Instant): Promise<string[]> {
  const peek = peeker(agent);
  const ids = new Set<string>();
  for (const root of roots) {
    for (const log of await agent.reader.logs(root)) {
      const stat = await lstat(logPath(log)).catch(() => null);
      if (stat === null || fromMs(stat.mtimeMs) < since) continue;
      for (const { session_id, last_at } of await sessionsIn(log, agent, peek)) {
        // Of a database's sessions, those count that were at work.
        if (session_id === null || (log.kind === 'rows' && (last_at ?? 0) < since)) continue;
        const top = await resolveSession(agent, roots, session_id);
        if (top !== null) ids.add(top);
      }
    }
  }
  return [...ids];
}
