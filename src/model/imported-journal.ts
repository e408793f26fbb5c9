// A run that another program kept as a journal, as an analysis with its entries. What it cost was not told in a way that counts here:
// tokens are unknown, never 0.
import type { Analysis, Stage, Status } from './analysis.js';
import { EMPTY_ENTRY, type Decision, type JournalDraft, type Severity } from './journal.js';
import { MICROS_PER_SECOND, parseInstant, secondsBetween, type Instant } from './time.js';
import { UNKNOWN } from './tokens.js';

/** A step as the journal tells it. */
export interface JournalStep {
  readonly name: string;
  /** `HH:MM:SS` in UTC; null if it is not told. */
  readonly time: string | null;
  /** What its usage line says, as it is; null without one. */
  readonly usage: string | null;
  /** The duration in it, in milliseconds. */
  readonly duration_ms: number | null;
  readonly findings: readonly { readonly severity: Severity; readonly file: string | null; readonly message: string }[];
  readonly results: readonly { readonly passed: number; readonly failed: number; readonly errors: number }[];
  /** What else stands there. */
  readonly lines: readonly string[];
}

export interface JournalCheckpoint {
  readonly step: string;
  readonly decision: Decision | null;
  /** What is written in its place, where that is no decision that is known. */
  readonly unread: string | null;
  readonly feedback: string | null;
}

export type JournalItem =
  { readonly kind: 'step'; readonly step: JournalStep } | { readonly kind: 'checkpoint'; readonly checkpoint: JournalCheckpoint };

export interface JournalRun {
  readonly run_id: string | null;
  readonly title: string;
  readonly ticket: string | null;
  /** As it is written. */
  readonly started: string | null;
  readonly items: readonly JournalItem[];
  /** Null where the journal ends before. */
  readonly outcome: { readonly status: string | null; readonly error: string | null } | null;
}

/** What the books set when they record it. */
type Recorded = 'id' | 'revision' | 'recorded_at' | 'recorded_by' | 'prev_sha256' | 'row_sha256';

export interface ImportedRun {
  readonly analysis: Omit<Analysis, Recorded>;
  readonly entries: readonly JournalDraft[];
  /** Decisions that could not be read. */
  readonly unread: readonly string[];
}

const STATUS_WORDS: Readonly<Record<string, Status>> = {
  completed: 'completed',
  failed: 'failed',
  aborted: 'canceled',
  canceled: 'canceled',
  cancelled: 'canceled',
};

/** `2026-02-11 01:43:00 UTC`. */
function startOf(text: string | null): Instant | null {
  const m = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?: UTC|Z)?$/.exec(text ?? '');
  return m === null ? null : parseInstant(`${m[1]!}T${m[2]!}Z`);
}

const DAY = 24 * 60 * 60 * MICROS_PER_SECOND;

/** The first instant with that time of the day that is not before another one. */
function timeAfter(time: string | null, before: Instant | null): Instant | null {
  if (time === null || before === null) return null;
  const at = parseInstant(`1970-01-01T${time}Z`);
  if (at === null) return null;
  const sameDay = Math.floor(before / DAY) * DAY + at;
  if (sameDay >= before) return sameDay;
  // Clocks that differ a little are no night between.
  return before - sameDay > DAY / 2 ? sameDay + DAY : before;
}

/** Lines that say nothing that is not told otherwise. */
const isEmptyLine = (line: string): boolean =>
  /^Step `[^`]{1,200}` completed\.$|^No review findings\.$|^Found \d{1,9} issue\(s\):$/.test(line);

/** What a decision said that is none of those that are known. */
const unreadCheckpoint = ({ unread, feedback }: JournalCheckpoint): string =>
  ['Checkpoint', unread ?? 'without a decision', feedback].filter((part) => part !== null).join(': ');

function entriesOf(step: JournalStep, attempt: number, at: Instant | null): JournalDraft[] {
  const own = { ...EMPTY_ENTRY, at, stage: step.name, attempt };
  const text = step.lines.filter((line) => !isEmptyLine(line)).join('\n');
  return [
    ...step.results.map((result): JournalDraft => ({ ...own, entry: 'result', ...result })),
    ...step.findings.map((finding): JournalDraft => ({ ...own, entry: 'finding', ...finding, category: step.name })),
    ...(text === '' ? [] : [{ ...own, entry: 'note', message: text } as const]),
  ];
}

/** @param at when it is recorded. @param key by which it is known again. */
export function importedRun(run: JournalRun, at: Instant, key: string): ImportedRun {
  const started_at = startOf(run.started);
  const stages: Stage[] = [];
  const entries: JournalDraft[] = [];
  const unread: string[] = [];
  let [last, end]: [Instant | null, Instant | null] = [started_at, null];
  const attemptsOf = (name: string): number => stages.filter(({ stage }) => stage === name).length;
  for (const item of run.items) {
    if (item.kind === 'checkpoint') {
      const { step, decision, feedback, unread: word } = item.checkpoint;
      if (word !== null) unread.push(word);
      if (decision === null)
        entries.push({
          ...EMPTY_ENTRY,
          entry: 'note',
          at: null,
          stage: step,
          attempt: Math.max(1, attemptsOf(step)),
          message: unreadCheckpoint(item.checkpoint),
        });
      else
        entries.push({
          ...EMPTY_ENTRY,
          entry: 'checkpoint',
          at: null,
          stage: step,
          attempt: Math.max(1, attemptsOf(step)),
          decision,
          feedback,
        });
      continue;
    }
    const { step } = item;
    const closed = timeAfter(step.time, last);
    last = closed ?? last;
    end = closed;
    const attempt = attemptsOf(step.name) + 1;
    const told = { usage: null, session_id: null, notes: step.usage === null ? null : `Usage as told there: ${step.usage}`, cuts: [] };
    stages.push({
      stage: step.name,
      attempt,
      status: 'done',
      at: closed ?? last ?? at,
      ...told,
      ...(closed === null ? { untimed: true as const } : {}),
      ...(step.duration_ms === null ? {} : { duration_ms: step.duration_ms }),
    });
    entries.push(...entriesOf(step, attempt, closed));
  }
  const word = run.outcome?.status?.toLowerCase() ?? '';
  const status: Status = Object.hasOwn(STATUS_WORDS, word) ? STATUS_WORDS[word]! : 'incomplete';
  const completed_at = status === 'incomplete' ? null : end;
  if (status === 'incomplete' && word !== '') unread.push(word);
  return {
    analysis: {
      ...NOTHING,
      status,
      task: run.ticket ?? (run.title || 'untitled'),
      notes: run.title || null,
      reason: run.outcome?.error ?? (status === 'incomplete' ? (run.outcome?.status ?? null) : null),
      started_at,
      completed_at,
      duration_seconds: secondsBetween(started_at, completed_at),
      stages,
      created_at: at,
      idempotency_key: key,
    },
    entries,
    unread,
  };
}

/** Of the columns of an analysis, those that no journal tells. */
const NOTHING: Omit<Analysis, Recorded | 'status' | 'task' | 'notes' | 'started_at' | 'created_at'> = {
  reason: null,
  kind: 'analysis',
  source_id: null,
  analysis_file: null,
  pass: null,
  tool: 'other',
  command: null,
  model: null,
  framework_version: null,
  methodology_version: null,
  completed_at: null,
  duration_seconds: null,
  tokens_in: null,
  tokens_out: null,
  total_tokens: null,
  cost_pico_usd: null,
  cost_provenance: null,
  costs: null,
  tokens_baseline: null,
  tokens_final: null,
  tokens_check: null,
  usage_provider: null,
  usage_mode: null,
  usage_session_id: null,
  counts: UNKNOWN,
  usage: null,
  sessions: [],
  stages: [],
  inputs_source_ids: null,
  inputs_analysis_ids: null,
  claims_extracted: null,
  claims_updated: null,
  git_commit: null,
  git_branch: null,
  tags: null,
  project: null,
  idempotency_key: null,
  capture_status: 'unattached',
  capture_reason: 'imported',
  forgotten_at: null,
  imported: null,
  unknown_columns: {},
};
