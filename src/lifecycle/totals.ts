// The columns that follow from the sessions of an analysis. Invariant: tokens_check = tokens_final − tokens_baseline, and the
// stages and the tail add up to it, class by class.
import type { Analysis, CaptureStatus, MeasuredUsage } from '../model/analysis.js';
import type { SessionPart, Snapshot, Usage } from '../model/cut.js';
import { assertThat } from '../model/errors.js';
import { subtract, sum, tokensIn, total, UNKNOWN, type Counts } from '../model/tokens.js';
import { spentIn } from './advance.js';
import { isNegative, subtractUsage, sumUsage } from './usage.js';

type Totals = Pick<
  Analysis,
  'tokens_in' | 'tokens_out' | 'total_tokens' | 'tokens_baseline' | 'tokens_final' | 'tokens_check' | 'counts' | 'usage'
>;

export const NO_TOTALS: Totals = {
  tokens_in: null,
  tokens_out: null,
  total_tokens: null,
  tokens_baseline: null,
  tokens_final: null,
  tokens_check: null,
  counts: UNKNOWN,
  usage: null,
};

/** What all sessions spent between their baselines and their last snapshots; null without sessions, or if one is unknown. */
export const spent = (sessions: readonly SessionPart[]): Usage | null =>
  sessions.length === 0 || sessions.some(isAwaited) ? null : sumUsage(sessions.map(spentIn));

/** Its log has not appeared since the start, so what it spent is unknown. */
const isAwaited = ({ baseline_reason, final }: SessionPart): boolean => baseline_reason === 'log_not_yet' && final === null;

/** What was spent after the last stage. */
export function tailOf({ sessions, stages }: Pick<Analysis, 'sessions' | 'stages'>): Usage | null {
  const all = spent(sessions);
  if (all === null) return null;
  return stages.reduce((left, { usage }) => (usage === null ? left : subtractUsage(left, usage)), all);
}

const sumOf = (all: readonly Counts[]): number | null => total(sum(all.slice(1), all[0]));

export const baselineTotal = (sessions: readonly SessionPart[]): number | null =>
  sessions.length === 0 ? null : sumOf(sessions.map(({ baseline }) => baseline.usage.counts));

/** Records that were unfinished at the end and not at the baseline: their output is a lower bound. */
const partialRecords = ({ baseline, final }: SessionPart): number =>
  Math.max(0, (final ?? baseline).partial_records - baseline.partial_records);

/** The totals of an analysis that has ended. */
export function totalsOf(sessions: readonly SessionPart[]): Totals {
  const all = spent(sessions);
  if (all === null) return NO_TOTALS;
  assertThat(!isNegative(all), 'an analysis never spent less than nothing');
  const { counts } = all;
  const tokens_baseline = baselineTotal(sessions);
  const tokens_final = sumOf(sessions.map(({ final, baseline }) => (final ?? baseline).usage.counts));
  const tokens_check = total(counts);
  if (tokens_baseline !== null && tokens_final !== null) {
    assertThat(tokens_check === tokens_final - tokens_baseline, 'tokens_check is tokens_final minus tokens_baseline');
  }
  const differences = sessions.map(({ baseline, final }) => subtract((final ?? baseline).usage.counts, baseline.usage.counts));
  assertThat(total(sum(differences.slice(1), differences[0])) === tokens_check, 'the sessions add up to the analysis');
  const usage: MeasuredUsage = {
    ...all,
    flags: [...new Set(sessions.flatMap(({ final, baseline }) => (final ?? baseline).flags))].sort(),
    partial_records: sessions.reduce((n, part) => n + partialRecords(part), 0),
  };
  return {
    tokens_in: tokensIn(counts),
    tokens_out: counts.output,
    total_tokens: tokens_check,
    tokens_baseline,
    tokens_final,
    tokens_check,
    counts,
    usage,
  };
}

/** Flags of a session that tells its input only at its end, before that. */
export const INPUT_UNKNOWN: readonly string[] = ['no_shutdown', 'input_incomplete'];

/** Flags under which a number is a lower bound or unknown. */
const LIMITING = [
  'no_token_counts',
  'no_usage',
  ...INPUT_UNKNOWN,
  'count_overflow',
  'subagent_usage_only_in_progress_lines',
  'log_changed',
  'log_began_before_start',
];

const skippedIn = (snapshot: Snapshot): number => snapshot.skipped.reduce((sum, { count }) => sum + count, 0);

/** Whether something in its log was skipped between its cuts, which may have told more. */
const hasSkipped = ({ baseline, final }: SessionPart): boolean => final !== null && skippedIn(final) > skippedIn(baseline);

/** How the numbers came to be, with the first reason that limits them. */
export function captureOf(
  sessions: readonly SessionPart[],
  limits: readonly string[],
): { capture_status: CaptureStatus; capture_reason: string | null } {
  const flags = sessions.flatMap(({ final, baseline }) => [
    ...(final ?? baseline).flags,
    // What was unknown at the start is so in every difference from it.
    ...baseline.flags.filter((flag) => INPUT_UNKNOWN.includes(flag)),
  ]);
  const partial = sessions.some((part) => partialRecords(part) > 0);
  const unreliable = partial && flags.includes('output_unreliable') ? ['output_unreliable'] : partial ? ['record_open'] : [];
  if (sessions.every(isAwaited)) return { capture_status: 'unattached', capture_reason: 'log_not_yet' };
  const skipped = sessions.some(hasSkipped) ? ['lines_skipped'] : [];
  const reasons = [...limits, ...unreliable, ...skipped, ...LIMITING.filter((flag) => flags.includes(flag))];
  return reasons.length === 0
    ? { capture_status: 'captured', capture_reason: null }
    : { capture_status: 'partial', capture_reason: [...new Set(reasons)].join(', ') };
}
