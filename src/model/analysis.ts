// An analysis as the books keep it: the columns of `analysis_logs` by their names, with the JSON columns as structures.
import type { AnalysisCosts, Provenance } from './price.js';
import type { SessionPart, StageCut, Usage } from './cut.js';
import type { Counts } from './tokens.js';
import type { Tool } from './agents.js';
import type { Instant } from './time.js';

export const KINDS = ['analysis', 'synthesis'] as const;
export type Kind = (typeof KINDS)[number];

/** `incomplete`: it was imported from a journal that doesn't tell how it ended. */
export const STATUSES = ['started', 'completed', 'failed', 'canceled', 'draft', 'incomplete'] as const;
export type Status = (typeof STATUSES)[number];

export const END_STATUSES = ['completed', 'failed', 'canceled'] as const;
export type EndStatus = (typeof END_STATUSES)[number];

/** Whether work of that status is over, however it went. */
export const isEnded = (status: Status): boolean => END_STATUSES.some((end) => end === status);

export const STAGE_STATUSES = ['done', 'failed', 'revised'] as const;
export type StageStatus = (typeof STAGE_STATUSES)[number];

export const CAPTURE_STATUSES = ['captured', 'unattached', 'partial', 'settled', 'backfilled', 'manual'] as const;
export type CaptureStatus = (typeof CAPTURE_STATUSES)[number];

export type UsageMode = 'per_message_sum' | 'counter_delta' | 'windowed_sum' | 'manual';

/** A closed part of an analysis. `usage` is what was spent since the stage before; null where nothing was measured. */
export interface Stage {
  readonly stage: string;
  readonly attempt: number;
  readonly status: StageStatus;
  readonly at: Instant;
  readonly usage: Usage | null;
  /** What was spent, where an import told that alone. */
  readonly known_total?: number | null;
  /** Set where an import told no time: `at` is that of the whole analysis then. */
  readonly untimed?: true;
  /** How long it took, where an import told that. */
  readonly duration_ms?: number;
  readonly session_id: string | null;
  readonly notes: string | null;
  readonly cuts: readonly StageCut[];
}

/** What an imported row said beside what the columns hold. */
export interface ImportedRest {
  /** What could not be read, by its column. */
  readonly unread: Readonly<Record<string, unknown>>;
  /** What could be read, or is none of ours, and says more than the columns hold. */
  readonly kept: Readonly<Record<string, unknown>>;
}

/** What an analysis spent, with what limits the number's worth. */
export interface MeasuredUsage extends Usage {
  readonly flags: readonly string[];
  readonly partial_records: number;
}

export interface Analysis {
  readonly id: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly recorded_by: string;
  readonly reason: string | null;
  readonly prev_sha256: string | null;
  /** Of the row as stored; null before it is. */
  readonly row_sha256: string | null;
  readonly kind: Kind;
  readonly source_id: string | null;
  readonly analysis_file: string | null;
  readonly pass: number | null;
  readonly status: Status;
  readonly tool: Tool;
  readonly command: string | null;
  readonly model: string | null;
  readonly framework_version: string | null;
  readonly methodology_version: string | null;
  readonly started_at: Instant | null;
  readonly completed_at: Instant | null;
  readonly duration_seconds: number | null;
  readonly tokens_in: number | null;
  readonly tokens_out: number | null;
  readonly total_tokens: number | null;
  readonly cost_pico_usd: bigint | null;
  readonly cost_provenance: Provenance | null;
  /** What of it is how known; null where nothing was measured, or its records are not all known. */
  readonly costs: AnalysisCosts | null;
  readonly tokens_baseline: number | null;
  readonly tokens_final: number | null;
  readonly tokens_check: number | null;
  readonly usage_provider: string | null;
  readonly usage_mode: UsageMode | null;
  readonly usage_session_id: string | null;
  readonly counts: Counts;
  readonly usage: MeasuredUsage | null;
  readonly sessions: readonly SessionPart[];
  readonly stages: readonly Stage[];
  readonly inputs_source_ids: readonly string[] | null;
  readonly inputs_analysis_ids: readonly string[] | null;
  readonly claims_extracted: readonly string[] | null;
  readonly claims_updated: readonly string[] | null;
  readonly notes: string | null;
  readonly git_commit: string | null;
  readonly git_branch: string | null;
  readonly created_at: Instant;
  readonly task: string | null;
  /** `k=v` each. */
  readonly tags: readonly string[] | null;
  readonly project: string | null;
  readonly idempotency_key: string | null;
  readonly capture_status: CaptureStatus;
  readonly capture_reason: string | null;
  /** Since when lists leave it out; null for all others. */
  readonly forgotten_at: Instant | null;
  /** What an imported row said that no column holds; null if there is nothing, and for all others. */
  readonly imported: ImportedRest | null;
  /** Columns of a newer release, carried into the next revision unchanged. */
  readonly unknown_columns: Readonly<Record<string, unknown>>;
}
