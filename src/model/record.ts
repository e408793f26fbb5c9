// A usage record: one API response's token counts, as one log tells it. It is made in capture/<agent>/parse and nowhere else.
import type { Counts } from './tokens.js';
import type { Instant } from './time.js';

/**
 * One log's copy of an API response. Copies of the same response share `key`; which of them counts, and to whose session, is
 * decided once, in ingest.
 */
export interface RecordCopy {
  /** The record's own key within its agent: equal for every copy of one response, in whichever file it stands. */
  readonly key: string;
  /** The session (or sub-agent thread) that this copy says it belongs to. */
  readonly session: string;
  /** Logged time of the copy's first line; null if it has no usable time: it counts in its session and in no window. */
  readonly at: Instant | null;
  /** The model as the log names it; null if the log doesn't tell. */
  readonly model: string | null;
  readonly counts: Counts;
  /** API calls that it stands for: 1, but for logs that only tell their sum. */
  readonly calls: number;
  /** Equal in copies that carry ids of their own, which only the set of all logs shows; null where copies share their key. */
  readonly twin: string | null;
  /** Spent by a sub-agent, in whichever file it was logged. */
  readonly subagent: boolean;
  /** The log itself marks it as copied from another session. */
  readonly copied: boolean;
  /** The response was not seen finished: its output is a lower bound. */
  readonly partial: boolean;
  /** Such a partial record stays one: the agent's version leaves placeholders for the output. */
  readonly unreliable: boolean;
  /** Fields of the record that were no counts and were taken as 0. */
  readonly invalid: number;
  /** It repeats what should stand in another log: never counted, it shows what is missing if no other copy is found. */
  readonly echo: boolean;
  /** The first event of a counter of its own: an equal key in another session is chance, not a copy. */
  readonly sole: boolean;
  /** Written by a delegate without a parent on disk, whose events old builds repeated in another log within the same second. */
  readonly delegate: boolean;
  /** Which of two copies tells the truth: the heavier one. */
  readonly weight: number;
  /** Which of two copies owns the record: the one of lower rank, then the one in the earlier log. */
  readonly rank: number;
  /** Git branch on which it was made, and type of the sub-agent that made it; null where the log doesn't tell. */
  readonly branch: string | null;
  readonly agent_type: string | null;
  /** What of it changes its price, as `terms.ts` writes it; null for an ordinary one. */
  readonly terms: string | null;
  /** What it cost by the agent's own figure, in dollars, as the log writes it; null where it tells none. */
  readonly reported: string | null;
  /** First byte of the copy's first line and the byte after its last, or the same of ordinals in a document. */
  readonly position: number;
  readonly end: number;
  /** Where its log tells a sum that has its counts, so that from there on it counts for nothing by itself; null where there is none. */
  readonly until: number | null;
}

/** The flags of a copy that are rarely set. */
export const ORDINARY = {
  calls: 1,
  twin: null,
  subagent: false,
  copied: false,
  partial: false,
  unreliable: false,
  invalid: 0,
  echo: false,
  sole: false,
  delegate: false,
  weight: 0,
  rank: 0,
  branch: null,
  agent_type: null,
  terms: null,
  reported: null,
  until: null,
} as const;
