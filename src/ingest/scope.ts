// A scope is a set of logs that are read together: one session's family, or everything of one agent. It keeps what was read in
// the cursor cache, reads only what is new, and adds up the records that count. Reading in any number of steps, in any order,
// gives the same as reading once.
import { factsIn, type Agent, type LogFile, type LogReader } from '../capture/agent.js';
import type { Unreadable } from '../capture/open.js';
import type { Warning } from '../model/errors.js';
import type { RecordCopy } from '../model/record.js';
import type { Instant } from '../model/time.js';
import type { CursorCache, CursorFile } from '../store/cursors.js';
import { mergeInLog, resolve, resolveAll, type Relations } from './dedup.js';
import { Groups, type Copy } from './groups.js';
import { familyRoots } from './lineage.js';
import { logPath, logSize, readLog, type LogEntry } from './read-log.js';
import type { Readers } from './read-one.js';
import { book, type SessionTally, type Tallies } from './tally.js';

/** A log to be read, and whether only to recognise copies. */
export interface ScopeLog {
  readonly log: LogFile;
  readonly context: boolean;
}

export interface UnreadLog {
  readonly path: string;
  readonly reason: Unreadable;
}

/** What reading needs from outside. */
export interface Reading {
  readonly cache: CursorCache;
  readonly warn: (warning: Warning) => void;
  /** Called now and then during long reads: how many of how many logs are done. */
  readonly progress: (done: number, of: number) => void;
  /** Called before a long reading, so that the program can make ready for it. */
  readonly beforeLong: () => void;
  /** For reading many logs. */
  readonly readers: Readers;
  /** A log's name as it is stored: folders are named after projects, and of such a name what stands for the home is `~`. */
  readonly stored: (name: string) => string;
}

/** A log as it is known to another reading: how far it was read, and what was found. */
export interface LogSeed {
  readonly entry: LogEntry;
  readonly copies: readonly RecordCopy[];
}

interface ScopeHead {
  readonly reader: number;
  readonly entries: (LogEntry | null)[];
  readonly tallies: [string, SessionTally][];
  readonly digests: Record<string, string>;
}

/** Raised when the content of the cursor cache changes its shape or its meaning. */
export const FORMAT = 9;

/** A reading that parsed this many buckets was a long one. */
const RELEASE_FROM = 128;

/** Logs that are read from this many new bytes on are a long reading. */
const LONG_BYTES = 32 * 1024 * 1024;

const entryKey = (log: { root: string; name: string }): string => `${log.root}\u0000${log.name}`;

export class Scope {
  readonly agent: Agent;
  readonly reader: LogReader;
  readonly #name: string;
  readonly #reading: Reading;
  #entries: (LogEntry | null)[] = [];
  #groups: Groups;
  #tallies: Tallies = new Map();
  #digests: Record<string, string> = {};
  #families = new Map<string, string>();
  #orders: string[] = [];
  #unread: UnreadLog[] = [];
  #changed = false;

  private constructor(agent: Agent, name: string, reading: Reading, file: CursorFile | null) {
    this.agent = agent;
    this.reader = agent.reader;
    this.#name = name;
    this.#reading = reading;
    this.#groups = new Groups(file);
    if (file === null) return;
    const head = file.head as ScopeHead;
    this.#entries = head.entries;
    this.#tallies = new Map(head.tallies);
    this.#digests = head.digests;
    this.#relate();
  }

  /** Under which name the cache keeps a scope: another one for each version of the reader. */
  static nameOf(agent: Agent, subject: string): string {
    return `${agent.name}-${subject}.v${agent.reader.version}.${FORMAT}`;
  }

  /** Opens what the cache knows of the scope; a damaged cache or one of another version is as none. */
  static open(agent: Agent, subject: string, reading: Reading): Scope {
    const name = Scope.nameOf(agent, subject);
    const found = reading.cache.read(name);
    if (found === 'damaged') {
      reading.warn({
        code: 'CACHE_DAMAGED',
        message: "A cursor cache can't be used; the logs are read from their beginning.",
        cache: name,
      });
    }
    return new Scope(agent, name, reading, found === 'damaged' ? null : found);
  }

  /** A log that a session's reading left in its cache. */
  static logIn(file: CursorFile, log: LogFile): LogSeed | null {
    const { entries } = file.head as ScopeHead;
    const number = entries.findIndex((entry) => entry !== null && entryKey(entry) === entryKey(log));
    if (number < 0) return null;
    const groups = new Groups(file);
    const copies = [...groups.all()].flatMap(([, group]) => group.filter((copy) => copy.log === number));
    return { entry: entries[number]!, copies };
  }

  get entries(): readonly LogEntry[] {
    return this.#entries.filter((entry) => entry !== null);
  }

  /** Entry of the log with that number; null if it is gone. */
  entryOf(log: number): LogEntry | null {
    return this.#entries[log] ?? null;
  }

  get tallies(): ReadonlyMap<string, SessionTally> {
    return this.#tallies;
  }

  /** Logs that were found and could not be read in the last update. */
  get unread(): readonly UnreadLog[] {
    return this.#unread;
  }

  /** Digests that `digest.ts` keeps here between readings, by bucket. */
  get digests(): Record<string, string> {
    return this.#digests;
  }

  get groups(): Groups {
    return this.#groups;
  }

  /** The records of a key that count. */
  counted(key: string): Copy[] {
    return this.#resolved(key).filter((copy) => !copy.echo);
  }

  /** All records that count; loads everything. */
  *allCounted(): Generator<Copy> {
    for (const copy of this.#allResolved()) if (!copy.echo) yield copy;
  }

  /** The same with those that counted until a sum was told that has their counts. */
  *allTold(): Generator<Copy> {
    for (const [, group] of this.#groups.all())
      for (const copy of resolveAll(group, this.reader, this.#relations)) if (!copy.echo) yield copy;
  }

  /** What a key stands for: counted records, or an echo of one that is missing. */
  #resolved(key: string): Copy[] {
    const group = this.#groups.get(key);
    return group === undefined ? [] : resolve(group, this.reader, this.#relations);
  }

  *#allResolved(): Generator<Copy> {
    for (const [, group] of this.#groups.all()) yield* resolve(group, this.reader, this.#relations);
  }

  get #relations(): Relations {
    return {
      orderOf: (log) => this.#orders[log] ?? '',
      familyOf: (session) => this.#families.get(session) ?? session,
    };
  }

  /**
   * Works out anew who descends from whom and which log is earlier.
   *
   * @returns whether what was known changed by it: families that became one, or a log that turned out to be earlier.
   */
  #relate(): boolean {
    const families = this.#families;
    const orders = this.#orders;
    this.#families =
      this.reader.keyScope === 'family' ? familyRoots(this.entries.flatMap(({ state }) => factsIn(state))) : new Map<string, string>();
    this.#orders = this.#entries.map((entry) => (entry === null ? '' : orderOf(entry)));
    if (orders.some((order, log) => order !== '' && order !== this.#orders[log])) return true;
    const merged = new Map<string, string>();
    for (const [session, root] of families) {
      const now = this.#families.get(session) ?? session;
      if ((merged.get(now) ?? root) !== root) return true;
      merged.set(now, root);
    }
    return false;
  }

  /**
   * Brings the scope up to date with `found`, which are all logs that belong to it now.
   *
   * @param seedOf tells of a log that was never read here how far another reading got.
   */
  async update(found: readonly ScopeLog[], seedOf: (log: LogFile) => LogSeed | null = () => null): Promise<void> {
    // A root may be named twice.
    const logs = [...new Map(found.map((entry) => [entryKey(entry.log), entry])).values()];
    const fresh = this.#entries.length === 0;
    const before = new Map<string, Copy[]>();
    const known = new Map(this.#entries.flatMap((entry, i) => (entry === null ? [] : [[entryKey(entry), i] as const])));
    const wanted = new Set(logs.map(({ log }) => entryKey(log)));
    let recount = false;
    this.#unread = [];

    for (const [key, index] of known) {
      if (wanted.has(key)) continue;
      this.#forget(index);
      this.#entries[index] = null;
      recount = true;
    }

    const take = (index: number, copy: RecordCopy): void => {
      const group = this.#groups.get(copy.key) ?? [];
      if (!fresh && !before.has(copy.key)) before.set(copy.key, group.length === 0 ? [] : this.#resolved(copy.key));
      const own: Copy = { ...copy, log: index };
      const at = group.findIndex(({ log }) => log === index);
      const merged = at < 0 ? own : mergeInLog(group[at]!, own, this.reader.keeps);
      this.#groups.set(copy.key, at < 0 ? [...group, merged] : group.with(at, merged));
      this.#changed = true;
    };

    if (newBytes(logs, this.#entries, known) > LONG_BYTES) this.#reading.beforeLong();
    let done = 0;
    for (const { log, context } of logs) {
      this.#reading.progress(done++, logs.length);
      const index = known.get(entryKey(log)) ?? this.#freeSlot();
      let entry = this.#entries[index] ?? null;
      this.#entries[index] ??= placeholder(log);
      const seed = entry === null ? seedOf(log) : null;
      if (seed !== null) {
        entry = seed.entry;
        for (const copy of seed.copies) take(index, copy);
      }
      const read = await readLog(log, this.reader, entry, { record: (copy) => take(index, copy), skip: () => undefined }, () => {
        this.#forget(index);
        recount = true;
      });
      if (read.kind === 'same') {
        if (entry!.context !== context || seed !== null) this.#changed = true;
        this.#entries[index] = { ...entry!, context };
        continue;
      }
      this.#changed = true;
      if (read.kind === 'unreadable') {
        this.#unread.push({ path: logPath(log), reason: read.reason });
        if (entry !== null) {
          recount = true;
          this.#forget(index);
        }
        this.#entries[index] = null;
        continue;
      }
      this.#entries[index] = { ...read.entry, context };
    }
    this.#reading.progress(logs.length, logs.length);

    if (this.#relate() || fresh || recount) this.#recount();
    else this.#rebook(before);
  }

  #freeSlot(): number {
    const free = this.#entries.indexOf(null);
    return free >= 0 ? free : this.#entries.length;
  }

  /** Drops everything that was read from a log. */
  #forget(index: number): void {
    this.#changed = true;
    for (const [key, group] of [...this.#groups.all()]) {
      const left = group.filter(({ log }) => log !== index);
      if (left.length < group.length) this.#groups.set(key, left);
    }
  }

  #recount(): void {
    this.#tallies = new Map();
    this.#digests = {};
    for (const copy of this.#allResolved()) book(this.#tallies, copy, 1);
  }

  /** Exchanges what the touched records counted before for what they count now. */
  #rebook(before: ReadonlyMap<string, readonly Copy[]>): void {
    for (const [key, old] of before) {
      const now = this.#resolved(key);
      // A record that left a session or moved in time may have been its first or last: its times must narrow.
      const gone = old.some((copy) => !now.some((c) => c.session === copy.session && c.at === copy.at));
      if (gone) {
        this.#recount();
        return;
      }
    }
    for (const [key, old] of before) {
      for (const copy of this.#resolved(key)) book(this.#tallies, copy, 1);
      for (const copy of old) book(this.#tallies, copy, -1);
    }
    // Sums that were too large to be exact don't become exact by taking something away.
    if ([...this.#tallies.values()].some(({ overflowed }) => overflowed)) this.#recount();
  }

  /** Writes the cache if something changed; a cache that can't be written is a warning. */
  save(): void {
    if (!this.#changed) return;
    const head: ScopeHead = {
      reader: this.reader.version,
      entries: this.#entries,
      tallies: [...this.#tallies],
      digests: this.#digests,
    };
    try {
      this.#release(this.#reading.cache.write(this.#name, head, this.#groups.contents()));
    } catch (error) {
      this.#reading.warn({
        code: 'CACHE_UNWRITABLE',
        message: "The cursor cache can't be written; the next reading begins at the beginning of the logs.",
        reason: (error as NodeJS.ErrnoException).code ?? 'unknown',
      });
    }
    this.#changed = false;
  }

  /** After a long reading the records are in the file; kept in memory they would double the program's size. */
  #release(written: () => CursorFile): void {
    if (this.#groups.loaded >= RELEASE_FROM) this.#groups = new Groups(written());
  }
}

/** Originals before what was copied from them, earlier logs first, then by name. */
export function orderOf(entry: LogEntry): string {
  const first: Instant | null = entry.state.facts.first_at;
  const time = first === null ? '~' : String(first).padStart(20, '0');
  const copies = String(entry.state.facts.forked_from.length).padStart(3, '0');
  return `${copies}|${time}|${entry.name.slice(entry.name.lastIndexOf('/') + 1)}|${entry.name}`;
}

/** How much there is to be read, as far as sizes tell. */
function newBytes(logs: readonly ScopeLog[], entries: readonly (LogEntry | null)[], known: ReadonlyMap<string, number>): number {
  return logs.reduce((sum, { log }) => {
    const before = entries[known.get(entryKey(log)) ?? -1]?.size ?? 0;
    return sum + Math.max(0, logSize(log) - before);
  }, 0);
}

/** Holds a log's number while it is read for the first time. */
function placeholder(log: LogFile): LogEntry {
  return {
    root: log.root,
    name: log.name,
    state: { facts: { session_id: null, parent: null, forked_from: [], first_at: null } },
  } as unknown as LogEntry;
}
