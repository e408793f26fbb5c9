// Opens an analysis: its first revision holds the baseline of the session that is running.
import type { FoundSession, NoSession } from '../capture/find-session.js';
import type { Tool } from '../model/agents.js';
import type { Analysis, CaptureStatus, Kind } from '../model/analysis.js';
import type { AgentProcess, SessionPart } from '../model/cut.js';
import { TokentrailError, type Warning } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { AnalysisLogs } from '../store/analysis-logs.js';
import { UNKNOWN } from '../model/tokens.js';
import type { Books, Draft } from './books.js';
import { NO_COST_COLUMNS } from './cost.js';
import { unknownSources } from './known.js';
import { baselineTotal, NO_TOTALS } from './totals.js';

export interface StartInput {
  readonly session: FoundSession | NoSession | null;
  readonly tool: Tool | null;
  readonly sourceId: string | null;
  readonly kind: Kind;
  readonly task: string | null;
  readonly pass: number | null;
  readonly model: string | null;
  readonly command: string | null;
  /** The agent that runs the session, where it is an ancestor of this process. */
  readonly process: AgentProcess | null;
  readonly tags: readonly string[];
  readonly notes: string | null;
  readonly analysisFile: string | null;
  /** Tokens at the start, counted by hand; then no session is measured. */
  readonly tokensBaseline: number | null;
  readonly idempotencyKey: string | null;
  readonly project: string | null;
  readonly gitCommit: string | null;
  readonly gitBranch: string | null;
}

export interface Started {
  readonly analysis: Analysis;
  readonly warnings: readonly Warning[];
}

const COMMAND = 'analysis start';

const empty = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);

function requireSubject({ sourceId, task, kind }: StartInput): void {
  if (sourceId !== null || task !== null || kind === 'synthesis') return;
  throw new TokentrailError('USAGE', 'An analysis needs to be about something: no --source-id was given.', {
    suggestions: ['Pass --source-id, or --task for work without a source, or --kind synthesis.'],
  });
}

function requireTool({ tool, session }: StartInput): Tool {
  const known = tool ?? session?.tool ?? null;
  if (known !== null) return known;
  throw new TokentrailError('TOOL_NEEDED', 'No agent is known to be running here, so the tool must be named.', {
    suggestions: ['Pass --tool claude, codex, amp, gemini, qwen, copilot, opencode or cursor; or --tool manual for work without an agent.'],
  });
}

/**
 * What can be told before the store is opened: that the analysis is about something, and whose work it is.
 *
 * @throws USAGE, TOOL_NEEDED
 */
export function requireStartable(input: StartInput): Tool {
  requireSubject(input);
  return requireTool(input);
}

/**
 * Reads the session for the first time, which may be long; inside the lock only what came since is read. A log that is there and
 * can't be read must not pass for one that is not there yet: all of it would be booked once it can be.
 */
async function withReadableSession(books: Books, input: StartInput): Promise<StartInput> {
  const { session } = input;
  if (session?.kind !== 'session') return input;
  const reading = await books.session(session);
  if (reading.exists || reading.unread.length === 0) return input;
  const { tool, session_id, found_by } = session;
  const message = `The log of the session "${session_id}" can't be read (${reading.unread.map(({ reason }) => reason).join(', ')}).`;
  if (found_by === 'flag' || found_by === 'path') {
    throw new TokentrailError('SESSION_NOT_FOUND', message, {
      suggestions: ['Make the log readable, or pass --no-usage.'],
      details: { session_id, logs: reading.unread },
    });
  }
  return {
    ...input,
    session: { kind: 'none', tool, session_id, reason: 'log_unreadable', message: `${message} The analysis starts without tokens.` },
  };
}

/** The session with its baseline, read while the lock is held. */
async function baselineOf(books: Books, session: FoundSession, process: StartInput['process'], at: Instant): Promise<SessionPart> {
  const reading = await books.session(session);
  const baseline = reading.snapshot(at);
  return {
    agent: session.agent.name,
    session_id: session.session_id,
    path: session.path,
    found_by: session.found_by,
    baseline,
    baseline_reason: reading.exists ? null : 'log_not_yet',
    final: null,
    ...(process === null ? {} : { process }),
  };
}

function captureAtStart(input: StartInput, part: SessionPart | null): { capture_status: CaptureStatus; capture_reason: string | null } {
  if (part !== null) return { capture_status: 'captured', capture_reason: part.baseline_reason };
  if (input.tokensBaseline !== null) return { capture_status: 'manual', capture_reason: 'entered_by_hand' };
  const reason = input.session?.kind === 'none' ? input.session.reason : 'no_usage';
  return { capture_status: 'unattached', capture_reason: reason };
}

async function draft(books: Books, input: StartInput, tool: Tool, id: string, at: Instant, logs: AnalysisLogs): Promise<Draft> {
  const measured = input.session?.kind === 'session' && input.tokensBaseline === null ? input.session : null;
  const part = measured === null ? null : await baselineOf(books, measured, input.process, at);
  const sessions = part === null ? [] : [part];
  const pass = input.pass ?? (input.sourceId === null ? null : (await logs.highestPass(input.sourceId)) + 1);
  return {
    ...NO_TOTALS,
    ...captureAtStart(input, part),
    id,
    reason: null,
    kind: input.kind,
    source_id: input.sourceId,
    analysis_file: input.analysisFile,
    pass: input.sourceId === null ? null : pass,
    status: 'started',
    tool,
    command: input.command,
    model: input.model,
    framework_version: null,
    methodology_version: null,
    started_at: at,
    completed_at: null,
    duration_seconds: null,
    ...NO_COST_COLUMNS,
    tokens_baseline: input.tokensBaseline ?? baselineTotal(sessions),
    usage_provider: part?.agent ?? null,
    usage_mode: measured?.agent.reader.usageMode ?? (input.tokensBaseline === null ? null : 'manual'),
    usage_session_id: part?.session_id ?? (input.session?.session_id || null),
    counts: UNKNOWN,
    sessions,
    stages: [],
    inputs_source_ids: null,
    inputs_analysis_ids: null,
    claims_extracted: null,
    claims_updated: null,
    notes: input.notes,
    git_commit: input.gitCommit,
    git_branch: input.gitBranch,
    created_at: at,
    task: input.task,
    tags: empty(input.tags),
    project: input.project,
    idempotency_key: input.idempotencyKey,
    forgotten_at: null,
    imported: null,
    unknown_columns: {},
  };
}

/** Reasons for having no session that the user gave. */
const ASKED_FOR: readonly NoSession['reason'][] = ['no_usage', 'tool_keeps_no_log'];

function captureWarnings(input: StartInput, { capture_status, capture_reason }: Analysis): Warning[] {
  if (capture_status === 'unattached' && input.session?.kind === 'none' && !ASKED_FOR.includes(input.session.reason)) {
    return [{ code: 'UNATTACHED', message: input.session.message, reason: input.session.reason }];
  }
  if (capture_reason !== 'log_not_yet') return [];
  return [
    {
      code: 'LOG_NOT_YET',
      message: 'The session has no log yet; it is counted from its first line.',
      session_id: input.session?.session_id,
    },
  ];
}

async function nestingWarnings(books: Books, { session }: StartInput): Promise<Warning[]> {
  const session_id = session?.session_id ?? null;
  if (session_id === null) return [];
  const logs = await books.logs();
  const open = (await books.store.guarded(() => logs.withSessions([session_id]))).filter(({ status }) => status === 'started');
  return open.map(({ id }) => ({
    code: 'ANALYSIS_OPEN',
    message: `This session has an open analysis already: ${id}. Both count what is spent from now on.`,
    id,
  }));
}

/**
 * Opens an analysis and takes the baseline of its session while the lock is held (semantics 5).
 *
 * @returns the first revision; with an idempotency key that is known, the analysis that it stands for.
 * @throws USAGE without a source, task or kind synthesis; TOOL_NEEDED.
 */
export async function startAnalysis(books: Books, given: StartInput): Promise<Started> {
  const tool = requireStartable(given);
  const input = await withReadableSession(books, given);
  // Asked before the analysis is recorded: a failure after that would hide that it is.
  const nesting = await nestingWarnings(books, input);
  const unknown = await unknownSources(books, input.sourceId === null || input.kind === 'synthesis' ? [] : [input.sourceId]);
  const analysis = await books.create(COMMAND, input.idempotencyKey, (id, at, logs) => draft(books, input, tool, id, at, logs));
  const warnings = [...captureWarnings(input, analysis), ...nesting.filter(({ id }) => id !== analysis.id), ...unknown];
  return { analysis, warnings };
}
