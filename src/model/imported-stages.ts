// `stages_json` of Reality Check as stages: names, times and tokens. Whether anything else was said is told, so that it can be kept.
import { STAGE_STATUSES, type Stage, type StageStatus } from './analysis.js';
import { ForeignColumns, isFields } from './foreign-columns.js';
import type { Instant } from './time.js';

export interface ImportedStages {
  readonly stages: readonly Stage[];
  /** False where the stages say less than what they were read from. */
  readonly isWhole: boolean;
}

const STATUS_WORDS: ReadonlyMap<string, StageStatus> = new Map([
  ...STAGE_STATUSES.map((word) => [word, word] as const),
  ['completed', 'done'],
]);

const statusOf = (value: unknown): StageStatus | null => (typeof value === 'string' ? (STATUS_WORDS.get(value) ?? null) : null);

/** What is told under the first of the names that tells anything; the others are not asked. */
function first<T>(names: readonly string[], read: (name: string) => T | null): T | null {
  for (const name of names) {
    const value = read(name);
    if (value !== null) return value;
  }
  return null;
}

/** A list, as JSON text or parsed; null if it is anything else. */
function itemsOf(value: unknown): readonly unknown[] | null {
  if (typeof value !== 'string') return Array.isArray(value) ? value : null;
  if (value.trim() === '') return [];
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * @param end the time of a stage that tells none.
 * @param local reads a time without an offset.
 * @returns null unless it is a list of stages with names.
 */
export function importedStages(value: unknown, end: Instant, local: (text: string) => Instant | null): ImportedStages | null {
  const items = itemsOf(value);
  if (items === null) return null;
  const attempts = new Map<string, number>();
  const stages: Stage[] = [];
  let isWhole = true;
  let sum: number | null = 0;
  for (const item of items) {
    if (!isFields(item)) return null;
    const columns = new ForeignColumns(item, local);
    const stage = first(['stage', 'name'], (name) => columns.text(name));
    if (stage === null) return null;
    const attempt = (attempts.get(stage) ?? 0) + 1;
    attempts.set(stage, attempt);
    const tokens = first(['tokens_delta', 'tokens'], (name) => columns.whole(name));
    const told = first(['timestamp', 'at', 'completed_at'], (name) => columns.instant(name));
    const cumulative = columns.whole('tokens_cumulative');
    sum = sum === null || tokens === null ? null : sum + tokens;
    stages.push({
      stage,
      attempt,
      status: columns.read('status', statusOf) ?? 'done',
      at: told ?? end,
      ...(told === null ? { untimed: true as const } : {}),
      usage: null,
      known_total: tokens,
      session_id: null,
      notes: columns.text('notes'),
      cuts: [],
    });
    const isRead = Object.keys(columns.unread).length === 0 && Object.keys(columns.rest()).length === 0;
    isWhole &&= isRead && (tokens ?? 0) >= 0 && (cumulative === null || cumulative === sum);
  }
  return { stages, isWhole };
}
