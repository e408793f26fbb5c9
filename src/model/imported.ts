// A row of Reality Check as an analysis: the 31 columns by their names, with what they hold brought to our types. What can't be
// brought there, or says more than our columns hold, is kept as it was, under `imported`, so that nothing is lost.
import type { Analysis, CaptureStatus, ImportedRest } from './analysis.js';
import type { Tool } from './agents.js';
import { ForeignColumns, jsonOf, type ForeignRow } from './foreign-columns.js';
import { KEY_PREFIX } from './ids.js';
import { importedStages } from './imported-stages.js';
import type { Instant } from './time.js';
import { UNKNOWN } from './tokens.js';

export type { ForeignRow } from './foreign-columns.js';

/** What the books set themselves when they record it. */
type Recorded = 'id' | 'revision' | 'recorded_at' | 'recorded_by' | 'prev_sha256' | 'row_sha256' | 'unknown_columns';

export interface ImportedAnalysis {
  /** As it was; null if it had none. */
  readonly id: string | null;
  readonly fields: Omit<Analysis, Recorded>;
}

/** Columns whose values are texts, or lists of texts. */
const TEXTS: ReadonlySet<string> = new Set([
  'id', 'source_id', 'analysis_file', 'status', 'tool', 'command', 'model', 'framework_version', 'methodology_version', 'started_at',
  'completed_at', 'usage_provider', 'usage_mode', 'usage_session_id', 'inputs_source_ids', 'inputs_analysis_ids', 'claims_extracted',
  'claims_updated', 'notes', 'git_commit', 'created_at',
]); // prettier-ignore

/** The columns of Reality Check's `analysis_logs`. */
export const REALITY_CHECK_COLUMNS: ReadonlySet<string> = new Set([
  ...TEXTS, 'pass', 'duration_seconds', 'tokens_in', 'tokens_out', 'total_tokens', 'cost_usd', 'tokens_baseline', 'tokens_final',
  'tokens_check', 'stages_json',
]); // prettier-ignore

export const isText = (column: string): boolean => TEXTS.has(column);

/**
 * @param at when it is recorded: the time of what has none.
 * @param local reads a time without an offset.
 * @param keepOthers keep the values of columns that we don't know, too; a store keeps those columns themselves.
 */
export function importedAnalysis(
  row: ForeignRow,
  at: Instant,
  local: (text: string) => Instant | null,
  keepOthers: boolean,
): ImportedAnalysis {
  const columns = new ForeignColumns(row, local);
  const [started_at, completed_at] = [columns.instant('started_at'), columns.instant('completed_at')];
  const created_at = columns.instant('created_at') ?? started_at ?? completed_at ?? at;
  const [tokens_in, tokens_out, total_tokens] = [columns.whole('tokens_in'), columns.whole('tokens_out'), columns.whole('total_tokens')];
  const tokens_check = columns.whole('tokens_check');
  const stages = columns.read('stages_json', (value) => importedStages(value, completed_at ?? started_at ?? created_at, local));
  const isCounted = [tokens_in, tokens_out, total_tokens, tokens_check].some((value) => value !== null);
  const cost_pico_usd = columns.pico('cost_usd');
  const [inputs_source_ids, inputs_analysis_ids] = [columns.list('inputs_source_ids'), columns.list('inputs_analysis_ids')];
  const isSynthesis = [inputs_source_ids, inputs_analysis_ids].some((ids) => ids !== null && ids.length > 0);
  const fields: Omit<Analysis, Recorded | 'imported'> = {
    reason: null,
    kind: isSynthesis ? 'synthesis' : 'analysis',
    source_id: columns.text('source_id'),
    analysis_file: columns.text('analysis_file'),
    pass: columns.whole('pass'),
    // What is none of ours stays as it was, and `validate` tells.
    status: (columns.text('status') ?? 'draft') as Analysis['status'],
    tool: (columns.text('tool') ?? 'other') as Tool,
    command: columns.text('command'),
    model: columns.text('model'),
    framework_version: columns.text('framework_version'),
    methodology_version: columns.text('methodology_version'),
    started_at,
    completed_at,
    duration_seconds: columns.whole('duration_seconds'),
    tokens_in,
    tokens_out,
    total_tokens,
    cost_pico_usd,
    costs: null,
    cost_provenance: cost_pico_usd === null ? (isCounted ? 'unpriced' : null) : 'estimated',
    tokens_baseline: columns.whole('tokens_baseline'),
    tokens_final: columns.whole('tokens_final'),
    tokens_check,
    usage_provider: columns.text('usage_provider'),
    usage_mode: columns.text('usage_mode') as Analysis['usage_mode'],
    usage_session_id: columns.text('usage_session_id'),
    counts: { ...UNKNOWN, output: tokens_out },
    usage: null,
    sessions: [],
    stages: stages?.stages ?? [],
    inputs_source_ids,
    inputs_analysis_ids,
    claims_extracted: columns.list('claims_extracted'),
    claims_updated: columns.list('claims_updated'),
    notes: columns.text('notes'),
    git_commit: columns.text('git_commit'),
    git_branch: null,
    created_at,
    task: null,
    tags: null,
    project: null,
    idempotency_key: null,
    capture_status: (isCounted ? 'manual' : 'unattached') satisfies CaptureStatus,
    capture_reason: 'imported',
    forgotten_at: null,
  };
  const id = columns.text('id');
  const kept = {
    ...(stages === null || stages.isWhole ? {} : { stages_json: jsonOf(row['stages_json']) }),
    ...(keepOthers ? columns.rest() : {}),
  };
  return { id: id === '' ? null : id, fields: { ...fields, imported: restOf(columns.unread, kept) } };
}

const byName = (fields: ForeignRow): ForeignRow => Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));

/** In an order that does not depend on the file's; null if nothing is left. */
const restOf = (unread: ForeignRow, kept: ForeignRow): ImportedRest | null =>
  Object.keys(unread).length + Object.keys(kept).length === 0 ? null : { unread: byName(unread), kept: byName(kept) };

/** What a row is called here: as it is called there, unless it has no id, or one that is reserved. */
const nameOf = (id: string | null): string => (id === null ? 'unnamed' : id.startsWith(KEY_PREFIX) ? `imported-${id}` : id);

/** Whether a row of that id may have been called so. */
export function isNameOf(id: string | null, name: string): boolean {
  const own = nameOf(id);
  return name === own || (name.startsWith(`${own}~`) && /^\d+$/.test(name.slice(own.length + 1)));
}

/** Calls each row by its own id; a second row with one id is `<id>~2`, one without any `unnamed`. `taken` is told of them. */
export function idAmong(id: string | null, taken: Set<string>): string {
  const own = nameOf(id);
  let [name, n] = [own, 1];
  while (taken.has(name)) name = `${own}~${++n}`;
  taken.add(name);
  return name;
}
