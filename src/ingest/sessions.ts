// All sessions of an agent, with what each has spent. One reading of everything, kept in the cache, so that the next one costs
// what was written since.
import { factsIn, type Agent, type LogFacts } from '../capture/agent.js';
import type { Skipped, Usage } from '../model/cut.js';
import type { AgentName } from '../model/agents.js';
import { fromMs, type Instant } from '../model/time.js';
import { UNKNOWN } from '../model/tokens.js';
import { AllLogs } from './all-logs.js';
import { flagsOf, skippedOf, uncountedFlag } from './flags.js';
import { logPath, type LogEntry } from './read-log.js';
import type { Reading, UnreadLog } from './scope.js';
import { invalidIn, marksOf, usageOf, type SessionTally } from './tally.js';

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
  /** Turns of the conversation, where the log tells no more than that; null otherwise. */
  readonly turns: number | null;
  /** The log of the session itself, or of a sub-agent where that is all there is. */
  readonly path: string;
  readonly files: number;
}

export interface AgentSessions {
  readonly agent: AgentName;
  readonly sessions: readonly SessionSummary[];
  readonly files: number;
  /** Lines of its logs; of documents and databases the records. */
  readonly lines: number;
  readonly records: number;
  /** The agent answered in one of them, whether or not it was counted. */
  readonly answered: boolean;
  readonly skipped: readonly Skipped[];
  readonly unread: readonly UnreadLog[];
}

/** A session in a log: the log, and what it says of the session. */
interface Part {
  readonly entry: LogEntry;
  readonly facts: LogFacts;
}

interface Members {
  readonly parts: Part[];
  readonly tallies: { tally: SessionTally; session: string }[];
}

const first = (values: readonly (Instant | null)[], pick: (...all: number[]) => number): Instant | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : pick(...known);
};

/** Flags that only the set of all logs shows: parents that are not there. */
function absentees(session: string, members: Members, here: ReadonlySet<string>): string[] {
  const facts = members.parts.map((part) => part.facts);
  const flags: string[] = [];
  const spawned = facts.some(({ parent }) => parent !== null);
  if (spawned && !here.has(session)) flags.push('parent_missing');
  const own = facts.filter(({ session_id }) => session_id === session);
  if (own.some(({ forked_from }) => forked_from.some((ancestor) => !here.has(ancestor)))) flags.push('fork_parent_missing');
  return flags;
}

function summarise(agent: Agent, session: string, members: Members, here: ReadonlySet<string>): SessionSummary {
  const { reader } = agent;
  const facts = members.parts.map((part) => part.facts);
  const parts = members.tallies.map(({ tally, session: own }) => ({ tally, subagent: own !== session }));
  const tallies = parts.map(({ tally }) => tally);
  const usage = usageOf(parts, true, reader.tellsReasoning);
  const unknown = uncountedFlag(facts, usage.records, reader);
  const main = members.parts.find((part) => part.facts.session_id === session && part.facts.parent === null) ?? members.parts[0]!;
  const ordered = [main, ...members.parts.filter((part) => part !== main)];
  const folders = [...new Set(ordered.flatMap((part) => part.facts.folders))];
  const entries = [...new Set(members.parts.map(({ entry }) => entry))];
  const turns = facts.flatMap((fact) => fact.turns ?? []);
  const written_at = fromMs(Math.max(...entries.map(({ mtimeMs }) => mtimeMs)));
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
    usage: unknown === null ? usage : { ...usage, counts: UNKNOWN },
    flags: [...new Set([...flagsOf(marks, usage, facts, unknown), ...absentees(session, members, here)])].sort(),
    skipped: skippedOf(entries, marks.invalid),
    partial_records: marks.partial,
    turns: turns.length === 0 ? null : turns.reduce((sum, n) => sum + n, 0),
    path: logPath(main.entry),
    files: entries.length,
  };
}

/** Reads all logs of an agent below `roots`. */
export async function readSessions(agent: Agent, roots: readonly string[], reading: Reading): Promise<AgentSessions> {
  const all = await AllLogs.read(agent, reading, roots);
  all.save();
  all.close();
  return sessionsIn(all);
}

/** The sessions in all logs of an agent. */
export function sessionsIn(all: AllLogs): AgentSessions {
  const { agent, entries } = all;
  const rootOf = all.rootOf();
  const members = new Map<string, Members>();
  const membersOf = (session: string): Members => {
    let found = members.get(session);
    if (found === undefined) members.set(session, (found = { parts: [], tallies: [] }));
    return found;
  };
  const here = new Set<string>();
  const parts = entries.flatMap((entry) => factsIn(entry.state).map((facts): Part => ({ entry, facts })));
  for (const part of parts) {
    const { session_id } = part.facts;
    if (session_id === null) continue;
    here.add(session_id);
    membersOf(rootOf(session_id)).parts.push(part);
  }
  for (const [session, tally] of all.tallies) membersOf(rootOf(session)).tallies.push({ tally, session });
  // Records may name a session that no log is of, where a log holds the history of another one: that log stands for it.
  for (const [session, { parts: own, tallies }] of members) {
    if (own.length > 0) continue;
    const named = new Set([session, ...tallies.map((part) => part.session)]);
    own.push(...parts.filter(({ facts }) => facts.sessions.some((id) => named.has(id))));
  }
  return {
    agent: agent.name,
    sessions: [...members].filter(([, { parts: own }]) => own.length > 0).map(([session, found]) => summarise(agent, session, found, here)),
    files: entries.length,
    lines: entries.reduce((sum, { kind, lines, records }) => sum + (kind === 'append' ? lines : records), 0),
    records: all.recordCount,
    answered: all.facts.some(({ answered }) => answered),
    skipped: skippedOf(entries, invalidIn(all.tallies)),
    unread: all.unread,
  };
}
