// Gives tokens to work that was recorded without: which session's records fall into which analysis' window. Pure; `apply` writes.
import type { SessionRecord, SessionRecords } from '../ingest/booked-sessions.js';
import { isBefore, placeOf, type Evidence, type View } from '../ingest/evidence.js';
import type { Copy } from '../ingest/groups.js';
import { agentOf, type AgentName } from '../model/agents.js';
import type { Analysis } from '../model/analysis.js';
import type { Match, SessionPart, Snapshot, Usage } from '../model/cut.js';
import type { AnalysisCosts, Price } from '../model/price.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Instant } from '../model/time.js';
import { TOKEN_CLASSES } from '../model/tokens.js';
import { ATTEMPTS, contended, type Books } from './books.js';
import { costColumns, costsOfRecords } from './cost.js';
import { captureOf, totalsOf } from './totals.js';
import { NO_USAGE, subtractUsage } from './usage.js';
import { snapshotOf, toldBefore } from './window.js';

export const CONFIDENCES = ['exact', 'high', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export interface BackfillQuestion {
  readonly analyses: readonly Analysis[];
  readonly sessions: readonly SessionRecords[];
  /** Sessions that were named for analyses, by id. */
  readonly given: ReadonlyMap<string, string>;
  /** Also what was measured, or entered by hand, is filled anew. */
  readonly force: boolean;
  readonly minConfidence: Confidence;
  /** The project of a folder, home as `~`; null if the folder is not there any more. */
  readonly rootOf: (folder: string) => string | null;
  /** What is to be applied of the plan, which is always made over all. */
  /** How many are filled at most, the newest first; null: all. */
  readonly limit: number | null;
  readonly choose: (all: readonly Analysis[]) => ReadonlySet<string>;
}

export interface PlannedChange {
  readonly id: string;
  readonly revision: number;
  readonly agent: AgentName;
  readonly session_id: string;
  readonly match: Match;
  readonly before: number | null;
  readonly spent: Usage;
  /** False for one that was filled before with the same. */
  readonly isNew: boolean;
  readonly part: SessionPart;
  readonly costs: AnalysisCosts | null;
}

export type SkipReason =
  /** Its tokens are known; --force fills them anew. */
  | 'measured'
  | 'entered_by_hand'
  /** It is still started, or a draft. */
  | 'not_ended'
  | 'no_times'
  /** Its tool keeps no log that is read. */
  | 'no_agent'
  | 'no_session'
  | 'several_sessions'
  /** It was measured over several sessions, which one window can't replace. */
  | 'several_attached'
  | 'no_records'
  /** All records of its session in its time belong to others. */
  | 'all_left_out'
  | 'low_confidence';

export interface Skip {
  readonly id: string;
  readonly reason: SkipReason;
  /** Sessions that could be meant. */
  readonly sessions: readonly string[];
}

export interface BackfillPlan {
  readonly changes: readonly PlannedChange[];
  readonly skips: readonly Skip[];
}

interface Window {
  readonly analysis: Analysis;
  readonly from: Instant;
  readonly to: Instant;
  readonly session: SessionRecords;
  readonly rule: Match['rule'];
  readonly confidence: Confidence;
}

const ENDED: readonly string[] = ['completed', 'failed', 'canceled'];

const keyOf = (agent: string, session: string): string => `${agent}:${session}`;

const isWithin = ({ copy }: SessionRecord, from: Instant, to: Instant): boolean => copy.at !== null && copy.at >= from && copy.at < to;

/** Whether a session has a record within. */
const isAtWork = ({ times }: SessionRecords, from: Instant, to: Instant): boolean =>
  times.length > 0 && times[0]! < to && times.at(-1)! >= from && times.some((at) => at >= from && at < to);

/** Whether a session worked in a project; of a folder that is gone its name tells. */
function fits({ projects }: SessionRecords, project: string, rootOf: BackfillQuestion['rootOf']): boolean {
  return [...projects].some((folder) => {
    const root = rootOf(folder);
    return root === null ? folder === project || folder.startsWith(`${project}/`) : root === project;
  });
}

/** Whether its tokens were filled before. */
const isFilled = ({ sessions }: Analysis): boolean => sessions.length > 0 && sessions.every(({ match }) => match !== undefined);

/** Why the tokens of an analysis are not to be filled; null if they are. */
function known(analysis: Analysis, force: boolean): SkipReason | null {
  const { status, sessions, tokens_check, total_tokens } = analysis;
  if (!ENDED.includes(status)) return 'not_ended';
  if (isFilled(analysis)) return null;
  if (force) return sessions.length > 1 ? 'several_attached' : null;
  // Of a session whose log had not come by the end nothing was measured.
  if (sessions.some(({ final }) => final !== null)) return 'measured';
  return tokens_check !== null || total_tokens !== null ? 'entered_by_hand' : null;
}

/** The session that is meant, by the best rule that tells it. */
function matched(analysis: Analysis, question: BackfillQuestion, sessions: ReadonlyMap<string, SessionRecords>): Window | Skip {
  const { id, tool, started_at, completed_at, project } = analysis;
  const skip = (reason: SkipReason, found: readonly SessionRecords[] = []): Skip => ({
    id,
    reason,
    sessions: found.map(({ session_id }) => session_id),
  });
  const agent = agentOf(tool);
  if (agent === null) return skip('no_agent');
  if (started_at === null || completed_at === null || started_at >= completed_at) return skip('no_times');
  const window = (session: SessionRecords, rule: Match['rule'], confidence: Confidence): Window => ({
    analysis,
    from: started_at,
    to: completed_at,
    session,
    rule,
    confidence,
  });
  const given = question.given.get(id);
  if (given !== undefined) {
    const session = sessions.get(keyOf(agent, given));
    return session === undefined ? skip('no_session') : window(session, 'given', 'exact');
  }
  const before = isFilled(analysis) ? analysis.sessions[0]! : null;
  const again = before === null ? undefined : sessions.get(keyOf(before.agent, before.session_id));
  if (again !== undefined) return window(again, before!.match!.rule, before!.match!.confidence);
  const recorded = analysis.usage_session_id === null ? undefined : sessions.get(keyOf(agent, analysis.usage_session_id));
  if (recorded !== undefined) return window(recorded, 'recorded_session', 'exact');
  const atWork = question.sessions.filter((session) => session.agent === agent && isAtWork(session, started_at, completed_at));
  const found = project === null ? atWork : atWork.filter((session) => fits(session, project, question.rootOf));
  if (found.length === 0) return skip('no_session', atWork);
  if (found.length > 1) return skip('several_sessions', found);
  return project === null ? window(found[0]!, 'only_session', 'low') : window(found[0]!, 'only_session_of_project', 'high');
}

/** What an analysis measured of a session. */
interface Measured {
  readonly id: string;
  readonly part: SessionPart;
  readonly goesOn: boolean;
}

/** Analyses to which records of a session were measured, that are not filled anew. */
function owners(analyses: readonly Analysis[], filled: ReadonlySet<string>): Map<string, Measured[]> {
  const bySession = new Map<string, Measured[]>();
  for (const { id, sessions, status } of analyses) {
    if (filled.has(id)) continue;
    for (const part of sessions) {
      const key = keyOf(part.agent, part.session_id);
      const measured = { id, part, goesOn: status === 'started' && part.until === undefined };
      bySession.set(key, [...(bySession.get(key) ?? []), measured]);
    }
  }
  return bySession;
}

/** Whether a cut tells by its position in the record's log whether it lies before it; null if it does not. */
function byPlace(snapshot: Snapshot, record: SessionRecord, view: View): boolean | null {
  const { by, logs } = snapshot.cut;
  return by === 'time' || !logs.some(({ path }) => path === record.log) ? null : isBefore(record, placeOf(snapshot), view);
}

/**
 * Whether a record was measured, or may have been: positions in a log that was written anew since say little, so that its time is
 * asked, too, and it is nobody else's if either says so.
 */
function owns({ part, goesOn }: Measured, record: SessionRecord): boolean {
  const { baseline, final, settled_at } = part;
  // Of a session whose log had not come by the end nothing was measured.
  if (final === null && !goesOn) return false;
  const view = settled_at === undefined ? 'then' : 'settled';
  const time = record.copy.at ?? -Infinity;
  if (record.gone || final?.flags.includes('log_changed') === true) {
    const isSince = time > baseline.cut.at || (record.gone && byPlace(baseline, record, view) === false);
    return isSince && (goesOn || time <= final!.cut.at || (record.gone && byPlace(final!, record, view) === true));
  }
  const wasThere = (time <= baseline.cut.at || !goesOn) && isBefore(record, placeOf(baseline), view);
  // Of one that goes on, all that came since its start.
  return !wasThere && (goesOn || (time <= final!.cut.at && isBefore(record, placeOf(final!), view)));
}

/** By analysis: its records that another one has, by that one's id. Measured ones have first, then the window that began last. */
function leftOut(
  records: readonly SessionRecord[],
  windows: readonly Window[],
  measured: readonly Measured[],
): Map<string, Map<string, string[]>> {
  const left = new Map<string, Map<string, string[]>>(windows.map(({ analysis: { id } }) => [id, new Map()]));
  for (const record of records) {
    const over = windows.filter(({ from, to }) => isWithin(record, from, to));
    if (over.length === 0) continue;
    const first = measured.find((one) => owns(one, record))?.id;
    const owner =
      first ??
      over.reduce((a, b) => (b.from > a.from || (b.from === a.from && compareAnalysisIds(b.analysis.id, a.analysis.id) < 0) ? b : a))
        .analysis.id;
    for (const { analysis } of over) {
      if (analysis.id === owner) continue;
      const others = left.get(analysis.id)!;
      const keys = others.get(owner);
      if (keys === undefined) others.set(owner, [record.copy.key]);
      else keys.push(record.copy.key);
    }
  }
  return left;
}

function evidenceOf({ session_id, reader, tellsReasoning }: SessionRecords, records: readonly SessionRecord[]): Evidence {
  const isSubagent = (session: string): boolean => session !== session_id;
  const byCopy = new Map(records.map((record) => [record.copy, record]));
  const priceOf = (copy: Copy): Price => byCopy.get(copy)!.price;
  return { source: 'books', reader, records, tellsReasoning, isSubagent, names: new Map(), sums: new Map(), priceOf };
}

/** @param all the evidence of all records of the session. */
function changeOf(
  { analysis, from, to, session, rule, confidence }: Window,
  all: Evidence,
  left: ReadonlyMap<string, readonly string[]>,
): PlannedChange {
  const excluded = [...left.values()].flat().sort();
  const without = new Set(excluded);
  const evidence = without.size === 0 ? all : { ...all, records: all.records.filter(({ copy }) => !without.has(copy.key)) };
  const [before, upTo] = [toldBefore(from, evidence, session.logs), toldBefore(to, evidence, session.logs)];
  const baseline = snapshotOf(before, from, evidence, session.logs);
  const final = snapshotOf(upTo, to, evidence, session.logs);
  const spent = subtractUsage(final.usage, baseline.usage);
  const match: Match = {
    rule,
    confidence,
    records: spent.records,
    left_out: [...left].map(([id, keys]) => ({ id, records: keys.length })).sort((a, b) => compareAnalysisIds(a.id, b.id)),
  };
  const part: SessionPart = {
    agent: session.agent,
    session_id: session.session_id,
    path: null,
    found_by: 'backfill',
    baseline,
    baseline_reason: 'window',
    final,
    until: to,
    match,
    ...(excluded.length === 0 ? {} : { excluded }),
  };
  const [was] = analysis.sessions;
  const isSame = isFilled(analysis) && was?.session_id === session.session_id && sameSpent(was, spent) && sameKeys(was.excluded, excluded);
  // By the records that were counted: of a log that was written anew since, the places tell of others.
  const records = { baseline: before, atStages: [], final: upTo };
  return {
    id: analysis.id,
    revision: analysis.revision,
    agent: session.agent,
    session_id: session.session_id,
    match,
    before: analysis.total_tokens,
    spent,
    isNew: !isSame,
    part,
    costs: costsOfRecords({ sessions: [part], stages: [] }, [{ records, evidence }]),
  };
}

const sameKeys = (a: readonly string[] = [], b: readonly string[]): boolean => a.length === b.length && a.every((key, i) => key === b[i]);

function sameSpent({ baseline, final }: SessionPart, spent: Usage): boolean {
  const was = final === null ? NO_USAGE : subtractUsage(final.usage, baseline.usage);
  return was.records === spent.records && [...TOKEN_CLASSES, 'reasoning' as const].every((name) => was.counts[name] === spent.counts[name]);
}

const isWindow = (found: Window | Skip): found is Window => 'session' in found;

/** What would be filled, and why the rest would not. */
export function planBackfill(question: BackfillQuestion): BackfillPlan {
  const sessions = new Map(question.sessions.map((session) => [keyOf(session.agent, session.session_id), session]));
  const skips: Skip[] = [];
  const windows: Window[] = [];
  const all = question.analyses.filter(({ forgotten_at }) => forgotten_at === null);
  const chosen = question.choose(all);
  const isSure = ({ confidence }: { readonly confidence: Confidence }): boolean =>
    CONFIDENCES.indexOf(confidence) <= CONFIDENCES.indexOf(question.minConfidence);
  for (const analysis of all) {
    const reason = known(analysis, question.force && chosen.has(analysis.id));
    const found = reason === null ? matched(analysis, question, sessions) : { id: analysis.id, reason, sessions: [] };
    if (!isWindow(found)) skips.push(found);
    // One that was filled before keeps what it has.
    else if (isSure(found) || isFilled(analysis)) windows.push(found);
    else skips.push({ id: analysis.id, reason: 'low_confidence', sessions: [found.session.session_id] });
  }
  const measured = owners(all, new Set(windows.map(({ analysis }) => analysis.id)));
  const changes: PlannedChange[] = [];
  for (const session of new Set(windows.map((window) => window.session))) {
    const own = windows.filter((window) => window.session === session);
    const records = session.records();
    const left = leftOut(records, own, measured.get(keyOf(session.agent, session.session_id)) ?? []);
    const evidence = evidenceOf(session, records);
    for (const window of own) changes.push(changeOf(window, evidence, left.get(window.analysis.id)!));
  }
  const skipped = (changed: readonly PlannedChange[], reason: SkipReason): Skip[] =>
    changed.map(({ id, session_id }) => ({ id, reason, sessions: [session_id] }));
  const empty = changes.filter(({ spent, match }) => spent.records === 0 && match.left_out.length === 0);
  const taken = changes.filter(({ spent, match }) => spent.records === 0 && match.left_out.length > 0);
  const told = changes.filter(({ spent }) => spent.records > 0);
  const byId = <T extends { readonly id: string }>(a: T, b: T): number => compareAnalysisIds(a.id, b.id);
  const wanted = told.filter(({ id, match }) => isSure(match) && chosen.has(id)).sort(byId);
  const fresh = wanted.filter(({ isNew }) => isNew);
  const late = new Set(question.limit === null ? [] : fresh.slice(0, Math.max(0, fresh.length - question.limit)));
  return {
    changes: wanted.filter((change) => !late.has(change)),
    skips: [
      ...skips,
      ...skipped(empty, 'no_records'),
      ...skipped(taken, 'all_left_out'),
      ...skipped(
        told.filter(({ match }) => !isSure(match)),
        'low_confidence',
      ),
    ]
      .filter(({ id }) => chosen.has(id))
      .sort(byId),
  };
}

/** What was written, and what was not. */
export interface Backfilled extends BackfillPlan {
  /** How many revisions were recorded; 0 in a dry run. */
  readonly written: number;
}

/** A filled analysis. */
function filled(analysis: Analysis, { part, costs }: PlannedChange, at: Instant): Analysis {
  const totals = totalsOf([part]);
  const { capture_status, capture_reason } = captureOf([part], []);
  return {
    ...analysis,
    ...totals,
    ...costColumns(costs === null ? null : { ...costs, stages: analysis.stages.map(() => null) }),
    sessions: [{ ...part, filled_at: at }],
    // What was spent in each of them is not known of a window.
    stages: analysis.stages.map((stage) => ({ ...stage, usage: null, cuts: [] })),
    usage_provider: part.agent,
    usage_session_id: part.session_id,
    usage_mode: 'windowed_sum',
    capture_status: capture_status === 'captured' ? 'backfilled' : capture_status,
    capture_reason,
    reason: null,
    revision: analysis.revision + 1,
    recorded_at: Math.max(at, analysis.recorded_at + 1),
    recorded_by: 'analysis backfill-usage',
    prev_sha256: analysis.row_sha256,
    row_sha256: null,
  };
}

/**
 * Plans on what the books say while the lock is held, and writes what is new in one commit.
 *
 * @param question what does not come from the books; `sessions` are booked by now.
 */
export async function applyBackfill(books: Books, question: Omit<BackfillQuestion, 'analyses'>): Promise<Backfilled> {
  const logs = await books.logs();
  return books.store.exclusively(async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await logs.refresh();
      const analyses = await logs.list();
      const plan = planBackfill({ ...question, analyses });
      const byId = new Map(analyses.map((analysis) => [analysis.id, analysis]));
      const at = books.now();
      const revisions = plan.changes.filter(({ isNew }) => isNew).map((change) => filled(byId.get(change.id)!, change, at));
      if (revisions.length === 0) return { ...plan, written: 0 };
      if ((await logs.insertAll(revisions)) === revisions.length) return { ...plan, written: revisions.length };
    }
    throw contended();
  });
}
