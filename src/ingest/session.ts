// A session as a whole: its logs, its sub-agents, and the sessions that it was copied from, read together.
import { factsIn, type Agent, type LogFacts, type LogFile, type Peek } from '../capture/agent.js';
import type { Cut, LogCut, OpenRecord, Snapshot, StageCut, Usage } from '../model/cut.js';
import { fromMs, type Instant } from '../model/time.js';
import { UNKNOWN } from '../model/tokens.js';
import { AllLogs } from './all-logs.js';
import { digestOf } from './digest.js';
import {
  movedNames,
  NO_NAMES,
  openRecord,
  sumTimesOf,
  usageOfRecords,
  type CutNames,
  type Evidence,
  type PlacedRecord,
} from './evidence.js';
import { flagsOf, skippedOf, uncountedFlag } from './flags.js';
import { spawnRoots } from './lineage.js';
import type { Prefixes } from './prefixes.js';
import { headHash, positionOf, type LogEntry } from './read-log.js';
import { Scope, type LogSeed, type Reading, type ScopeLog, type UnreadLog } from './scope.js';
import { marksOf, usageOf, type TallyPart } from './tally.js';
import { logsOf, peeker } from './top-session.js';

/** Which session is meant. `path`: a log that was given by path and counts with what is kept beside it, alone. */
export interface SessionTarget {
  readonly agent: Agent;
  readonly session_id: string;
  readonly path: string | null;
}

/** Under which name the cache keeps the session. */
const subjectOf = ({ session_id, path }: SessionTarget): string =>
  path === null ? session_id : `${session_id}-at-${Buffer.from(path).toString('hex').slice(-160)}`;

/** Where to look: the roots of the target's agent. */
export interface SessionPlace {
  readonly roots: readonly string[];
}

type CutPlaces = Pick<Cut, 'at' | 'by' | 'logs'>;

/** Since when a cut's logs must not have been written anew: one that was set by time was made later than its instant, and is not asked. */
const madeAt = ({ at, by }: CutPlaces): Instant => (by === 'time' ? Infinity : at);

/** A session's logs as one reading: snapshots are taken from it, and it can be brought up to date. */
export class SessionReading {
  readonly target: SessionTarget;
  readonly #roots: readonly string[];
  readonly #scope: Scope;
  readonly #peek: Peek;
  readonly #seedOf: (log: LogFile) => LogSeed | null;
  readonly #stored: Reading['stored'];
  #digest = '';

  private constructor(target: SessionTarget, roots: readonly string[], scope: Scope, reading: Reading) {
    this.target = target;
    // A log that all logs were read with before is gone on with from there.
    this.#seedOf = (log) => (log.kind === 'append' ? AllLogs.seedOf(target.agent, reading, log) : null);
    this.#roots = roots;
    this.#stored = reading.stored;
    this.#scope = scope;
    this.#peek = peeker(target.agent);
  }

  /** Whether an earlier reading of the session is in the cache. */
  static isCached(target: SessionTarget, reading: Reading): boolean {
    return reading.cache.has(Scope.nameOf(target.agent, subjectOf(target)));
  }

  /** Reads the session, from where the cache ends. */
  static async open(target: SessionTarget, { roots }: SessionPlace, reading: Reading): Promise<SessionReading> {
    const session = new SessionReading(target, roots, Scope.open(target.agent, subjectOf(target), reading), reading);
    await session.update();
    return session;
  }

  /** Reads what was written since. */
  async update(): Promise<void> {
    const { agent, session_id, path } = this.target;
    const own = path === null ? await logsOf(agent, this.#roots, session_id, this.#peek) : agent.reader.logsAt(path);
    await this.#scope.update(await this.#withAncestors(own.map((log) => ({ log, context: false }))), this.#seedOf);
    // Copied lines name the session that they were copied from only inside.
    const complete = await this.#withAncestors(own.map((log) => ({ log, context: false })));
    if (complete.length > this.#scope.entries.length + this.#scope.unread.length) await this.#scope.update(complete, this.#seedOf);
    // Before saving, so that the next snapshot finds the digests of what doesn't change by then.
    this.#digest = digestOf(this.#scope, this.#isOwnSession());
    this.#scope.save();
  }

  /** Adds the logs of sessions from which the known ones were copied; they only serve to recognise the copies. */
  async #withAncestors(own: ScopeLog[]): Promise<ScopeLog[]> {
    if (this.target.path !== null) return own;
    const { agent, session_id } = this.target;
    const logs = [...own];
    const there = new Set(own.map(({ log }) => `${log.root}\u0000${log.name}`));
    const asked = new Set([session_id]);
    const add = (log: LogFile): boolean => {
      const key = `${log.root}\u0000${log.name}`;
      if (there.has(key)) return false;
      there.add(key);
      logs.push({ log, context: true });
      return true;
    };
    const pending = this.#scope.entries.flatMap(({ state }) => factsIn(state)).flatMap(({ forked_from }) => forked_from);
    for (let ancestor = pending.pop(); ancestor !== undefined; ancestor = pending.pop()) {
      if (asked.has(ancestor)) continue;
      asked.add(ancestor);
      for (const log of await logsOf(agent, this.#roots, ancestor, this.#peek)) {
        if (!add(log)) continue;
        pending.push(...((await this.#peek(log))?.forked_from ?? []));
      }
    }
    for (const { log } of own) {
      const entry = this.#own.find(({ root, name }) => root === log.root && name === log.name);
      if (entry === undefined) continue;
      for (const other of (await agent.reader.repeated?.(log.root, log, entry.state.facts, this.#peek)) ?? []) add(other);
    }
    return logs;
  }

  /** Whether any log of the session exists. */
  get exists(): boolean {
    return this.#own.some(({ kind }) => kind !== 'rows') || this.facts.length > 0;
  }

  /** When its youngest log was written. */
  get writtenAt(): Instant {
    return fromMs(Math.max(0, ...this.#own.map(({ mtimeMs }) => mtimeMs)));
  }

  get unread(): readonly UnreadLog[] {
    return this.#scope.unread;
  }

  /** Facts of the session and its sub-agents, from its own logs. */
  get facts(): readonly LogFacts[] {
    const isOwn = this.#isOwnSession();
    return this.#own.flatMap(({ kind, state }) =>
      factsIn(state).filter(({ session_id }) => kind !== 'rows' || session_id === null || isOwn(session_id)),
    );
  }

  /** The sessions from which it was copied, and those from which they were, as far as their logs are here. */
  get ancestors(): ReadonlySet<string> {
    const ancestors = new Set(this.facts.flatMap(({ forked_from }) => forked_from));
    const others = this.#scope.entries.filter(({ context }) => context).flatMap(({ state }) => factsIn(state));
    // A set gives what is added to it while it is gone through.
    for (const ancestor of ancestors)
      for (const { session_id, forked_from } of others) if (session_id === ancestor) forked_from.forEach((one) => ancestors.add(one));
    return ancestors;
  }

  get #own(): readonly LogEntry[] {
    return this.#scope.entries.filter(({ context }) => !context);
  }

  #isOwnSession(): (session: string) => boolean {
    const rootOf = spawnRoots(this.#scope.entries.flatMap(({ state }) => factsIn(state)));
    if (this.target.path === null) return (session) => rootOf(session) === this.target.session_id;
    const here = new Set(this.#own.flatMap(({ state }) => factsIn(state)).map(({ session_id }) => session_id));
    return (session) => here.has(session) || session === this.target.session_id;
  }

  get #parts(): TallyPart[] {
    const isOwn = this.#isOwnSession();
    const parts: TallyPart[] = [];
    for (const [session, tally] of this.#scope.tallies) {
      if (isOwn(session)) parts.push({ tally, subagent: this.#isSubagent(session) });
    }
    return parts;
  }

  /**
   * What the session has spent up to now, its own records only: what it copied from elsewhere is in no delta (semantics 4).
   */
  snapshot(at: Instant): Snapshot {
    const { reader } = this.#scope;
    const parts = this.#parts;
    const usage = usageOf(parts, false, reader.tellsReasoning);
    const facts = this.facts;
    const unknown = uncountedFlag(facts, usage.records, reader);
    const marks = marksOf(
      parts.map(({ tally }) => tally),
      false,
    );
    const flags = flagsOf(marks, usage, facts, unknown);
    return {
      cut: this.#cut(at, usage.records),
      usage: unknown === null ? usage : { ...usage, counts: UNKNOWN },
      flags,
      partial_records: marks.partial,
      skipped: skippedOf(this.#own, marks.invalid),
    };
  }

  #cut(at: Instant, records: number): Cut {
    const { agent, session_id } = this.target;
    const isOwn = this.#isOwnSession();
    return {
      at,
      logs: this.#own.map((entry) => ({
        path: this.#stored(entry.name),
        session_id: entry.state.facts.session_id ?? session_id,
        head_sha256: entry.head,
        position: positionOf(entry),
      })),
      open: this.#open(isOwn),
      records,
      digest: this.#digest,
      reader: `${agent.name}@${agent.reader.version}`,
    };
  }

  /** The last record of each log, where it may still be written. */
  #open(isOwn: (session: string) => boolean): OpenRecord[] {
    const open: OpenRecord[] = [];
    for (const { lastKey } of this.#own) {
      if (lastKey === null) continue;
      for (const copy of this.#scope.counted(lastKey)) {
        if (copy.partial && isOwn(copy.session) && !copy.copied) open.push(openRecord(copy));
      }
    }
    return open;
  }

  /** What has become of a record that was open at a cut: its counts now; null if it is gone or is a copy. */
  now(key: string): OpenRecord | null {
    const isOwn = this.#isOwnSession();
    const copy = this.#scope.counted(key).find((found) => isOwn(found.session) && !found.copied);
    return copy === undefined ? null : openRecord(copy);
  }

  /** True if `key`'s record is not waited for: it is whole, or of a version that never says so. */
  isFinished(key: string): boolean {
    return this.#scope.counted(key).every((copy) => !copy.partial || copy.unreliable);
  }

  /**
   * The usage of the own records whose logged time is after an instant, where positions don't help since earlier bytes are gone.
   * Records without a time are left out.
   */
  usageAfter(instant: Instant): Usage {
    const isOwn = this.#isOwnSession();
    const { tellsReasoning } = this.#scope.reader;
    const later = [...this.#scope.allCounted()].filter(
      ({ at, copied, session }) => at !== null && at > instant && !copied && isOwn(session),
    );
    return usageOfRecords(later, { isSubagent: (session) => this.#isSubagent(session), tellsReasoning });
  }

  /** Its own records with where they lie, to work out cuts again: those that are named. */
  async evidence({ logs, paths }: CutNames = NO_NAMES): Promise<Evidence> {
    const isOwn = this.#isOwnSession();
    const records: PlacedRecord[] = [];
    for (const copy of this.#scope.allTold()) {
      if (!copy.copied && isOwn(copy.session)) records.push({ copy, log: this.#scope.entryOf(copy.log)?.name ?? '' });
    }
    const names = movedNames(
      paths,
      this.#own.map(({ name }) => name),
    );
    for (const cut of logs) {
      const entry = await this.#entryOf(cut);
      if (entry !== null) names.set(cut.path, entry.name);
    }
    const { agent } = this.target;
    return {
      source: 'logs',
      reader: `${agent.name}@${agent.reader.version}`,
      records,
      tellsReasoning: this.#scope.reader.tellsReasoning,
      isSubagent: (session) => this.#isSubagent(session),
      names,
      sums: sumTimesOf(records),
      priceOf: null,
    };
  }

  /** The log of a cut, by its session and its beginning: it may have been moved or compressed since. */
  async #entryOf(cut: LogCut): Promise<LogEntry | null> {
    const { position } = cut;
    const alike = this.#own.filter(
      (entry) => (entry.state.facts.session_id ?? this.target.session_id) === cut.session_id && entry.kind === position.kind,
    );
    const named = alike.find(({ name }) => this.#stored(name) === this.#stored(cut.path));
    if (named !== undefined || position.kind !== 'append') return named ?? alike[0] ?? null;
    for (const entry of alike) {
      if (entry.scan.bytes >= position.bytes && (await headHash(entry, position.bytes)) === cut.head_sha256) return entry;
    }
    return null;
  }

  /**
   * Whether nothing that belongs before a cut can still come: each log holds a later record, or was not written for a while.
   *
   * @param wait how long, in microseconds.
   */
  isQuietAfter({ at, logs }: Pick<Cut, 'at' | 'logs'>, now: Instant, wait: number): boolean {
    const positions = new Map(
      logs.map(({ path, position }) => [this.#stored(path), position.kind === 'append' ? position.bytes : position.records]),
    );
    const later = new Set<string>();
    for (const copy of this.#scope.allCounted()) {
      const name = this.#scope.entryOf(copy.log)?.name ?? '';
      if (copy.position >= (positions.get(this.#stored(name)) ?? 0) && copy.at !== null && copy.at > at) later.add(name);
    }
    return this.#own.every(({ name, mtimeMs }) => later.has(name) || now - Math.max(fromMs(mtimeMs), at) >= wait);
  }

  /** All logs that were read for it, with those that only serve to recognise copies. */
  get logs(): readonly LogEntry[] {
    return this.#scope.entries;
  }

  #isSubagent(session: string): boolean {
    return session !== this.target.session_id && this.target.path === null;
  }

  /**
   * Whether what lies before a cut is still there: as far as the logs' length and their first 4 KiB tell, and unless a reading since
   * found one rewritten. Whether it is the same to the last is asked by `holdsPlaces`.
   */
  async holds(cut: CutPlaces): Promise<boolean> {
    for (const log of cut.logs) if ((await this.#holding(log, madeAt(cut))).length === 0) return false;
    return true;
  }

  /**
   * The same, and whether the cut's positions still mean the same records: in a document or a database by the key of the last one
   * before it, in a growing file, with `prefixes`, by the hash of all before it.
   */
  async holdsPlaces(cut: CutPlaces, prefixes: Prefixes | null): Promise<boolean> {
    for (const log of cut.logs) if (!(await this.#holdsPlace(log, madeAt(cut), cut.by === 'time', prefixes))) return false;
    return true;
  }

  async #holdsPlace(cut: LogCut, at: Instant, isByTime: boolean, prefixes: Prefixes | null): Promise<boolean> {
    // Where every byte is looked at, it does not matter what was found in between.
    for (const entry of await this.#holding(cut, prefixes === null ? at : Infinity)) {
      const { position } = cut;
      if (position.kind === 'append') {
        if (prefixes === null || (await prefixes.isSame(entry, cut))) return true;
        // The books tell how many records a log had, and not which the last was; by time alone nothing depends on that.
      } else if ((isByTime && position.last_key === null) || this.#isLastBefore(entry, position.records, position.last_key)) return true;
    }
    return false;
  }

  /** Logs that reach up to a cut and begin as its log did. */
  async #holding({ session_id, position, head_sha256 }: LogCut, at: Instant): Promise<LogEntry[]> {
    const holding: LogEntry[] = [];
    for (const entry of this.#own) {
      if ((entry.state.facts.session_id ?? this.target.session_id) !== session_id || entry.kind !== position.kind) continue;
      if (entry.rewritten_at !== null && entry.rewritten_at >= at) continue;
      if (position.kind !== 'append') {
        if (entry.records >= position.records) holding.push(entry);
      } else if (entry.scan.bytes >= position.bytes && (await headHash(entry, position.bytes)) === head_sha256) holding.push(entry);
    }
    return holding;
  }

  /** Whether the record before an ordinal has that key. Where a key stands twice in a log, its record reaches over both places. */
  #isLastBefore(entry: LogEntry, ordinal: number, key: string | null): boolean {
    if (ordinal === 0 || key === null) return ordinal === 0;
    const copies = this.#scope.groups.get(key) ?? [];
    return copies.some(({ log, position, end }) => this.#scope.entryOf(log) === entry && position < ordinal && ordinal <= end);
  }
}

/** The cut of a stage: positions only, inside those of the final cut. */
export function stageCut(session_id: string, { cut }: Snapshot): StageCut {
  const positions = Object.fromEntries(
    cut.logs.map(({ path, position }) => [path, position.kind === 'append' ? position.bytes : position.records]),
  );
  return { session_id, at: cut.at, positions, open: cut.open, records: cut.records };
}
