// Settles an analysis that has ended: what its agents wrote to their logs late, but before its cuts, is moved to where it belongs, by
// one rule for all cuts (semantics 3). Not before nothing of it can still come.
import { KeptSessions } from '../ingest/kept-evidence.js';
import type { Analysis } from '../model/analysis.js';
import { isLogged, type SessionPart } from '../model/cut.js';
import { TokentrailError } from '../model/errors.js';
import { MICROS_PER_SECOND, type Instant } from '../model/time.js';
import { readUnsettled, writeUnsettled } from '../store/unsettled.js';
import type { Books } from './books.js';
import { costColumns, costsFrom, pricedEvidences } from './cost.js';
import { envelopeEvidence } from './envelope.js';
import { recount } from './recount.js';
import { toldOf } from './told.js';
import { captureOf, totalsOf } from './totals.js';
import { isNegative } from './usage.js';

/** A log that did not change for so long is not waited for any more. */
const QUIET_MICROS = 10 * 60 * MICROS_PER_SECOND;

/** What became of an analysis. */
export interface Settled {
  readonly id: string;
  readonly result:
    | 'settled'
    /** It was before. */
    | 'already'
    /** Its agent may still write what belongs to it. */
    | 'not_yet'
    /** It is still going on. */
    | 'open'
    /** Nothing of it was measured. */
    | 'unmeasured'
    /** Its logs are not those any more that it was counted from. */
    | 'gone';
  /** What its tokens were and are, where both are known. */
  readonly before: number | null;
  readonly after: number | null;
  readonly analysis: Analysis;
}

/** Logs that changed under the analysis give no common beginning to count from. */
const isCarried = ({ final }: SessionPart): boolean => final === null || final.flags.includes('log_changed');

const isSettled = ({ settled_at }: SessionPart): boolean => settled_at !== undefined;

/** Why it can't be settled now; null if it can. */
async function obstacle(books: Books, analysis: Analysis, now: Instant): Promise<Exclude<Settled['result'], 'settled'> | null> {
  const { status, sessions } = analysis;
  if (status === 'started') return 'open';
  if (sessions.length === 0 || sessions.some(({ final }) => final === null)) return 'unmeasured';
  if (sessions.every(isSettled)) return 'already';
  if (sessions.some(isCarried)) return 'gone';
  for (const part of sessions.filter(isLogged)) {
    const session = await books.session(books.targetOf(part));
    const cut = part.final!.cut;
    if (!session.exists) return 'gone';
    if (!(await session.holdsPlaces(cut, null))) return 'gone';
    // What can't be read may hold more of it.
    if (session.unread.length > 0) return 'not_yet';
    // By time, wherever it stands.
    if (!session.isQuietAfter(cut.by === 'time' ? { at: cut.at, logs: [] } : cut, now, QUIET_MICROS)) return 'not_yet';
  }
  return null;
}

/** The analysis with all of its cuts moved to where they are by now. */
async function moved(books: Books, analysis: Analysis, at: Instant): Promise<Analysis> {
  const kept = new KeptSessions(books.store);
  const evidences = await Promise.all(
    analysis.sessions.map(
      async (part) => envelopeEvidence(part) ?? toldOf(kept, analysis, part, await books.session(books.targetOf(part))),
    ),
  );
  const { sessions: counted, stages } = recount(analysis, evidences, 'settling');
  const sessions = counted.map((part): SessionPart => ({ ...part, settled_at: at }));
  if (stages.some(({ usage }) => usage !== null && isNegative(usage))) throw new Error('a settled stage spends less than nothing');
  const totals = totalsOf(sessions);
  const costs = costsFrom({ sessions, stages }, await pricedEvidences(books, kept, sessions, evidences));
  const capture = captureOf(sessions, []);
  const isExact = capture.capture_status === 'captured';
  return {
    ...analysis,
    ...totals,
    ...costColumns(costs),
    ...capture,
    ...(isExact ? { capture_status: analysis.capture_status === 'backfilled' ? 'backfilled' : 'settled' } : {}),
    sessions,
    stages,
  };
}

/** So many at a time after another command's answer. */
const AT_ONCE = 3;

/** Notes that an analysis ended and is to be settled by a later command; the lock is held. */
export const awaitSettling = (books: Books, id: string): void =>
  writeUnsettled(books.store.folder, [...readUnsettled(books.store.folder), id]);

/**
 * Settles analyses that ended lately and whose time has come, as a writing command does after its answer. One that can't be settled
 * holds up nobody: it goes to the end, and `failed` is told why.
 */
export async function settleDue(books: Books, failed: (id: string, error: unknown) => void): Promise<void> {
  const { folder } = books.store;
  const due = readUnsettled(folder).slice(0, AT_ONCE);
  if (due.length === 0) return;
  const later: string[] = [];
  for (const id of due) {
    try {
      if ((await settleAnalysis(books, id)).result === 'not_yet') later.push(id);
    } catch (error) {
      // The store was put back to a state in which it was not there.
      if (error instanceof TokentrailError && error.code === 'ANALYSIS_NOT_FOUND') continue;
      later.push(id);
      failed(id, error);
    }
  }
  await books.store.exclusively(() => {
    writeUnsettled(folder, [...readUnsettled(folder).filter((id) => !due.includes(id)), ...later]);
    return Promise.resolve();
  });
}

/**
 * Settles one analysis, if its time has come.
 *
 * @throws ANALYSIS_NOT_FOUND
 */
export async function settleAnalysis(books: Books, id: string): Promise<Settled> {
  const current = await books.analysis(id);
  const why = await obstacle(books, current, books.now());
  const before = current.total_tokens;
  if (why !== null) return { id, result: why, before, after: before, analysis: current };
  const found: { why: Awaited<ReturnType<typeof obstacle>> } = { why: null };
  const settled = await books
    .revise(id, 'analysis settle', async (now, at) => {
      found.why = await obstacle(books, now, at);
      if (found.why !== null) throw new TokentrailError('WRONG_STATE', `${id} was changed meanwhile.`, { details: { id } });
      await books.keep(now);
      return moved(books, now, at);
    })
    .catch(async (error: unknown) => {
      // Another process was first.
      if (found.why === null) throw error;
      return books.analysis(id);
    });
  if (found.why !== null) return { id, result: found.why, before, after: settled.total_tokens, analysis: settled };
  return { id, result: 'settled', before, after: settled.total_tokens, analysis: settled };
}

/** The same of several, one after the other. */
export async function settleAll(books: Books, ids: readonly string[]): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const id of ids) settled.push(await settleAnalysis(books, id));
  return settled;
}
