// A usage record as the books keep it, and the control totals that guard the records of a log.
import type { AgentName } from './agents.js';
import type { Instant } from './time.js';
import { TOKEN_CLASSES, type Counts } from './tokens.js';

/** `partial`: the output is a lower bound so far; `unreliable`: it stays one, since the agent's version writes placeholders. */
export type Completeness = 'complete' | 'partial' | 'unreliable';

export interface UsageRow {
  readonly record_key: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly counted: boolean;
  readonly first_pos: number;
  readonly end_pos: number;
  readonly agent: AgentName;
  readonly session_id: string;
  readonly parent_session_id: string | null;
  readonly at: Instant | null;
  readonly model: string | null;
  readonly project: string | null;
  readonly git_branch: string | null;
  readonly is_subagent: boolean;
  readonly agent_type: string | null;
  readonly calls: number;
  readonly counts: Counts;
  readonly completeness: Completeness;
  readonly log_file_id: string;
  readonly reader_version: number;
  readonly source_gone: boolean;
}

const SUMMED = [...TOKEN_CLASSES, 'reasoning'] as const;

/** Sums of what is known of the records of a log; a class that a record doesn't know adds nothing. */
export type LogTotals = Readonly<Record<'records' | (typeof SUMMED)[number], number>>;

export const NO_RECORDS: LogTotals = { records: 0, input: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output: 0, reasoning: 0 };

/** The totals with a record added (`sign` 1) or taken away (−1); one that isn't counted changes nothing. */
export function withRow(totals: LogTotals, row: UsageRow, sign: 1 | -1): LogTotals {
  if (!row.counted) return totals;
  const next: Record<string, number> = { records: totals.records + sign };
  for (const name of SUMMED) next[name] = totals[name] + sign * (row.counts[name] ?? 0);
  return next as LogTotals;
}

export const sameTotals = (a: LogTotals, b: LogTotals): boolean => a.records === b.records && SUMMED.every((name) => a[name] === b[name]);

/** What a row of `log_files` says. */
export interface LogFileRow {
  readonly log_file_id: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly state: 'pending' | 'done';
  readonly agent: AgentName;
  readonly session_id: string | null;
  readonly path: string;
  readonly origin: string;
  readonly kind: 'append' | 'document' | 'rows';
  readonly size: number;
  readonly written_at: Instant;
  readonly read_to: number;
  readonly head_sha256: string;
  readonly prefix_sha256: string | null;
  readonly reader_version: number;
  readonly about: LogAbout;
  readonly totals_before: LogTotals;
  readonly totals_after: LogTotals;
  readonly gone_at: Instant | null;
}

/** What a log says of each session that it holds, kept for when the log is gone. */
export interface LogAbout {
  readonly sessions: readonly {
    readonly session_id: string | null;
    readonly parent: string | null;
    readonly forked_from: readonly string[];
    readonly flags: readonly string[];
    /** Flag of a session with answers and no count at all; null for others. */
    readonly uncounted: string | null;
    readonly turns: number | null;
    readonly last_at: Instant | null;
  }[];
  readonly skipped: Readonly<Record<string, number>>;
}

/** A usage record, as far as reports need it. */
export interface UsagePoint {
  readonly agent: AgentName;
  /** The session at the top. */
  readonly session: string;
  readonly at: Instant | null;
  readonly model: string | null;
  readonly project: string | null;
  readonly subagent: boolean;
  readonly calls: number;
  readonly counts: Counts;
  /** Its output is a lower bound. */
  readonly partial: boolean;
  readonly gone: boolean;
}
