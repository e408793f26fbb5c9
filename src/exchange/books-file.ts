// The books as a file: every revision of the analyses and their sources, in a form that people read and that gives the same rows again.
// Times are texts, counts are numbers, money is decimal texts, and unknown is null. Of an earlier revision stands what the one after
// it changed.
import { createHash } from 'node:crypto';
import type { Analysis } from '../model/analysis.js';
import { jsonOf } from '../model/foreign-columns.js';
import { dollars } from '../model/money.js';
import type { JournalEntry } from '../model/journal.js';
import type { Source } from '../model/source.js';
import type { Instant } from '../model/time.js';
import { provedBy, rowKey } from '../store/analysis-rows.js';
import { sourceProvedBy } from '../store/source-rows.js';

export const BOOKS_SCHEMA = 'tokentrail/analyses/v1';

/** Every revision of some analyses and sources, the first one first. */
export interface BooksContent {
  readonly analyses: readonly (readonly Analysis[])[];
  readonly sources: readonly (readonly Source[])[];
  /** The entries of each journal, the first one first; left out where there are none. */
  readonly journal?: readonly (readonly JournalEntry[])[];
}

/** How values are written. */
export interface Writing {
  /** An instant as RFC 3339, to the microsecond. */
  readonly time: (instant: Instant) => string;
  /** Leaves out notes, titles and paths. */
  readonly redact: boolean;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Keys under which a number inside of a session or a stage is an instant. */
export const INSTANTS: ReadonlySet<string> = new Set(['at', 'until', 'settled_at', 'filled_at']);

/** Columns that are instants. */
export const ANALYSIS_TIMES = ['recorded_at', 'started_at', 'completed_at', 'created_at', 'forgotten_at'] as const;

/** Columns of an analysis that are written as they are, in the order of the file, with the times among them. */
export const PLAIN_BEFORE = [
  'id', 'revision', 'kind', 'status', 'source_id', 'task', 'tags', 'pass', 'tool', 'command', 'model', 'project', 'analysis_file',
  'started_at', 'completed_at', 'duration_seconds', 'tokens_in', 'tokens_out', 'total_tokens', 'tokens_baseline', 'tokens_final',
  'tokens_check',
] as const; // prettier-ignore

export const PLAIN_AFTER = [
  'cost_provenance', 'usage_provider', 'usage_mode', 'usage_session_id', 'capture_status', 'capture_reason', 'inputs_source_ids',
  'inputs_analysis_ids', 'claims_extracted', 'claims_updated', 'notes', 'framework_version', 'methodology_version', 'git_commit',
  'git_branch', 'idempotency_key', 'created_at', 'forgotten_at', 'recorded_at', 'recorded_by', 'reason',
] as const; // prettier-ignore

export const COUNT_COLUMNS = {
  input_tokens: 'input',
  cache_read_tokens: 'cache_read',
  cache_write_5m_tokens: 'cache_write_5m',
  cache_write_1h_tokens: 'cache_write_1h',
  output_tokens: 'output',
  reasoning_tokens: 'reasoning',
} as const;

export const SOURCE_COLUMNS = [
  'id', 'revision', 'type', 'title', 'author', 'year', 'url', 'doi', 'accessed', 'last_checked', 'reliability', 'bias_notes',
  'claims_extracted', 'analysis_file', 'topics', 'domains', 'status', 'recorded_at', 'recorded_by',
] as const; // prettier-ignore

/** Free text and places, which `redact` leaves out. */
const PRIVATE = new Set([
  'notes',
  'command',
  'doi',
  'reason',
  'title',
  'bias_notes',
  'url',
  'analysis_file',
  'project',
  'imported',
  'unknown_columns',
  'feedback',
  'message',
  'file',
  'decided_by',
]);

/** Stands for what is left out. */
export const HIDDEN = '[redacted]';

/** Gives each path a name of its own; the same one for the same path. */
class PathNames {
  readonly #names = new Map<string, string>();

  of(path: string): string {
    const name = this.#names.get(path) ?? `log-${this.#names.size + 1}`;
    this.#names.set(path, name);
    return name;
  }
}

/** What is inside of sessions and stages: instants as texts; redacted, paths by other names and no notes. */
function inside(value: unknown, { time, redact }: Writing, paths: PathNames, key = ''): unknown {
  if (typeof value === 'number') return INSTANTS.has(key) ? time(value) : value;
  if (redact && typeof value === 'string' && key === 'path') return paths.of(value);
  if (redact && typeof value === 'string' && key === 'notes') return HIDDEN;
  if (value === null || typeof value !== 'object') return value;
  if (redact && key === 'process') return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => inside(item, { time, redact }, paths));
  const name = (own: string): string => (redact && key === 'positions' ? paths.of(own) : own);
  return Object.fromEntries(Object.entries(value).map(([own, one]) => [name(own), inside(one, { time, redact }, paths, own)]));
}

const timeOrNull = (value: unknown, writing: Writing): string | null => (value === null ? null : writing.time(value as Instant));

/** Without what is private, where that is asked for. */
const redacted = (fields: Fields, { redact }: Writing): Fields =>
  redact
    ? Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, PRIVATE.has(key) && value !== null ? HIDDEN : value]))
    : fields;

/** A revision by the names of its columns. */
function analysisFields(analysis: Analysis, writing: Writing, paths: PathNames): Fields {
  const times: ReadonlySet<string> = new Set(ANALYSIS_TIMES);
  const plain = (names: readonly (keyof Analysis)[]): Fields =>
    Object.fromEntries(names.map((name) => [name, times.has(name) ? timeOrNull(analysis[name], writing) : analysis[name]]));
  const { counts, cost_pico_usd: pico, unknown_columns } = analysis;
  const unknown = Object.fromEntries(Object.entries(unknown_columns).filter(([, value]) => value !== null));
  const fields = {
    ...plain(PLAIN_BEFORE),
    ...Object.fromEntries(Object.entries(COUNT_COLUMNS).map(([column, name]) => [column, counts[name]])),
    cost_usd: pico === null ? null : dollars(pico),
    ...plain(PLAIN_AFTER),
    prev_sha256: analysis.prev_sha256,
    row_sha256: analysis.row_sha256,
    usage: analysis.usage,
    // Amounts in it are in 10^-12 dollars, as the row has them.
    costs_pico_usd: analysis.costs,
    imported: analysis.imported,
    stages: inside(analysis.stages, writing, paths),
    sessions: inside(analysis.sessions, writing, paths),
    ...(Object.keys(unknown).length === 0 ? {} : { unknown_columns: jsonOf(unknown) }),
  };
  return redacted(fields, writing);
}

function sourceFields(source: Source, writing: Writing): Fields {
  const plain = SOURCE_COLUMNS.map((name) => [name, name === 'recorded_at' ? writing.time(source[name]) : source[name]]);
  const unknown = Object.fromEntries(Object.entries(source.unknown_columns).filter(([, value]) => value !== null));
  const fields = {
    ...(Object.fromEntries(plain) as Fields),
    prev_sha256: source.prev_sha256,
    row_sha256: source.row_sha256,
    ...(Object.keys(unknown).length === 0 ? {} : { unknown_columns: jsonOf(unknown) }),
  };
  return redacted(fields, writing);
}

/** What of a revision the one after it changed; its number always. */
const changedFrom = (fields: Fields, next: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => key === 'revision' || JSON.stringify(value) !== JSON.stringify(next[key])),
  );

/** The last revision, with those before it under `earlier`. */
function chainFields<T>(chain: readonly T[], fieldsOf: (revision: T) => Fields): Fields {
  const all = chain.map(fieldsOf);
  const earlier = all.slice(0, -1).map((fields, i) => changedFrom(fields, all[i + 1]!));
  return { ...all.at(-1)!, earlier };
}

/** The items of a file, in the order of their ids. */
export interface BooksItems {
  readonly analyses: readonly Fields[];
  readonly sources: readonly Fields[];
  /** One after the other; left out where there are none. */
  readonly journal?: readonly Fields[];
}

export const JOURNAL_TIMES = ['at', 'requested_at', 'recorded_at'] as const;

/** An entry by the names of its columns. */
function entryFields(entry: JournalEntry, writing: Writing): Fields {
  const times: ReadonlySet<string> = new Set(JOURNAL_TIMES);
  const told = Object.entries(entry).map(([name, value]: [string, unknown]) => [
    name,
    times.has(name) ? timeOrNull(value, writing) : value,
  ]);
  return redacted(Object.fromEntries(told) as Fields, writing);
}

export function booksItems({ analyses, sources, journal = [] }: BooksContent, writing: Writing): BooksItems {
  const paths = new PathNames();
  return {
    analyses: analyses.map((chain) => chainFields(chain, (analysis) => analysisFields(analysis, writing, paths))),
    sources: sources.map((chain) => chainFields(chain, (source) => sourceFields(source, writing))),
    ...(journal.length === 0 ? {} : { journal: journal.flat().map((entry) => entryFields(entry, writing)) }),
  };
}

/** The last revision of an analysis, or of a source, alone. */
export const analysisItem = (analysis: Analysis, writing: Writing): Fields => analysisFields(analysis, writing, new PathNames());

export const sourceItem = (source: Source, writing: Writing): Fields => sourceFields(source, writing);

/** What the rows of an export are, in all: it is another one when any of them is. */
export function rowsHash({ analyses, sources, journal = [] }: BooksContent): string {
  const hash = createHash('sha256');
  const rows = [
    ...analyses.flat().map((analysis) => [rowKey(analysis.id, analysis.revision), provedBy(analysis)] as const),
    ...sources.flat().map((source) => [rowKey(source.id, source.revision), sourceProvedBy(source)] as const),
    ...journal.flat().map((entry) => [`journal:${rowKey(entry.id, entry.revision)}`, entry.row_sha256!] as const),
  ];
  for (const [key, proof] of rows) hash.update(`${key} ${proof}\n`);
  return hash.digest('hex');
}
