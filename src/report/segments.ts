// Stretches of sessions between their beginnings and ends, as hooks told them, with what each spent. Pure.
import type { SnapshotRow } from '../model/snapshot-row.js';
import { MICROS_PER_SECOND, type Instant } from '../model/time.js';
import type { Counts } from '../model/tokens.js';

const NAMES = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'] as const;

export interface Segment {
  readonly agent: SnapshotRow['agent'];
  readonly session_id: string;
  readonly project: string | null;
  readonly started_at: Instant;
  /** Why it began: startup, resume, clear, compact …; null where the agent says nothing. */
  readonly source: string | null;
  readonly transcript_bytes: number | null;
  /** Null while it goes on. */
  readonly ended_at: Instant | null;
  /** Name of the event that ended it: of a hook, of the next beginning, or `usage sync`; null while it goes on. */
  readonly ended_by: string | null;
  readonly end_reason: string | null;
  /** What the session had spent before, and in the segment; null while it goes on, and where a snapshot tells nothing. */
  readonly before: Counts | null;
  readonly spent: Counts | null;
  readonly unknown_because: string | null;
  /** What was spent before, or in it, is a lower bound. */
  readonly is_lower_bound: boolean;
}

/** Flags of sessions whose output is a lower bound. */
const LOWER_BOUND = ['partial', 'output_unreliable', 'subagent_usage_only_in_progress_lines'];

const countsOf = (row: SnapshotRow): Counts | null => {
  if (row.records === null) return null;
  return Object.fromEntries(NAMES.map((name) => [name, row[name]])) as unknown as Counts;
};

/** What was spent between two snapshots, class by class; null where one of them tells nothing. */
export function spentBetween(start: Counts | null, end: Counts | null): Counts | null {
  if (end === null || start === null) return null;
  const entries = NAMES.map((name) => [name, end[name] === null || start[name] === null ? null : end[name] - start[name]] as const);
  return Object.fromEntries(entries) as unknown as Counts;
}

/** Hooks that are installed twice, as by a plugin and by hand, tell a beginning twice within the same moment. */
const REPEATED_MICROS = 2 * MICROS_PER_SECOND;

const isRepeated = (row: SnapshotRow, before: SnapshotRow | undefined): boolean =>
  row.event === 'start' && before?.event === 'start' && row.reason === before.reason && row.at - before.at < REPEATED_MICROS;

/** The segments of a session, the first one first. @param chain its snapshots, as they were recorded */
export function segmentsOf(chain: readonly SnapshotRow[]): Segment[] {
  // As they were told: a clock may go back in between.
  const sorted = [...chain].sort((a, b) => a.revision - b.revision);
  const rows = sorted.filter((row, i) => !isRepeated(row, sorted[i - 1]));
  const segments: Segment[] = [];
  rows.forEach((row, i) => {
    if (row.event !== 'start') return;
    const next = rows.findIndex(({ event }, k) => k > i && event === 'start');
    const inside = rows.slice(i + 1, next < 0 ? undefined : next);
    // A session that fell silent and went on ends when its last snapshot says.
    const end = inside.at(-1) ?? (next < 0 ? null : rows[next]!);
    const [before, after] = [countsOf(row), end === null ? null : countsOf(end)];
    const difference = spentBetween(before, after);
    const flags = [row, ...(end === null ? [] : [end])].flatMap((one) => one.flags?.split(' ') ?? []);
    // Its log was written anew in between, and tells less than it did.
    const isLess = difference !== null && NAMES.some((name) => (difference[name] ?? 0) < 0);
    const spent = isLess ? null : difference;
    segments.push({
      agent: row.agent,
      session_id: row.session_id,
      project: row.project,
      started_at: row.at,
      source: row.reason,
      transcript_bytes: row.transcript_bytes,
      ended_at: end?.at ?? null,
      ended_by: end?.told_by ?? null,
      end_reason: end?.event === 'end' ? end.reason : null,
      before,
      spent,
      unknown_because: row.unknown_because ?? end?.unknown_because ?? (isLess ? 'source_changed' : null),
      is_lower_bound: flags.some((flag) => LOWER_BOUND.includes(flag)),
    });
  });
  return segments;
}
