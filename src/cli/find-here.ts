// What the search for the running session asks of this machine.
import { basename, resolve, sep } from 'node:path';
import type { Agent, LogFile } from '../capture/agent.js';
import { isFolder } from '../capture/find-files.js';
import type { Candidate, Machine } from '../capture/find-session.js';
import { peekLog } from '../ingest/peek.js';
import type { SessionReading, SessionTarget } from '../ingest/session.js';
import { recentSessionIds, resolveSession } from '../ingest/top-session.js';
import { MICROS_PER_SECOND, type Instant } from '../model/time.js';
import { total } from '../model/tokens.js';
import { ancestors } from './machine.js';

/** Sessions written longer ago than this are not the running one. */
const RECENT_SECONDS = 120;

/** What is known of this machine. */
export interface Here {
  readonly variables: Machine['variables'];
  readonly now: () => Instant;
  readonly roots: (agent: Agent) => readonly string[];
  readonly openSession: (target: SessionTarget) => Promise<SessionReading>;
  readonly inProject: (folder: string) => boolean;
  /** A path as it is shown and stored, home as `~`. */
  readonly tilde: (path: string) => string;
}

export const machineOf = (on: Here): Machine => ({
  variables: on.variables,
  now: on.now(),
  ancestors,
  resolve: (agent, id) => resolveSession(agent, on.roots(agent), id),
  recent: (agent) => recent(on, agent),
  keepsLogsHere: async (agent) => (await Promise.all(on.roots(agent).map(isFolder))).some(Boolean),
  identify: (path, agents) => identify(on, path, agents),
});

/** The sessions of this project whose logs changed lately; only those are read. */
async function recent(on: Here, agent: Agent): Promise<Candidate[]> {
  const now = on.now();
  const roots = on.roots(agent);
  const ids = await recentSessionIds(agent, roots, now - RECENT_SECONDS * MICROS_PER_SECOND);
  const candidates: Candidate[] = [];
  for (const session_id of ids) {
    const session = await on.openSession({ agent, session_id, path: null });
    if (!session.facts.some(({ folders }) => folders.some((folder) => on.inProject(folder)))) continue;
    const { usage } = session.snapshot(now);
    candidates.push({ session_id, models: Object.keys(usage.by_model), tokens: total(usage.counts), written_at: session.writtenAt });
  }
  return candidates;
}

/** A main log below a root stands for its session; a sub-agent's log, or one elsewhere, for itself. */
async function identify(on: Here, path: string, agents: readonly Agent[]): ReturnType<Machine['identify']> {
  const below = (agent: Agent): boolean => on.roots(agent).some((root) => path.startsWith(resolve(root) + sep));
  const asked = [...agents].sort((a, b) => Number(below(b)) - Number(below(a)));
  for (const agent of asked) {
    const [log] = agent.reader.logsAt(path);
    if (log === undefined || !isLogName(log)) continue;
    const facts = await peekLog(log, agent.reader);
    const session_id = facts?.session_id ?? null;
    // A file elsewhere must tell by what it holds that it is a log, not by its name alone.
    if (session_id === null || (!below(agent) && (facts!.first_at === null || agent.coverage === 'unsupported'))) continue;
    const wholeSession =
      below(agent) && facts!.parent === null && (await resolveSession(agent, on.roots(agent), session_id)) === session_id;
    const isOwnLog = basename(path).includes(session_id);
    return { agent, session_id, path: wholeSession && isOwnLog ? null : on.tilde(path) };
  }
  return null;
}

/** Endings of a log's name by its kind, so that a document is not read as lines. */
const ENDINGS = { append: /\.jsonl(\.zst)?$/, document: /\.(json|txt)$/, rows: /\.db$/ } as const;

const isLogName = ({ name, kind }: LogFile): boolean => ENDINGS[kind].test(name);
