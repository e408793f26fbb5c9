// An analysis as a row of `analysis_logs`, and back. No arithmetic: sums were made before.
import { TokentrailError } from '../model/errors.js';
import type { Analysis, MeasuredUsage, Stage } from '../model/analysis.js';
import type { SessionPart } from '../model/cut.js';
import { analysisLogs } from '../schema/index.js';
import type { Row, Value } from './rows.js';
import { RESTORE } from './damage.js';
import { canonicalRow, rowHash } from './seal.js';
import { stagesFromText, stagesToText } from './stages-text.js';

const KNOWN = new Set(analysisLogs.columns.map(({ name }) => name));

const PICO = 1e12;

/** Columns that hold the analysis' own fields under the same name. */
const PLAIN = [
  'id', 'revision', 'recorded_at', 'recorded_by', 'reason', 'prev_sha256', 'kind', 'source_id', 'analysis_file', 'pass', 'status',
  'tool', 'command', 'model', 'framework_version', 'methodology_version', 'started_at', 'completed_at', 'duration_seconds',
  'tokens_in', 'tokens_out', 'total_tokens', 'cost_pico_usd', 'cost_provenance', 'tokens_baseline', 'tokens_final', 'tokens_check',
  'usage_provider', 'usage_mode', 'usage_session_id', 'inputs_source_ids', 'inputs_analysis_ids', 'claims_extracted',
  'claims_updated', 'notes', 'git_commit', 'git_branch', 'created_at', 'task', 'tags', 'project', 'idempotency_key',
  'capture_status', 'capture_reason', 'forgotten_at',
] as const satisfies readonly (keyof Analysis)[]; // prettier-ignore

export const rowKey = (id: string, revision: number): string => `${id}@${revision}`;

/** The row to be stored, sealed. */
export function analysisToRow(analysis: Analysis): Row {
  const { counts, stages, costs, usage, imported, cost_pico_usd } = analysis;
  const row: Record<string, Value> = {
    ...(analysis.unknown_columns as Record<string, Value>),
    row_key: rowKey(analysis.id, analysis.revision),
    cost_usd: cost_pico_usd === null ? null : Number(cost_pico_usd) / PICO,
    input_tokens: counts.input,
    cache_read_tokens: counts.cache_read,
    cache_write_5m_tokens: counts.cache_write_5m,
    cache_write_1h_tokens: counts.cache_write_1h,
    output_tokens: counts.output,
    reasoning_tokens: counts.reasoning,
    stages_json: stages.length === 0 ? null : stagesToText(stages),
    sessions_json: JSON.stringify(analysis.sessions),
    cost_json: costs === null ? null : JSON.stringify(costs),
    usage_json: usage === null ? null : JSON.stringify(usage),
    imported_json: imported === null ? null : JSON.stringify(imported),
    row_sha256: null,
    ...Object.fromEntries(PLAIN.map((name) => [name, analysis[name]])),
  };
  row['row_sha256'] = rowHash(row);
  return row;
}

/** What the row is proved by: its hash as stored, or of a row that an adoption left without one, the one that it would have. */
export const provedBy = (analysis: Analysis): string => analysis.row_sha256 ?? (analysisToRow(analysis)['row_sha256'] as string);

function parsed<T>(row: Row, column: string, empty: T, read: (text: string) => T = (text) => JSON.parse(text) as T): T {
  const value = row[column] ?? null;
  if (value === null) return empty;
  try {
    return read(String(value));
  } catch (error) {
    throw new TokentrailError('STORE_DAMAGED', `Column "${column}" of row "${String(row['row_key'])}" can't be read.`, {
      suggestions: RESTORE,
      cause: error,
    });
  }
}

/** Reads a stored row; columns that this version doesn't know are kept for the next revision. */
export function analysisFromRow(row: Row): Analysis {
  const plain = Object.fromEntries(PLAIN.map((name) => [name, row[name] ?? null])) as Pick<Analysis, (typeof PLAIN)[number]>;
  const number = (name: string): number | null => (row[name] ?? null) as number | null;
  // V8 keeps thousands of such objects in a quarter of the memory where the fields of the list come last.
  return {
    row_sha256: (row['row_sha256'] ?? null) as string | null,
    counts: {
      input: number('input_tokens'),
      cache_read: number('cache_read_tokens'),
      cache_write_5m: number('cache_write_5m_tokens'),
      cache_write_1h: number('cache_write_1h_tokens'),
      output: number('output_tokens'),
      reasoning: number('reasoning_tokens'),
    },
    usage: parsed<MeasuredUsage | null>(row, 'usage_json', null),
    costs: parsed<Analysis['costs']>(row, 'cost_json', null),
    sessions: parsed<SessionPart[]>(row, 'sessions_json', []),
    imported: parsed<Analysis['imported']>(row, 'imported_json', null),
    stages: parsed<Stage[]>(row, 'stages_json', [], stagesFromText),
    unknown_columns: Object.fromEntries(Object.entries(row).filter(([name]) => !KNOWN.has(name))),
    ...plain,
  };
}

/** What the books set when they record it. */
const RECORDED: ReadonlySet<string> = new Set(['id', 'row_key', 'revision', 'recorded_at', 'recorded_by', 'prev_sha256']);

/**
 * What an imported first revision says, as it is stored: one text for all that were taken in from rows that say the same, whenever.
 * A time that was taken from when it was recorded says nothing; nor does an empty list.
 */
export function contentOf(analysis: Analysis): string {
  const stages = analysis.stages.map((stage) => (stage.untimed === true ? { ...stage, at: 0 } : stage));
  const row = analysisToRow({ ...analysis, stages, unknown_columns: {} });
  const said = Object.entries(row).filter(
    ([name, value]) =>
      !RECORDED.has(name) && !(Array.isArray(value) && value.length === 0) && !(name === 'created_at' && value === analysis.recorded_at),
  );
  return canonicalRow(Object.fromEntries(said));
}
