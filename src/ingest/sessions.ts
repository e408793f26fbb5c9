// All sessions of an agent, with what each has spent. One reading of everything, kept in the cache, so that the next one costs
// what was written since.
import type { Agent, LogFacts } from '../capture/agent.js';
import type { Skipped, Usage } from '../model/cut.js';
import type { AgentName } from '../model/agents.js';
import { fromMs, type Instant } from '../model/time.js';
import { UNKNOWN } from '../model/tokens.js';
import { flagsOf, isUncounted, skippedOf } from './flags.js';
import { spawnRoots } from './lineage.js';
import { logPath, type LogEntry } from './read-log.js';
import { Scope, type Reading, type UnreadLog } from './scope.js';
import { marksOf, usageOf, type SessionTally } from './tally.js';

export interface SessionSummary {
  readonly agent: AgentName;
  readonly session_id: string;
  /** The first working folder; null if the log doesn't tell. */
  readonly project: string | null;
  readonly folders: readonly string[];
  readonly models: readonly string[];
  /** Of the first and the last record; null if there is none, or none with a time. */
  readonly first_at: Instant | null;
  readonly last_at: Instant | null;
  /** Last change: the latest time in its logs, or else of its files. */
  readonly changed_at: Instant;
  /** When its youngest file was written. */
  readonly written_at: Instant;
  readonly usage: Usage;
  readonly flags: readonly string[];
  readonly skipped: readonly Skipped[];
  readonly partial_records: number;
  /** The log of the session itself, or of a sub-agent where that is all there is. */
  readonly path: string;
  readonly files: number;
}

export interface AgentSessions {
  readonly agent: AgentName;
  readonly sessions: readonly SessionSummary[];
  readonly files: number;
  readonly records: number;
  /** The agent answered in one of them, whether or not it was counted. */
  readonly answered: boolean;
  readonly skipped: readonly Skipped[];
  readonly unread: readonly UnreadLog[];
}

interface Members {
  readonly entries: LogEntry[];
  readonly tallies: { tally: SessionTally; session: string }[];
}

const first = (values: readonly (Instant | null)[], pick: (...all: number[]) => number): Instant | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : pick(...known);
};

/** Flags that only the set of all logs shows: parents that are not there. */
function absentees(session: string, members: Members, here: ReadonlySet<string>): string[] {
  const facts = members.entries.map(({ state }) => state.facts);
  const flags: string[] = [];
  const spawned = facts.some(({ parent }) => parent !== null);
  if (spawned && !here.has(session)) flags.push('parent_missing');
  const own = facts.filter(({ session_id }) => session_id === session);
  if (own.some(({ forked_from }) => forked_from.some((ancestor) => !here.has(ancestor)))) flags.push('fork_parent_missing');
  return flags;
}

function summarise(agent: Agent, session: string, members: Members, here: ReadonlySet<string>): SessionSummary {
  const reader = agent.reader!;
  const facts: LogFacts[] = members.entries.map(({ state }) => state.facts);
  const parts = members.tallies.map(({ tally, session: own }) => ({ tally, subagent: own !== session }));
  const tallies = parts.map(({ tally }) => tally);
  const usage = usageOf(parts, true, reader.tellsReasoning);
  const unknown = isUncounted(facts, usage.records, reader);
  const main =
    members.entries.find(({ state }) => state.facts.session_id === session && state.facts.parent === null) ?? members.entries[0]!;
  const ordered = [main, ...members.entries.filter((entry) => entry !== main)];
  const folders = [...new Set(ordered.flatMap(({ state }) => state.facts.folders))];
  const written_at = fromMs(Math.max(...members.entries.map(({ mtimeMs }) => mtimeMs)));
  const marks = marksOf(tallies, true);
  return {
    agent: agent.name,
    session_id: session,
    project: folders[0] ?? null,
    folders,
    models: Object.keys(usage.by_model),
    first_at: first(
      tallies.map((tally) => tally.first_at),
      Math.min,
    ),
    last_at: first(
      tallies.map((tally) => tally.last_at),
      Math.max,
    ),
    changed_at:
      first(
        facts.map(({ last_at }) => last_at),
        Math.max,
      ) ?? written_at,
    written_at,
    usage: unknown ? { ...usage, counts: UNKNOWN } : usage,
    flags: [...new Set([...flagsOf(marks, usage, facts, unknown), ...absentees(session, members, here)])].sort(),
    skipped: skippedOf(members.entries, marks.invalid),
    partial_records: marks.partial,
    path: logPath(main),
    files: members.entries.length,
  };
}

/** Reads all logs of an agent below `roots`. */
export async function readSessions(agent: Agent, roots: readonly string[], reading: Reading): Promise<AgentSessions> {
  const scope = Scope.open(agent, 'all', reading);
  const logs = (await Promise.all(roots.map((root) => agent.reader!.logs(root)))).flat();
  await scope.update(logs.map((log) => ({ log, context: false })));
  scope.save();
  const { entries } = scope;
  const rootOf = spawnRoots(entries.map(({ state }) => state.facts));
  const members = new Map<string, Members>();
  const membersOf = (session: string): Members => {
    let found = members.get(session);
    if (found === undefined) members.set(session, (found = { entries: [], tallies: [] }));
    return found;
  };
  const here = new Set<string>();
  for (const entry of entries) {
    const { session_id } = entry.state.facts;
    if (session_id === null) continue;
    here.add(session_id);
    membersOf(rootOf(session_id)).entries.push(entry);
  }
  for (const [session, tally] of scope.tallies) membersOf(rootOf(session)).tallies.push({ tally, session });
  // Records may name a session that no log is of, where a log holds the history of another one: that log stands for it.
  for (const [session, { entries: own, tallies }] of members) {
    if (own.length > 0) continue;
    const named = new Set([session, ...tallies.map((part) => part.session)]);
    own.push(...entries.filter(({ state }) => state.facts.sessions.some((id) => named.has(id))));
  }
  return {
    agent: agent.name,
    sessions: [...members]
      .filter(([, { entries: own }]) => own.length > 0)
      .map(([session, found]) => summarise(agent, session, found, here)),
    files: entries.length,
    records: [...scope.tallies.values()].reduce((n, { slices }) => n + slices.reduce((m, { records }) => m + records, 0), 0),
    answered: entries.some(({ state }) => state.facts.answered),
    skipped: skippedOf(entries, 0),
    unread: scope.unread,
  };
}
