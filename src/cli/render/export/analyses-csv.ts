// Analyses as a table for spreadsheets: a row for each, in its last revision.
import { HIDDEN } from '../../../exchange/books-file.js';
import type { CsvColumn, CsvValue } from '../../../exchange/csv.js';
import type { Analysis } from '../../../model/analysis.js';
import { dollars } from '../../../model/money.js';
import type { Instant } from '../../../model/time.js';
import type { Telling } from './about.js';
import { CLASS_COLUMNS } from './usage-columns.js';

/** Ids one after the other. */
const joined = (ids: readonly string[] | null): CsvValue => (ids === null || ids.length === 0 ? null : ids.join(' '));

/** Columns of the store by their names; more come at the end. */
export function analysisColumns({ time, redact }: Telling): readonly CsvColumn<Analysis>[] {
  const plain = (name: keyof Analysis): CsvColumn<Analysis> => ({ name, value: (a) => a[name] as CsvValue });
  const times = (name: keyof Analysis): CsvColumn<Analysis> => ({
    name,
    value: (a) => (a[name] === null ? null : time(a[name] as Instant)),
  });
  const hidden = (name: keyof Analysis): CsvColumn<Analysis> => ({
    name,
    value: (a) => (a[name] === null ? null : redact ? HIDDEN : (a[name] as string)),
  });
  return [
    ...(['id', 'revision', 'kind', 'status', 'source_id', 'task'] as const).map(plain),
    { name: 'tags', value: ({ tags }) => joined(tags) },
    plain('pass'),
    plain('tool'),
    hidden('command'),
    plain('model'),
    hidden('project'),
    times('started_at'),
    times('completed_at'),
    plain('duration_seconds'),
    ...CLASS_COLUMNS,
    ...(['tokens_in', 'tokens_out', 'total_tokens', 'tokens_baseline', 'tokens_final', 'tokens_check'] as const).map(plain),
    { name: 'cost_usd', value: ({ cost_pico_usd: pico }) => (pico === null ? null : dollars(pico)) },
    ...(['cost_provenance', 'usage_provider', 'usage_mode', 'usage_session_id', 'capture_status', 'capture_reason'] as const).map(plain),
    { name: 'stages', value: ({ stages }) => stages.length },
    { name: 'inputs_analysis_ids', value: ({ inputs_analysis_ids }) => joined(inputs_analysis_ids) },
    { name: 'inputs_source_ids', value: ({ inputs_source_ids }) => joined(inputs_source_ids) },
    hidden('analysis_file'),
    hidden('notes'),
    times('created_at'),
    times('recorded_at'),
    plain('recorded_by'),
    plain('row_sha256'),
  ];
}
