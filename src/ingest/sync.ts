// Brings the books of all sessions up to what the logs say: reads what is new, works out which revisions follow, and writes them by
// a protocol that a kill can't confuse: first which totals each log is about to have, then the records, then that it is done.
import { factsIn, type Agent, type LogFacts } from '../capture/agent.js';
import type { AgentName } from '../model/agents.js';
import type { Skipped } from '../model/cut.js';
import { assertThat } from '../model/errors.js';
import { fromMs, LAST_MS, type Instant } from '../model/time.js';
import {
  hasAllDigests,
  LogSums,
  NO_RECORDS,
  sameTotals,
  withRow,
  type LogAbout,
  type LogFileRow,
  type LogTotals,
  type UsageRow,
} from '../model/usage-row.js';
import { DamagedCursor } from '../store/cursors.js';
import { clearBooked, readBooked, restoreBooked, setBooked, type Booked } from '../store/booked.js';
import { checkTotals, requireTotals, type ControlTotals } from '../store/control-totals.js';
import type { Store } from '../store/store.js';
import type { LogFiles } from '../store/log-files.js';
import type { Usage } from '../store/usage.js';
import {
  asideKey,
  presence,
  readAgent,
  readTo,
  stillThere,
  unbookedIn,
  updateAll,
  workOf,
  type AgentWork,
  type SyncParts,
} from './agent-work.js';
import type { AllLogs } from './all-logs.js';
import { skippedOf } from './flags.js';
import { notesIn, type SessionNote } from './points.js';
import { invalidIn } from './tally.js';
import type { LogEntry } from './read-log.js';
import type { UnreadLog } from './scope.js';
import { planUsage, recordKeyOf, type UsagePlan } from './usage-plan.js';

export interface AgentSync {
  readonly agent: AgentName;
  readonly logs: number;
  /** Records that count, of logs that are there. */
  readonly records: number;
  readonly added: number;
  readonly changed: number;
  /** Kept although their bytes are gone, found by this sync. */
  readonly gone: number;
  /** Taken back because a reader no longer gives them. */
  readonly superseded: number;
  /** Still being written, and not in the books yet. */
  readonly held: number;
  readonly skipped: readonly Skipped[];
  readonly unread: readonly UnreadLog[];
}

/** What an agent's sessions are known for, worked out once. */
class Notes {
  readonly #notes: ReadonlyMap<string, SessionNote>;
  readonly #rootOf: (session: string) => string;
  readonly #here: ReadonlySet<string | null>;

  constructor(all: AllLogs) {
    this.#notes = notesIn(all);
    this.#rootOf = all.rootOf();
    this.#here = new Set(all.facts.map(({ session_id }) => session_id));
  }

  /** What a log is to tell of one of its sessions: a sub-agent's says nothing where the session at the top has a log of its own. */
  of(facts: LogFacts): LogAbout['sessions'][number] {
    const { session_id, parent, forked_from, turns, last_at } = facts;
    const root = session_id === null ? null : this.#rootOf(session_id);
    const note = root === null || (root !== session_id && this.#here.has(root)) ? undefined : this.#notes.get(root);
    return { session_id, root, parent, forked_from, flags: note?.flags ?? [], uncounted: note?.uncounted ?? null, turns, last_at };
  }
}

/** What `log_files` says of a log now, but for its totals and its revision. */
function described(
  work: AgentWork,
  id: string,
  entry: LogEntry,
  notes: Notes,
): Omit<LogFileRow, 'revision' | 'recorded_at' | 'state' | 'totals_before' | 'totals_after'> {
  return {
    log_file_id: id,
    agent: work.agent.name,
    session_id: factsIn(entry.state)[0]?.session_id ?? null,
    path: entry.name.toWellFormed(),
    origin: work.originOf(entry.root),
    kind: entry.kind,
    size: entry.size,
    // A file's time may be set to any year.
    written_at: fromMs(Math.max(0, Math.min(entry.mtimeMs, LAST_MS))),
    read_to: readTo(entry),
    head_sha256: entry.head,
    prefix_sha256: entry.kind === 'append' ? entry.prefix : null,
    reader_version: work.agent.reader.version,
    about: { sessions: factsIn(entry.state).map((facts) => notes.of(facts)), skipped: entry.skipped },
    gone_at: null,
  };
}

const COMPARED = [
  'session_id',
  'path',
  'size',
  'written_at',
  'read_to',
  'head_sha256',
  'prefix_sha256',
  'reader_version',
  'gone_at',
] as const;

/** The revisions of `log_files` that say what holds after the sync; the state is left to the writer. */
function logRevisions(
  works: readonly AgentWork[],
  logs: ReadonlyMap<string, LogFileRow>,
  totals: ReadonlyMap<string, LogTotals>,
  now: Instant,
): LogFileRow[] {
  const revisions: LogFileRow[] = [];
  const revise = (next: ReturnType<typeof described>, before: LogFileRow | undefined): void => {
    const after = totals.get(next.log_file_id) ?? before?.totals_after ?? NO_RECORDS;
    const same =
      before?.state === 'done' &&
      hasAllDigests(before.totals_after) &&
      sameTotals(before.totals_after, after) &&
      COMPARED.every((name) => before[name] === next[name]) &&
      JSON.stringify(before.about) === JSON.stringify(next.about);
    if (same) return;
    revisions.push({
      ...next,
      revision: (before?.revision ?? 0) + 1,
      recorded_at: before === undefined ? now : Math.max(now, before.recorded_at + 1),
      state: 'done',
      totals_before: before?.totals_after ?? NO_RECORDS,
      totals_after: after,
    });
  };
  for (const work of works) {
    const notes = new Notes(work.all);
    for (const [id, entry] of work.ids) revise(described(work, id, entry, notes), logs.get(id));
    for (const known of logs.values()) {
      if (known.agent !== work.agent.name || work.ids.has(known.log_file_id) || work.isHidden(known)) continue;
      const gone = work.origins.has(known.origin) ? (known.gone_at ?? now) : known.gone_at;
      revise({ ...known, gone_at: gone }, known);
    }
  }
  return revisions;
}

/** Control totals of the logs that the revisions concern, from what held before. */
function totalsAfter(revisions: UsagePlan['revisions'], logs: ReadonlyMap<string, LogFileRow>, totals: Map<string, LogTotals>): void {
  const of = (id: string): LogTotals => totals.get(id) ?? logs.get(id)?.totals_after ?? NO_RECORDS;
  for (const { row, before } of revisions) {
    if (before !== null) totals.set(before.log_file_id, withRow(of(before.log_file_id), before, -1));
    totals.set(row.log_file_id, withRow(of(row.log_file_id), row, 1));
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The logs of some records. */
const logsOf = (keys: ReadonlySet<string>, rows: ReadonlyMap<string, UsageRow>, logs: ReadonlyMap<string, LogFileRow>): LogFileRow[] =>
  [...new Set([...keys].map((key) => rows.get(key)!.log_file_id))].flatMap((id) => logs.get(id) ?? []);

/** Sums by log; those that are named are there without a row, too. */
function sumsOf(ids: Iterable<string>, rows: Iterable<UsageRow>): Map<string, LogTotals> {
  const sums = new LogSums();
  for (const row of rows) sums.add(row);
  return new Map([...[...ids].map((id) => [id, NO_RECORDS] as const), ...sums.totals]);
}

/** The sums of an agent's rows by log, and whether they are those that were stored. */
export function ownTotals(agent: Agent, logs: ReadonlyMap<string, LogFileRow>, rows: ReadonlyMap<string, UsageRow>) {
  const own = new Map([...logs].filter(([, known]) => known.agent === agent.name));
  const totals = sumsOf(own.keys(), rows.values());
  return { totals, checked: checkTotals(own, totals) };
}

/** What the rows of logs add up to whose last writer was cut short: its totals may hold or not. */
async function totalsOfPending(
  { work, own }: Planned,
  logs: ReadonlyMap<string, LogFileRow>,
  table: Usage,
): Promise<ReadonlyMap<string, LogTotals>> {
  if (own !== null) return own.totals;
  const concerns = (known: LogFileRow): boolean => work.ids.has(known.log_file_id) || !work.isHidden(known);
  const pending = [...logs.values()].filter((known) => known.state === 'pending' && concerns(known)).map((known) => known.log_file_id);
  return pending.length === 0 ? new Map() : sumsOf(pending, await table.ofLogs(pending));
}

/**
 * Logs whose rows are damaged and that a rebuild reads anew, whatever the rows say.
 *
 * @throws STORE_DAMAGED if this is no rebuild, or if a damaged log can't be read any more.
 */
function distrusted({ wrong, unknown }: ControlTotals, work: AgentWork, { rebuild }: SyncParts): ReadonlySet<string> {
  const lost = rebuild ? wrong.filter(({ log_file_id }) => !work.ids.has(log_file_id)) : wrong;
  requireTotals({ wrong: lost, unknown: rebuild ? [] : unknown });
  return new Set([...wrong.map(({ log_file_id }) => log_file_id), ...unknown]);
}

function summary({ agent, all }: AgentWork, plan: UsagePlan | null): AgentSync {
  const revisions = plan?.revisions ?? [];
  const count = (test: (row: UsageRow, before: UsageRow | null) => boolean): number =>
    revisions.filter(({ row, before }) => test(row, before)).length;
  const added = count((_, before) => before === null);
  const gone = count((row, before) => before !== null && row.source_gone && !before.source_gone);
  const superseded = count((row, before) => before !== null && !row.counted);
  return {
    agent: agent.name,
    logs: all.entries.length,
    records: all.recordCount,
    added,
    gone,
    superseded,
    changed: revisions.length - added - gone - superseded,
    held: plan?.held.length ?? 0,
    skipped: skippedOf(all.entries, invalidIn(all.tallies)),
    unread: all.unread,
  };
}

/** Under which keys the books may have these records: where keys are a family's own, the session is part of them. */
function recordKeys(all: AllLogs, keys: ReadonlySet<string>): ReadonlySet<string> {
  const { agent, index } = all;
  const isUnique = agent.reader.keyScope === 'everywhere';
  return new Set(
    [...keys].flatMap((key) => (isUnique ? `${agent.name}:${key}` : index.copies(key).map((copy) => recordKeyOf(agent, copy)))),
  );
}

/** What an agent's logs say against the books; `whole`: the sums of all its records are counted, too. Writes nothing. */
export async function planned(
  work: AgentWork,
  keys: ReadonlySet<string> | null,
  whole: boolean,
  table: Usage,
  logs: ReadonlyMap<string, LogFileRow>,
  parts: SyncParts,
  now: Instant,
): Promise<{ readonly plan: UsagePlan; readonly own: ReturnType<typeof ownTotals> | null }> {
  const { agent, all } = work;
  const { rows, doubled } =
    keys === null ? await table.provable(agent.name) : { rows: await table.ofKeys([...recordKeys(all, keys)]), doubled: NONE };
  const numbers = new Map([...all.numbered()].map(([number, entry]) => [number, work.idOf(entry)]));
  const there = await stillThere(work, logs);
  const own = whole ? ownTotals(agent, logs, rows) : null;
  if (!parts.rebuild) requireTotals({ wrong: logsOf(doubled, rows, logs), unknown: [] });
  const plan = planUsage({
    all,
    keys,
    rows,
    logIdOf: (log) => numbers.get(log)!,
    presenceOf: (id) => presence(work, logs, there, id),
    distrusted: own === null ? NONE : distrusted(own.checked, work, parts),
    doubled,
    stored: parts.stored,
    prices: await parts.prices(),
    now,
  });
  return { plan, own };
}

/** Plans all agents against the store and writes what follows; the caller holds the lock. */
async function book(store: Store, read: readonly AgentWork[], parts: SyncParts): Promise<AgentSync[]> {
  const [table, files] = await Promise.all([store.usage(), store.logFiles()]);
  await Promise.all([table.refresh(), files.refresh()]);
  const state = readBooked(store.folder);
  const logs = await files.current();
  const now = parts.now();
  const plans: Planned[] = [];
  for (const before of read) {
    const { agent, all } = before;
    const unbooked = unbookedIn(before, state);
    // Where others wrote to the books since, they may have read more than was read here before the lock was had.
    if (unbooked === null) await updateAll(all, parts);
    const work = unbooked === null ? workOf(all, parts) : before;
    // Within a family, a key may stand for records of any of its sessions.
    const whole = unbooked === null || (unbooked.size > 0 && agent.reader.keyScope === 'family');
    const keys = whole ? null : unbooked;
    const { plan, own } = await planned(work, keys, whole, table, logs, parts, now);
    plans.push({ work, plan, own });
  }
  const changed = await commitUsage(plans, logs, table, files, now, parts.writing, () => clearBooked(store.folder), state === null);
  const booked = changed ? setBooked(store.folder) : lookedAt(store.folder, state!, read);
  plans.forEach(({ work: { all }, plan }) => all.save(booked, plan.held));
  return plans.map(({ work, plan }) => summary(work, plan));
}

/** Nothing was to be written for what had been written beside the syncs. @returns the state, as it was. */
function lookedAt(folder: string, { state, aside }: Booked, read: readonly AgentWork[]): string {
  const left = aside.filter((key) => !read.some(({ agent }) => key.startsWith(asideKey(agent, ''))));
  if (left.length < aside.length) restoreBooked(folder, { state, aside: left });
  return state;
}

/** What is to be written for an agent. `own`: the sums of all its rows, where they were counted. */
export interface Planned {
  readonly work: AgentWork;
  readonly plan: UsagePlan;
  readonly own: ReturnType<typeof ownTotals> | null;
}

/**
 * Writes plans by the protocol of semantics 35: the totals before and after as pending, the rows, then that they are done.
 *
 * @param before called before the first write.
 * @param always write also if nothing is new.
 * @returns whether anything was written.
 */
export async function commitUsage(
  plans: readonly Planned[],
  logs: ReadonlyMap<string, LogFileRow>,
  table: Usage,
  files: LogFiles,
  now: Instant,
  writing: SyncParts['writing'],
  before: () => void,
  always = false,
): Promise<boolean> {
  const totals = new Map<string, LogTotals>();
  for (const planned of plans) {
    // Counted anew from the rows themselves: a sync that was cut short leaves totals that don't hold.
    for (const [id, sums] of await totalsOfPending(planned, logs, table)) totals.set(id, sums);
    totalsAfter(planned.plan.revisions, logs, totals);
  }
  const revisions = plans.flatMap(({ plan }) => plan.revisions.map(({ row }) => row));
  const after = logRevisions(
    plans.map(({ work }) => work),
    logs,
    totals,
    now,
  );
  if (revisions.length + after.length === 0 && !always) return false;
  before();
  const pending = after.filter(({ totals_before, totals_after }) => !sameTotals(totals_before, totals_after));
  await files.append(pending.map((row) => ({ ...row, state: 'pending' as const })));
  await table.append(revisions, writing);
  const isPending = new Set(pending);
  await files.append(
    after.map((row) => (isPending.has(row) ? { ...row, revision: row.revision + 1, recorded_at: row.recorded_at + 1 } : row)),
  );
  return true;
}

/** Reads every log and brings the books up to date; where nothing is new, the store is not even opened. */
export async function syncUsage(parts: SyncParts): Promise<AgentSync[]> {
  try {
    return await syncOnce(parts);
  } catch (error) {
    if (!(error instanceof DamagedCursor)) throw error;
    const message = "A cursor cache can't be used; the logs are read from their beginning.";
    parts.reading.warn({ code: 'CACHE_DAMAGED', message });
    return syncOnce({ ...parts, rebuild: true });
  }
}

async function syncOnce(parts: SyncParts): Promise<AgentSync[]> {
  const works: AgentWork[] = [];
  for (const agent of parts.agents) works.push(await readAgent(agent, parts));
  await parts.reading.readers.end();
  const state = readBooked(parts.folder);
  const isBooked = (work: AgentWork): boolean => unbookedIn(work, state)?.size === 0;
  if (works.every(isBooked)) {
    for (const { all } of works) {
      all.save();
      all.close();
    }
    return works.map((work) => summary(work, null));
  }
  const store = await parts.openStore();
  const done = await store.exclusively(() => book(store, works, parts));
  for (const { all } of works) all.close();
  assertThat(done.length === works.length, 'every agent is booked');
  return done;
}
