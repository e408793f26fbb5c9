// A row of Reality Check as an analysis: the 31 columns by their names, with what they hold brought to our types. What can't be
// brought there is kept as it was, under `imported`, so that nothing is lost.
import type { Analysis, CaptureStatus, Stage } from './analysis.js';
import type { Tool } from './agents.js';
import { picoOf } from './money.js';
import { parseInstant, type Instant } from './time.js';
import { UNKNOWN } from './tokens.js';

/** A row by the names of its columns; a value is what YAML, JSON or Arrow make of it. */
export type ForeignRow = Readonly<Record<string, unknown>>;

/** What the books set themselves when they record it. */
type Recorded = 'id' | 'revision' | 'recorded_at' | 'recorded_by' | 'prev_sha256' | 'row_sha256' | 'unknown_columns';

export interface ImportedAnalysis {
  /** As it was; null if it had none. */
  readonly id: string | null;
  readonly fields: Omit<Analysis, Recorded>;
}

/** Reads the columns of a row, and keeps those that it can't read. */
class Columns {
  readonly unread: Record<string, unknown> = {};
  readonly #row: ForeignRow;
  /** Reads a time that has no offset. */
  readonly #local: (text: string) => Instant | null;

  constructor(row: ForeignRow, local: (text: string) => Instant | null) {
    this.#row = row;
    this.#local = local;
  }

  #read<T>(name: string, read: (value: unknown) => T | null): T | null {
    const value = Object.hasOwn(this.#row, name) ? this.#row[name] : null;
    if (value === null || value === undefined) return null;
    const result = read(value);
    if (result === null) this.unread[name] = value;
    return result;
  }

  text(name: string): string | null {
    return this.#read(name, (value) =>
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value === 'string' ? value : null,
    );
  }

  /** Also one below zero, which `validate` finds. */
  whole(name: string): number | null {
    return this.#read(name, (value) => {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      return Number.isSafeInteger(number) ? (number as number) : null;
    });
  }

  instant(name: string): Instant | null {
    return this.#read(name, (value) => (typeof value === 'string' ? (parseInstant(value) ?? this.#local(value)) : null));
  }

  list(name: string): readonly string[] | null {
    return this.#read(name, (value) => (Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null));
  }

  pico(name: string): bigint | null {
    return this.#read(name, (value) =>
      typeof value === 'number' || typeof value === 'string' ? picoOf(typeof value === 'string' ? value : shortest(value)) : null,
    );
  }

  stages(name: string, at: Instant): readonly Stage[] {
    return this.#read(name, (value) => stagesOf(value, at)) ?? [];
  }
}

/** The shortest decimal that gives the number: of one that a float32 held, as it was before that narrowed it. */
function shortest(value: number): string {
  if (Math.fround(value) === value) {
    for (let digits = 1; digits < 10; digits++) {
      const text = value.toPrecision(digits);
      if (Math.fround(Number(text)) === value) return text;
    }
  }
  return String(value);
}

const isFields = (value: unknown): value is ForeignRow => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of stages with their names and what each spent, as JSON text or parsed; null if it is anything else. */
function stagesOf(value: unknown, at: Instant): readonly Stage[] | null {
  let list = value;
  if (typeof value === 'string') {
    if (value.trim() === '') return [];
    try {
      list = JSON.parse(value);
    } catch {
      return null;
    }
  }
  if (!Array.isArray(list)) return null;
  const attempts = new Map<string, number>();
  const stages: Stage[] = [];
  for (const item of list as unknown[]) {
    if (!isFields(item)) return null;
    const columns = new Columns(item, () => null);
    const stage = columns.text('stage') ?? columns.text('name');
    if (stage === null) return null;
    const attempt = (attempts.get(stage) ?? 0) + 1;
    attempts.set(stage, attempt);
    const tokens = columns.whole('tokens_delta') ?? columns.whole('tokens');
    stages.push({
      stage,
      attempt,
      status: 'done',
      at: columns.instant('timestamp') ?? columns.instant('at') ?? columns.instant('completed_at') ?? at,
      usage: null,
      known_total: tokens !== null && tokens >= 0 ? tokens : null,
      session_id: null,
      notes: columns.text('notes'),
      cuts: [],
    });
  }
  return stages;
}

/** The columns of Reality Check's `analysis_logs`. */
export const REALITY_CHECK_COLUMNS: ReadonlySet<string> = new Set([
  'id', 'source_id', 'analysis_file', 'pass', 'status', 'tool', 'command', 'model', 'framework_version', 'methodology_version',
  'started_at', 'completed_at', 'duration_seconds', 'tokens_in', 'tokens_out', 'total_tokens', 'cost_usd', 'tokens_baseline',
  'tokens_final', 'tokens_check', 'usage_provider', 'usage_mode', 'usage_session_id', 'inputs_source_ids', 'inputs_analysis_ids',
  'stages_json', 'claims_extracted', 'claims_updated', 'notes', 'git_commit', 'created_at',
]); // prettier-ignore

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
  const columns = new Columns(row, local);
  const [started_at, completed_at] = [columns.instant('started_at'), columns.instant('completed_at')];
  const created_at = columns.instant('created_at') ?? started_at ?? completed_at ?? at;
  const [tokens_in, tokens_out, total_tokens] = [columns.whole('tokens_in'), columns.whole('tokens_out'), columns.whole('total_tokens')];
  const tokens_check = columns.whole('tokens_check');
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
    stages: columns.stages('stages_json', created_at),
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
  const others = keepOthers ? Object.entries(row).filter(([name, value]) => !REALITY_CHECK_COLUMNS.has(name) && value !== null) : [];
  const kept = { ...columns.unread, ...Object.fromEntries(others) };
  return { id: id === '' ? null : id, fields: { ...fields, imported: Object.keys(kept).length === 0 ? null : kept } };
}

/** Calls each row by its own id; a second row with one id is `<id>~2`, one without any `unnamed`. `taken` is told of them. */
export function idAmong(id: string | null, taken: Set<string>): string {
  const own = id ?? 'unnamed';
  let [name, n] = [own, 1];
  while (taken.has(name)) name = `${own}~${++n}`;
  taken.add(name);
  return name;
}
