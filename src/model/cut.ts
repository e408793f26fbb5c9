// Cuts and snapshots: what was counted, up to where, so that it can be counted again (semantics 1 and 2).
import type { AgentName } from './agents.js';
import type { Counts } from './tokens.js';
import type { Instant } from './time.js';

/** How far a log was read. `bytes` are of its text, uncompressed. */
export type Position =
  | { readonly kind: 'append'; readonly bytes: number; readonly prefix_sha256: string }
  | { readonly kind: 'document'; readonly records: number; readonly last_key: string | null }
  | { readonly kind: 'rows'; readonly records: number; readonly last_key: string | null };

/** What makes a log this log: agent, session, path relative to the agent's root, and its first 4 KiB of text. */
export interface LogIdentity {
  readonly path: string;
  readonly session_id: string;
  readonly head_sha256: string;
}

export interface LogCut extends LogIdentity {
  readonly position: Position;
}

/** A record that was not finished when it was counted. */
export interface OpenRecord {
  readonly key: string;
  readonly model: string;
  readonly subagent: boolean;
  readonly counts: Counts;
}

export interface Cut {
  readonly at: Instant;
  readonly logs: readonly LogCut[];
  readonly open: readonly OpenRecord[];
  /** Records before the cut. */
  readonly records: number;
  /** SHA-256 over the SHA-256s of 256 key ranges, each over the sorted keys and classes of its records. */
  readonly digest: string;
  /** Reader and version, as `claude@1`. */
  readonly reader: string;
  /** Set by time alone: what is told before `at` lies before the cut, wherever it stands. */
  readonly by?: 'time';
}

/** A stage's cut. Its bytes lie inside those of the final cut, whose prefix hash covers them, so it needs no hash of its own. */
export interface StageCut {
  readonly session_id: string;
  readonly at: Instant;
  /** By path of the log: bytes (append) or records (document, rows). */
  readonly positions: Readonly<Record<string, number>>;
  readonly open: readonly OpenRecord[];
  readonly records: number;
}

export interface ModelCounts extends Counts {
  readonly records: number;
}

/** Counts of a session, or of a part of one. `by_model` and `subagents` are parts of `counts`. */
export interface Usage {
  readonly counts: Counts;
  readonly records: number;
  readonly by_model: Readonly<Record<string, ModelCounts>>;
  readonly subagents: ModelCounts | null;
}

export interface Snapshot {
  readonly cut: Cut;
  readonly usage: Usage;
  readonly flags: readonly string[];
  readonly partial_records: number;
  readonly skipped: readonly Skipped[];
}

/** Something that was not counted, and why. */
export interface Skipped {
  readonly reason: string;
  readonly count: number;
}

/** How a session was found for work that was recorded without one. */
export interface Match {
  readonly rule: 'given' | 'recorded_session' | 'only_session_of_project' | 'only_session';
  readonly confidence: 'exact' | 'high' | 'low';
  /** Usage records in the window that are the analysis'. */
  readonly records: number;
  /** Records in the window that another analysis has. */
  readonly left_out: readonly { readonly id: string; readonly records: number }[];
}

/** What an envelope told of a model beyond the one before it: sums of requests that no log is read for. */
export interface ToldUsage {
  readonly at: Instant;
  readonly model: string | null;
  readonly counts: Counts;
  /** Dollars, by the agent's own figure; null where it tells none. */
  readonly reported: string | null;
  readonly web_searches: number;
  /** Of the whole envelope, with its first model; null beside the others. */
  readonly turns: number | null;
  readonly duration_ms: number | null;
  readonly duration_api_ms: number | null;
}

/** The agent's process that began an analysis, on a machine that is told by a hash. */
export interface AgentProcess {
  readonly pid: number;
  /** When it began, as the system tells it. */
  readonly started: string;
  readonly machine: string;
  /** The same since the machine was booted last. */
  readonly boot: string;
}

/** One session of an analysis, from its baseline to its last snapshot. */
export interface SessionPart {
  readonly agent: AgentName;
  readonly session_id: string;
  /** A log given by path, home as `~`; null where the session's whole family counts. */
  readonly path: string | null;
  /** How the session was found, e.g. `flag`, `environment`, `project`. */
  readonly found_by: string;
  readonly baseline: Snapshot;
  /** Why the baseline is what it is, e.g. `log_not_yet`; null for an ordinary one. */
  readonly baseline_reason: string | null;
  /** The last snapshot that was booked; null before the first mark. */
  readonly final: Snapshot | null;
  /** The session counts until then, whatever it does later; left out where it goes on with the analysis. */
  readonly until?: Instant;
  /** How it was found, where that was done afterwards. */
  readonly match?: Match;
  /** When it was filled from the books. */
  readonly filled_at?: Instant;
  /** Keys of records that lie in it and belong to another analysis. */
  readonly excluded?: readonly string[];
  /** What envelopes told of it, one after the other, where no log of it is read. */
  readonly told?: readonly ToldUsage[];
  /** What the last one said in all. */
  readonly told_last?: readonly Pick<ToldUsage, 'model' | 'counts' | 'reported' | 'web_searches'>[];
  /** The agent that ran it at the start, where it was seen. */
  readonly process?: AgentProcess;
  /** When its cuts took what the agent wrote late; left out as long as they did not. */
  readonly settled_at?: Instant;
}

/**
 * Whether two names of a log, relative to its agent's root, mean the same one: agents name folders after projects, and of such a name
 * the part that stands for the home is stored as `~`.
 */
export function isSameLog(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, whole] = a.includes('~') ? [a, b] : [b, a];
  const at = short.indexOf('~');
  if (at < 0) return false;
  const [before, after] = [short.slice(0, at), short.slice(at + 1)];
  return whole.length >= short.length && whole.startsWith(before) && whole.endsWith(after);
}

/** A session whose log is read: of others, envelopes told what they spent. */
export const isLogged = ({ told }: SessionPart): boolean => told === undefined;
