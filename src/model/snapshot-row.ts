// What a session had spent when a hook told that it began or ended, as the store keeps it.
import type { AgentName } from './agents.js';
import type { Instant } from './time.js';

export interface SnapshotDraft {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly event: 'start' | 'end';
  /** The agent's own name of the event, or the command that found the session silent. */
  readonly told_by: string;
  readonly reason: string | null;
  readonly at: Instant;
  readonly project: string | null;
  readonly transcript: string | null;
  readonly transcript_bytes: number | null;
  readonly records: number | null;
  readonly input: number | null;
  readonly cache_read: number | null;
  readonly cache_write_5m: number | null;
  readonly cache_write_1h: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
  /** `Usage` and `Cut` as JSON. */
  readonly usage_json: string | null;
  readonly cut_json: string | null;
  /** Flags of the session, and `partial` where its last record may still grow; parted by blanks. */
  readonly flags: string | null;
  readonly unknown_because: string | null;
  readonly call_id: string;
}

export interface SnapshotRow extends SnapshotDraft {
  /** The agent and the session. */
  readonly id: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly recorded_by: string;
  readonly prev_sha256: string | null;
  readonly row_sha256: string | null;
}

/** The chain of a session. */
export const chainOf = ({ agent, session_id }: Pick<SnapshotDraft, 'agent' | 'session_id'>): string => `${agent}:${session_id}`;
