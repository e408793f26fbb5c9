// The journal of an analysis: what was decided, found, noted and tested, entry after entry. An entry is never changed.
import type { Instant } from './time.js';

export const ENTRIES = ['checkpoint', 'finding', 'note', 'result'] as const;
export type EntryKind = (typeof ENTRIES)[number];

/** `auto`: nobody was asked. */
export const DECISIONS = ['approve', 'revise', 'reject', 'instruct', 'auto'] as const;
export type Decision = (typeof DECISIONS)[number];

/** The gravest first. Two scales are in use, of reviews and of security; each keeps its own words. */
export const SEVERITIES = ['critical', 'high', 'error', 'medium', 'warning', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What an entry says, before it is recorded. Fields of other kinds are null. */
export interface JournalDraft {
  readonly entry: EntryKind;
  /** When it was decided, found, noted or tested; null where nobody knows. */
  readonly at: Instant | null;
  readonly stage: string | null;
  /** Which attempt of the stage, from 1; null without a stage. */
  readonly attempt: number | null;
  readonly decision: Decision | null;
  readonly feedback: string | null;
  readonly decided_by: string | null;
  readonly requested_at: Instant | null;
  readonly severity: Severity | null;
  readonly category: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string | null;
  /** Tests; null if unknown. */
  readonly passed: number | null;
  readonly failed: number | null;
  readonly errors: number | null;
}

export interface JournalEntry extends JournalDraft {
  /** The analysis. */
  readonly id: string;
  /** Which entry of its analysis, from 1. */
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly recorded_by: string;
  readonly prev_sha256: string | null;
  readonly row_sha256: string | null;
}

export const EMPTY_ENTRY: Omit<JournalDraft, 'entry' | 'at'> = {
  stage: null,
  attempt: null,
  decision: null,
  feedback: null,
  decided_by: null,
  requested_at: null,
  severity: null,
  category: null,
  file: null,
  line: null,
  message: null,
  passed: null,
  failed: null,
  errors: null,
};

/** A decision after which the stage is done again. */
export const isRefusal = (decision: Decision | null): boolean => decision === 'revise' || decision === 'reject';

/** Whether tests failed, or none ran. */
export const isFailure = (result: Pick<JournalDraft, 'passed' | 'failed' | 'errors'>): boolean =>
  (result.failed ?? 0) > 0 || (result.errors ?? 0) > 0 || isEmpty(result);

/** Whether no test ran: none is told of. */
export const isEmpty = ({ passed, failed, errors }: Pick<JournalDraft, 'passed' | 'failed' | 'errors'>): boolean =>
  passed === 0 && failed === 0 && (errors ?? 0) === 0;
