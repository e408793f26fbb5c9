// Ends an analysis: the last snapshot, the totals, and what it drew on. A failed one keeps its usage.
import type { Analysis, EndStatus, Kind } from '../model/analysis.js';
import { TokentrailError, type Warning } from '../model/errors.js';
import { formatDuration, MICROS_PER_SECOND, secondsBetween, type Instant } from '../model/time.js';
import { withRunning, type Running } from './attach.js';
import type { Books } from './books.js';
import { priced } from './cost.js';
import { requireInputs, unknownSources } from './known.js';
import { bringUp, requireStarted } from './mark.js';
import { awaitSettling } from './settle.js';
import { captureOf, totalsOf } from './totals.js';

export interface CompleteInput {
  readonly id: string;
  readonly status: EndStatus | null;
  readonly notes: string | null;
  readonly analysisFile: string | null;
  readonly claimsExtracted: readonly string[];
  readonly claimsUpdated: readonly string[];
  readonly inputsSourceIds: readonly string[];
  readonly inputsAnalysisIds: readonly string[];
  /** Tokens at the end, counted by hand; for analyses with nothing measured. */
  readonly tokensFinal: number | null;
  /** Why fields of an ended analysis are changed; no snapshot is taken then. */
  readonly amend: string | null;
  readonly running: Running | null;
}

export interface Completed {
  /** The session that took over, if it was noticed now. */
  readonly joined: string | null;
  readonly analysis: Analysis;
  readonly warnings: readonly Warning[];
}

/** The fields that were given, over those that are there. */
function given(current: Analysis, input: CompleteInput): Partial<Analysis> {
  const list = (now: readonly string[], before: readonly string[] | null): readonly string[] | null => (now.length > 0 ? now : before);
  const inputs = input.inputsSourceIds.length + input.inputsAnalysisIds.length > 0;
  const kind: Kind = inputs ? 'synthesis' : current.kind;
  return {
    kind,
    notes: input.notes ?? current.notes,
    analysis_file: input.analysisFile ?? current.analysis_file,
    claims_extracted: list(input.claimsExtracted, current.claims_extracted),
    claims_updated: list(input.claimsUpdated, current.claims_updated),
    inputs_source_ids: list(input.inputsSourceIds, current.inputs_source_ids),
    inputs_analysis_ids: list(input.inputsAnalysisIds, current.inputs_analysis_ids),
  };
}

/** Totals entered by hand (semantics 12): both ends must be known, the classes are not. */
function byHand(current: Analysis, tokensFinal: number): Partial<Analysis> {
  if (current.sessions.length > 0) {
    throw new TokentrailError('WRONG_STATE', `The tokens of ${current.id} are measured, so --tokens-final can't be given.`, {
      suggestions: ['Leave out --tokens-final.'],
      details: { id: current.id },
    });
  }
  if (current.tokens_baseline === null) {
    throw new TokentrailError('USAGE', `${current.id} has no tokens at its start, so --tokens-final has nothing to be compared with.`, {
      suggestions: ['Give both ends: `analysis start --tokens-baseline N`, then `analysis complete --tokens-final N`.'],
    });
  }
  if (tokensFinal < current.tokens_baseline) {
    throw new TokentrailError('USAGE', `--tokens-final ${tokensFinal} is less than the ${current.tokens_baseline} at the start.`, {
      suggestions: ['Give the count at the end, not what was spent.'],
    });
  }
  const check = tokensFinal - current.tokens_baseline;
  return {
    tokens_final: tokensFinal,
    tokens_check: check,
    total_tokens: check,
    usage_mode: 'manual',
    capture_status: 'manual',
    capture_reason: 'entered_by_hand',
  };
}

const onlyModel = (by_model: object | undefined): string | null => {
  const models = Object.keys(by_model ?? {});
  return models.length === 1 && models[0] !== 'unknown' ? models[0]! : null;
};

async function end(books: Books, current: Analysis, input: CompleteInput, at: Instant): Promise<Analysis> {
  const { analysis: now, limits } = await bringUp(books, await withRunning(books, current, input.running, at), at);
  const ended: Analysis = {
    ...now,
    ...given(current, input),
    status: input.status ?? 'completed',
    completed_at: at,
    duration_seconds: secondsBetween(current.started_at, at),
  };
  if (input.tokensFinal !== null) return { ...ended, ...byHand(current, input.tokensFinal) };
  if (now.sessions.length === 0) return ended;
  const totals = totalsOf(now.sessions);
  const byTime = now.sessions.some(({ final }) => final?.flags.some((flag) => flag === 'log_changed' || flag === 'log_began_before_start'));
  return {
    ...ended,
    ...totals,
    ...captureOf(now.sessions, limits),
    usage_mode: byTime ? 'windowed_sum' : now.usage_mode,
    model: current.model ?? onlyModel(totals.usage?.by_model),
  };
}

function amended(current: Analysis, input: CompleteInput): Analysis {
  if (current.status === 'started' || input.tokensFinal !== null) {
    const why = current.status === 'started' ? `${current.id} is still started` : "Tokens can't be amended";
    throw new TokentrailError('WRONG_STATE', `${why}; --amend only changes fields of an ended analysis.`, {
      suggestions: ['Complete it first, without --amend.'],
      details: { id: current.id, status: current.status },
    });
  }
  return { ...current, ...given(current, input), status: input.status ?? current.status, reason: input.amend };
}

/** A revision is never earlier than the one before, so where the clock was set back the end is too early, and says so. */
function clockBehind({ id, completed_at }: Analysis, now: Instant): Warning[] {
  const seconds = completed_at === null ? 0 : (completed_at - now) / MICROS_PER_SECOND;
  if (seconds < 1) return [];
  const message = `The clock is ${formatDuration(seconds)} behind the last record of ${id}, whose time is taken for its end: its duration is too short.`;
  return [{ code: 'CLOCK_BEHIND', message, id, seconds: Math.round(seconds) }];
}

/**
 * Ends an analysis, or with `amend` changes fields of one that has ended.
 *
 * @returns the new revision: tokens_check is tokens_final minus tokens_baseline; null where nothing was measured.
 * @throws WRONG_STATE if it has ended already (or, with `amend`, if it has not); ANALYSIS_NOT_FOUND, LINEAGE_CYCLE for its inputs.
 */
export async function completeAnalysis(books: Books, input: CompleteInput): Promise<Completed> {
  await requireInputs(books, input.id, input.inputsAnalysisIds);
  // Asked before anything is recorded: a failure after that would hide that it is.
  const { source_id, kind } = await books.analysis(input.id);
  const about =
    source_id !== null && kind === 'analysis' && input.inputsSourceIds.length + input.inputsAnalysisIds.length === 0 ? [source_id] : [];
  const warnings = await unknownSources(books, [...about, ...input.inputsSourceIds]);
  let joined: string | null = null;
  const analysis = await books.revise(input.id, 'analysis complete', async (current, at) => {
    if (input.amend !== null) return amended(current, input);
    requireStarted(current, 'completed');
    const ended = await end(books, current, input, at);
    joined = ended.sessions[current.sessions.length]?.session_id ?? null;
    await books.keep(ended);
    if (ended.sessions.length > 0) awaitSettling(books, current.id);
    return priced(books, ended);
  });
  return { analysis, joined, warnings: input.amend === null ? [...warnings, ...clockBehind(analysis, books.now())] : warnings };
}
