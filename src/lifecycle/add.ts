// Enters an analysis that was not recorded while it ran: by hand, or with the whole usage of a session's log.
import type { Tool } from '../model/agents.js';
import type { Analysis, Kind, Status, UsageMode } from '../model/analysis.js';
import type { SessionPart } from '../model/cut.js';
import { TokentrailError, type Warning } from '../model/errors.js';
import { secondsBetween, type Instant } from '../model/time.js';
import { UNKNOWN } from '../model/tokens.js';
import { EMPTY_DIGEST } from '../ingest/digest.js';
import type { SessionReading, SessionTarget } from '../ingest/session.js';
import type { Books } from './books.js';
import { costOf, NO_COST_COLUMNS } from './cost.js';
import { requireInputs, unknownSources } from './known.js';
import { captureOf, NO_TOTALS, totalsOf } from './totals.js';
import { NO_USAGE } from './usage.js';
import { limitsOf, windowPart, type Window } from './window.js';

export interface AddInput {
  readonly tool: Tool;
  readonly sourceId: string | null;
  readonly kind: Kind;
  readonly status: Status;
  readonly task: string | null;
  readonly pass: number | null;
  readonly model: string | null;
  readonly command: string | null;
  readonly frameworkVersion: string | null;
  readonly methodologyVersion: string | null;
  readonly startedAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly durationSeconds: number | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly totalTokens: number | null;
  /** A log whose whole usage is the analysis'. */
  readonly usageFrom: SessionTarget | null;
  /** How that was found, as it is stored. */
  readonly foundBy: string;
  /** The part of that log that is the analysis'; null for all of it. */
  readonly window: Window | null;
  readonly inputsSourceIds: readonly string[];
  readonly inputsAnalysisIds: readonly string[];
  readonly claimsExtracted: readonly string[];
  readonly claimsUpdated: readonly string[];
  readonly tags: readonly string[];
  readonly notes: string | null;
  readonly analysisFile: string | null;
  readonly gitCommit: string | null;
  readonly project: string | null;
}

export interface Added {
  readonly analysis: Analysis;
  readonly warnings: readonly Warning[];
}

const empty = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);

/** What was entered, as it was entered (semantics 20): the input classes are unknown, the output is tokens-out. */
function entered({ tokensIn, tokensOut, totalTokens }: AddInput): Partial<Analysis> {
  const sum = tokensIn !== null && tokensOut !== null ? tokensIn + tokensOut : null;
  if (sum !== null && totalTokens !== null && sum !== totalTokens) {
    throw new TokentrailError(
      'USAGE',
      `--tokens-in ${tokensIn} and --tokens-out ${tokensOut} make ${sum}, not the --total-tokens ${totalTokens}.`,
      {
        suggestions: ['Leave out --total-tokens, or correct one of the three.'],
      },
    );
  }
  if (sum !== null && !Number.isSafeInteger(sum)) {
    throw new TokentrailError('USAGE', `--tokens-in ${tokensIn} and --tokens-out ${tokensOut} make more than 2^53 − 1.`, {
      suggestions: ['Check the counts.'],
    });
  }
  const total = totalTokens ?? sum;
  const nothing = tokensIn === null && tokensOut === null && total === null;
  return {
    tokens_in: tokensIn,
    tokens_out: tokensOut,
    total_tokens: total,
    tokens_check: total,
    counts: { ...UNKNOWN, output: tokensOut },
    usage_mode: nothing ? null : 'manual',
    capture_status: nothing ? 'unattached' : 'manual',
    capture_reason: nothing ? 'no_usage' : 'entered_by_hand',
    cost_provenance: nothing ? null : 'unpriced',
  };
}

/** The whole usage of a log: the session as it is now, from a baseline of nothing. @param found_by how it was found */
export async function wholeLog(books: Books, target: SessionTarget, at: Instant, found_by: string): Promise<Partial<Analysis>> {
  const session = await books.session(target);
  const final = session.snapshot(at);
  const baseline = {
    ...final,
    // Before everything, at whatever time it was told.
    cut: { ...final.cut, at: 0, logs: [], open: [], records: 0, digest: EMPTY_DIGEST },
    usage: { ...NO_USAGE, counts: { ...NO_USAGE.counts, reasoning: final.usage.counts.reasoning === null ? null : 0 } },
    flags: [],
    partial_records: 0,
    skipped: [],
  };
  const { agent, session_id, path } = target;
  const part: SessionPart = { agent: agent.name, session_id, path, found_by, baseline, baseline_reason: 'whole_log', final };
  return ofPart(books, session, part, agent.reader.usageMode);
}

/** What follows from the only session of an analysis, whose records are kept. */
async function ofPart(books: Books, session: SessionReading, part: SessionPart, usage_mode: UsageMode): Promise<Partial<Analysis>> {
  await books.keep({ sessions: [part] });
  const totals = totalsOf([part]);
  return {
    ...totals,
    ...(await costOf(books, { sessions: [part], stages: [], usage: totals.usage })),
    ...captureOf([part], limitsOf(session)),
    sessions: [part],
    usage_provider: part.agent,
    usage_mode,
    usage_session_id: part.session_id,
  };
}

/** What is told in a window: half-open, so that two windows that meet share nothing. */
async function measuredIn(books: Books, target: SessionTarget, window: Window, at: Instant, found_by: string): Promise<Partial<Analysis>> {
  const session = await books.session(target);
  const part = await windowPart(session, window, found_by, at, false);
  return ofPart(books, session, part, 'windowed_sum');
}

const measured = (books: Books, from: SessionTarget, { window, foundBy }: AddInput, at: Instant): Promise<Partial<Analysis>> =>
  window === null ? wholeLog(books, from, at, foundBy) : measuredIn(books, from, window, at, foundBy);

function durationOf({ durationSeconds, startedAt, completedAt }: AddInput): number | null {
  if (startedAt !== null && completedAt !== null && completedAt < startedAt) {
    throw new TokentrailError('USAGE', 'The analysis would end before it began.', {
      suggestions: ['Correct --started-at or --completed-at.'],
    });
  }
  if (durationSeconds !== null) return durationSeconds;
  return secondsBetween(startedAt, completedAt);
}

const isSynthesis = (input: AddInput): boolean =>
  input.kind === 'synthesis' || input.inputsSourceIds.length + input.inputsAnalysisIds.length > 0;

/**
 * What can be told before the store is opened.
 *
 * @throws USAGE if it is about nothing, if the entered tokens or times contradict each other, or if both tokens and a log are given.
 */
export function requireAddable(input: AddInput): void {
  const { window } = input;
  if (window !== null && input.usageFrom === null) {
    throw new TokentrailError('USAGE', '--window-start and --window-end are of the log that --usage-from names.', {
      suggestions: ['Add --usage-from AGENT:PATH.'],
    });
  }
  if (window !== null && window.from !== null && window.to !== null && window.from >= window.to) {
    throw new TokentrailError('USAGE', '--window-start is not before --window-end.', { suggestions: ['Exchange them.'] });
  }
  if (input.sourceId === null && input.task === null && !isSynthesis(input)) {
    throw new TokentrailError('USAGE', 'An analysis needs to be about something: no --source-id was given.', {
      suggestions: ['Pass --source-id, or --task for work without a source, or --kind synthesis.'],
    });
  }
  const byHand = input.tokensIn !== null || input.tokensOut !== null || input.totalTokens !== null;
  if (byHand && input.usageFrom !== null) {
    throw new TokentrailError('USAGE', 'Tokens are either entered or read from a log, not both.', {
      suggestions: ['Leave out --usage-from, or --tokens-in, --tokens-out and --total-tokens.'],
    });
  }
  durationOf(input);
  entered(input);
}

/** Enters an analysis. @throws as `requireAddable`; ANALYSIS_NOT_FOUND for an unknown input. */
export async function addAnalysis(books: Books, input: AddInput): Promise<Added> {
  requireAddable(input);
  const synthesis = isSynthesis(input);
  const duration = durationOf(input);
  const numbers = input.usageFrom === null ? entered(input) : null;
  await requireInputs(books, '', input.inputsAnalysisIds);
  const about = input.sourceId !== null && !synthesis ? [input.sourceId] : [];
  const warnings = await unknownSources(books, [...about, ...input.inputsSourceIds]);
  if (input.usageFrom !== null) await books.session(input.usageFrom);
  const analysis = await books.create('analysis add', null, async (id, at, logs) => {
    const pass = input.pass ?? (input.sourceId === null ? null : (await logs.highestPass(input.sourceId)) + 1);
    return {
      ...NO_TOTALS,
      id,
      reason: null,
      kind: synthesis ? 'synthesis' : input.kind,
      source_id: input.sourceId,
      analysis_file: input.analysisFile,
      pass: input.sourceId === null ? null : pass,
      status: input.status,
      tool: input.tool,
      command: input.command,
      model: input.model,
      framework_version: input.frameworkVersion,
      methodology_version: input.methodologyVersion,
      started_at: input.startedAt,
      completed_at: input.completedAt,
      duration_seconds: duration,
      ...NO_COST_COLUMNS,
      usage_provider: null,
      usage_mode: null,
      usage_session_id: null,
      sessions: [],
      stages: [],
      inputs_source_ids: empty(input.inputsSourceIds),
      inputs_analysis_ids: empty(input.inputsAnalysisIds),
      claims_extracted: empty(input.claimsExtracted),
      claims_updated: empty(input.claimsUpdated),
      notes: input.notes,
      git_commit: input.gitCommit,
      git_branch: null,
      created_at: at,
      task: input.task,
      tags: empty(input.tags),
      project: input.project,
      idempotency_key: null,
      capture_status: 'unattached',
      capture_reason: 'no_usage',
      forgotten_at: null,
      imported: null,
      unknown_columns: {},
      ...(numbers ?? (await measured(books, input.usageFrom!, input, at))),
    };
  });
  return { analysis, warnings };
}
