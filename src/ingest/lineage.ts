// Who descends from whom, from what the logs say about themselves.
import type { LogFacts } from '../capture/agent.js';

/** session → a common root of all that it is related to by forks and spawns. Sessions without relatives stand for themselves. */
export function familyRoots(logs: readonly LogFacts[]): Map<string, string> {
  const up = new Map<string, string>();
  const find = (session: string): string => {
    let root = session;
    for (let next = up.get(root); next !== undefined && next !== root; next = up.get(root)) root = next;
    up.set(session, root);
    return root;
  };
  const unite = (a: string, b: string): void => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) up.set(x < y ? y : x, x < y ? x : y);
  };
  for (const { session_id, parent, forked_from } of logs) {
    if (session_id === null) continue;
    find(session_id);
    if (parent !== null) unite(session_id, parent);
    for (const ancestor of forked_from) unite(session_id, ancestor);
  }
  return new Map([...up.keys()].map((session) => [session, find(session)]));
}

/** sub-agent thread → the session at the top that it works for, also where that one has no log. */
export function spawnRoots(logs: readonly LogFacts[]): (session: string) => string {
  const parents = new Map<string, string>();
  for (const { session_id, parent } of logs) if (session_id !== null && parent !== null) parents.set(session_id, parent);
  return (session) => {
    const seen = new Set<string>();
    let root = session;
    for (let parent = parents.get(root); parent !== undefined && !seen.has(parent); parent = parents.get(root)) {
      seen.add(parent);
      root = parent;
    }
    return root;
  };
}
