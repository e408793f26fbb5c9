// A source: what an analysis is about. Reality Check's columns.
import type { Instant } from './time.js';

export interface Source {
  readonly id: string;
  readonly revision: number;
  readonly recorded_at: Instant;
  readonly recorded_by: string;
  readonly prev_sha256: string | null;
  readonly row_sha256: string | null;
  readonly type: string | null;
  readonly title: string | null;
  readonly author: readonly string[] | null;
  readonly year: number | null;
  readonly url: string | null;
  readonly doi: string | null;
  readonly accessed: string | null;
  readonly last_checked: string | null;
  readonly reliability: number | null;
  readonly bias_notes: string | null;
  readonly claims_extracted: readonly string[] | null;
  readonly analysis_file: string | null;
  readonly topics: readonly string[] | null;
  readonly domains: readonly string[] | null;
  readonly status: string | null;
  readonly unknown_columns: Readonly<Record<string, unknown>>;
}
