// The revisions of an analysis: when each was recorded, by which command, and what it changed.
import { isDeepStrictEqual } from 'node:util';
import type { Analysis } from '../../model/analysis.js';
import { formatInstant, formatLocal } from '../../model/time.js';
import { analysisJson } from './analysis-json.js';
import { tokens } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

/** What every revision says of itself, and what only repeats other fields. */
const NOT_COMPARED = new Set(['revision', 'recorded_at', 'recorded_by', 'reason', 'prev_sha256', 'row_sha256', 'tail']);

/** A field with its values before and after. */
interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

function changesOf(before: Analysis | undefined, after: Analysis): Change[] {
  if (before === undefined) return [];
  const old = analysisJson(before) as Readonly<Record<string, unknown>>;
  return Object.entries(analysisJson(after))
    .filter(([field, value]) => !NOT_COMPARED.has(field) && !isDeepStrictEqual(value, old[field]))
    .map(([field, value]): Change => ({ field, before: old[field], after: value as unknown }));
}

/** Long structures are told by name; `show --at` has them whole. */
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

export const historyJson = (history: readonly Analysis[]): object[] =>
  history.map((revision, i) => ({
    revision: revision.revision,
    recorded_at: formatInstant(revision.recorded_at),
    recorded_by: revision.recorded_by,
    reason: revision.reason,
    status: revision.status,
    total_tokens: revision.total_tokens,
    prev_sha256: revision.prev_sha256,
    row_sha256: revision.row_sha256,
    changes: changesOf(history[i - 1], revision).map(({ field, before, after }) =>
      isPlain(before) && isPlain(after) ? { field, before, after } : { field },
    ),
  }));

interface Line {
  readonly revision: Analysis;
  readonly changed: string;
}

const COLUMNS: readonly TableColumn<Line>[] = [
  { header: 'revision', align: 'right', cell: ({ revision }) => String(revision.revision) },
  { header: 'recorded', cell: ({ revision }) => formatLocal(revision.recorded_at) },
  { header: 'by', cell: ({ revision }) => revision.recorded_by },
  { header: 'status', cell: ({ revision }) => revision.status },
  { header: 'tokens', align: 'right', cell: ({ revision }) => tokens(revision.total_tokens, revision.capture_status === 'partial') },
  { header: 'changed', cell: ({ changed }) => changed },
  { header: 'reason', cell: ({ revision }) => revision.reason ?? '' },
];

export function renderHistory(history: readonly Analysis[], terminal: boolean): string {
  const lines = history.map((revision, i): Line => ({
    revision,
    changed:
      i === 0
        ? '(new)'
        : changesOf(history[i - 1], revision)
            .map(({ field }) => field)
            .join(', '),
  }));
  return renderTable(COLUMNS, lines, terminal);
}
