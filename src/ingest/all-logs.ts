// All logs of an agent, read together: what each holds is kept in the cursor cache, only what is new is read, and the records that
// count are worked out over all of them. Reading in any number of steps gives the same as reading once.
import { factsIn, type Agent, type LogFacts, type LogFile } from '../capture/agent.js';
import { DamagedCursor, type BucketContent, type OpenCursor } from '../store/cursors.js';
import type { Relations } from './dedup.js';
import { findLogs, isBehind, type FoundLogs } from './find-logs.js';
import type { Copy } from './groups.js';
import { KeyIndex } from './key-index.js';
import { familyRoots, spawnRoots } from './lineage.js';
import { isUntouched, logPath, statLog, type LogEntry } from './read-log.js';
import type { LogTask } from './read-one.js';
import { Records } from './records.js';
import { FORMAT, orderOf, Scope, type Reading, type UnreadLog } from './scope.js';
import { book, type SessionTally, type Tallies } from './tally.js';

interface Head {
  readonly entries: (LogEntry | null)[];
  readonly tallies: [string, SessionTally][];
  readonly records: number;
  /** The state of the store's books that was brought up to date last; null if none was. */
  readonly booked: string | null;
  /** Keys whose records may have changed since; null: any. */
  readonly unbooked: readonly string[] | null;
}

/** What counts, by session and in all. */
interface Sums {
  readonly tallies: Tallies;
  readonly records: number;
}

/** A log's key among all: the same path below two roots is two logs. */
const logKey = (log: { root: string; name: string }): string => `${log.root}\u0000${log.name}`;

/** Whether two readings of a log tell the same first folder of each session. */
function sameFolders(before: LogEntry, after: LogEntry): boolean {
  const folders = ({ state }: LogEntry): string =>
    JSON.stringify(factsIn(state).map(({ session_id, folders: [first] }) => [session_id, first]));
  return before.kind !== 'append' || folders(before) === folders(after);
}

export class AllLogs {
  readonly agent: Agent;
  readonly #reading: Reading;
  readonly #hashed: boolean;
  /** Whether it may go on from where a session's own reading got. */
  readonly #seeded: boolean;
  readonly #file: OpenCursor | null;
  #entries: (LogEntry | null)[] = [];
  /** Records of each log, by its number; those not here are in the file. */
  #records = new Map<number, Records>();
  /** Logs whose records are not those of the file. */
  readonly #renewed = new Set<number>();
  /** Null until they are asked for. */
  #sums: Sums | null = null;
  #booked: string | null = null;
  #unbooked: Set<string> | null = null;
  #unread: UnreadLog[] = [];
  #families = new Map<string, string>();
  #orders: string[] = [];
  /** session → the one at the top. */
  #roots = new Map<string, string>();
  #changed = false;
  #related = false;
  #index: KeyIndex | null = null;

  private constructor(agent: Agent, reading: Reading, file: OpenCursor | null, hashed: boolean, seeded: boolean) {
    this.agent = agent;
    this.#reading = reading;
    this.#file = file;
    this.#hashed = hashed;
    this.#seeded = seeded;
    if (file === null) return;
    const head = file.head as Head;
    this.#entries = head.entries;
    this.#sums = { tallies: new Map(head.tallies), records: head.records };
    this.#booked = head.booked;
    this.#unbooked = head.unbooked === null ? null : new Set(head.unbooked);
  }

  static nameOf(agent: Agent): string {
    return `${agent.name}-all.v${agent.reader.version}.${FORMAT}`;
  }

  /** Opens what the cache knows; a damaged cache or one of another version is as none. */
  static open(agent: Agent, reading: Reading): AllLogs {
    const found = reading.cache.open(AllLogs.nameOf(agent));
    if (found === 'damaged') AllLogs.#warnOfDamage(agent, reading);
    return new AllLogs(agent, reading, found === 'damaged' ? null : found, true, true);
  }

  static #warnOfDamage(agent: Agent, reading: Reading): void {
    const message = "A cursor cache can't be used; the logs are read from their beginning.";
    reading.warn({ code: 'CACHE_DAMAGED', message, cache: AllLogs.nameOf(agent) });
  }

  /** Opens it and brings it up to date with all logs below `roots`. */
  static async read(agent: Agent, reading: Reading, roots: readonly string[]): Promise<AllLogs> {
    const found = await findLogs(agent, roots);
    const all = AllLogs.open(agent, reading);
    try {
      await all.update(found);
      return all;
    } catch (error) {
      if (!(error instanceof DamagedCursor)) throw error;
      AllLogs.#warnOfDamage(agent, reading);
      const anew = AllLogs.anew(agent, reading);
      await anew.update(found);
      return anew;
    }
  }

  /** Reads all logs from their beginning; the cache is only written. */
  static anew(agent: Agent, reading: Reading): AllLogs {
    return new AllLogs(agent, reading, null, true, false);
  }

  /** For the logs of one session, from where its own reading got. */
  static ofFamily(agent: Agent, reading: Reading): AllLogs {
    return new AllLogs(agent, reading, null, true, true);
  }

  /** Reads all logs without the cache, for one answer. */
  static once(agent: Agent, reading: Reading): AllLogs {
    return new AllLogs(agent, reading, null, false, false);
  }

  get entries(): readonly LogEntry[] {
    return this.#entries.filter((entry) => entry !== null);
  }

  /** Each log that is there, with its number. */
  *numbered(): Generator<readonly [number: number, entry: LogEntry]> {
    for (const [number, entry] of this.#entries.entries()) if (entry !== null) yield [number, entry];
  }

  /** Entry of the log with that number. */
  entry(log: number): LogEntry {
    return this.#entries[log]!;
  }

  /** Facts of every session of every log. */
  get facts(): readonly LogFacts[] {
    return this.entries.flatMap(({ state }) => factsIn(state));
  }

  get tallies(): ReadonlyMap<string, SessionTally> {
    return this.#counted().tallies;
  }

  /** How many records count. */
  get recordCount(): number {
    return this.#counted().records;
  }

  get unread(): readonly UnreadLog[] {
    return this.#unread;
  }

  /** The state of the books that was brought up to date last, with all keys but the unbooked ones. */
  get booked(): string | null {
    return this.#booked;
  }

  /** Keys whose records may have changed since; null: any. */
  get unbooked(): ReadonlySet<string> | null {
    return this.#unbooked;
  }

  /** sub-agent's session → the session at the top that it works for. */
  rootOf(): (session: string) => string {
    return spawnRoots(this.facts);
  }

  /** Where a log's records end that was read by a session's own reading further than here. */
  #seed(log: LogFile, entry: LogEntry | null): { entry: LogEntry; records: Records } | null {
    const session = (entry?.state ?? this.agent.reader.begin(log)).facts.session_id;
    if (session === null || log.kind !== 'append' || !this.#seeded) return null;
    const name = Scope.nameOf(this.agent, session);
    const found = this.#reading.cache.has(name) ? this.#reading.cache.read(name) : null;
    if (found === null || found === 'damaged') return null;
    const seed = Scope.logIn(found, log);
    return seed !== null && seed.entry.scan.bytes > (entry?.scan.bytes ?? 0) ? { ...seed, records: Records.from(seed.copies) } : null;
  }

  /** Brings everything up to date with what was found, which are all logs that there are now. */
  async update({ logs: found, blocked }: FoundLogs): Promise<void> {
    const logs = [...new Map(found.map((log) => [logKey(log), log])).values()];
    const known = new Map(this.#entries.flatMap((entry, i) => (entry === null ? [] : [[logKey(entry), i] as const])));
    const touched = new Set<string>();
    // Where nothing is booked, any key is to be looked at anyway.
    const touch = (keys: readonly string[]): void => {
      if (this.#unbooked !== null) for (const key of keys) touched.add(key);
    };
    const forget = (index: number): void => {
      touch(this.#recordsOf(index).parts.keys);
      this.#renew(index, Records.NONE);
    };
    const wanted = new Set(logs.map(logKey));
    const vanished = [...known].filter(([key, index]) => !wanted.has(key) && !isBehind(logPath(this.#entries[index]!), blocked));
    if (vanished.length > 0) this.#relateOnce();
    const gone = [...this.#entries];
    for (const [, index] of vanished) {
      forget(index);
      this.#entries[index] = null;
    }
    this.#unread = [...blocked];
    const free = this.#freeSlots(known);
    const tasks: LogTask[] = [];
    const numbers: number[] = [];
    for (const log of logs) {
      const number = known.get(logKey(log));
      const entry = number === undefined ? null : this.#entries[number]!;
      const stat = entry === null ? null : statLog(log);
      if (entry !== null && stat !== null && isUntouched(entry, stat)) continue;
      const seed = this.#seed(log, entry);
      const records = seed?.records ?? (number === undefined ? null : this.#recordsOf(number));
      tasks.push({ log, entry: seed?.entry ?? entry, records: records?.parts ?? null, hashed: this.#hashed });
      numbers.push(number ?? free());
      if (seed === null) continue;
      // The other reading may have found the log rewritten.
      touch(seed.records.parts.keys);
      if (number !== undefined) touch(this.#recordsOf(number).parts.keys);
    }
    if (tasks.length > 0) this.#relateOnce();
    let done = 0;
    // Of a log that could not be read whole, it is not known which records it had.
    let anyKey = [...vanished.map(([, index]) => gone[index]), ...tasks.map(({ entry }) => entry)].some((entry) => entry?.whole === false);
    for await (const [i, { reading, records, touched: seen }] of this.#reading.readers.readAll(this.agent, tasks)) {
      this.#reading.progress(done++, tasks.length);
      const number = numbers[i]!;
      const task = tasks[i]!;
      // Nothing is new but what another reading found.
      const entry = reading.kind === 'same' ? task.entry : reading.kind === 'read' ? reading.entry : null;
      this.#changed = true;
      if (reading.kind === 'unreadable') {
        this.#unread.push({ path: logPath(task.log), reason: reading.reason });
        if ((this.#entries[number] ?? null) !== null) forget(number);
        this.#entries[number] = null;
        continue;
      }
      if (reading.kind === 'read' && reading.again) forget(number);
      // All records of a log have its first folder for their project.
      anyKey ||= task.entry !== null && entry !== null && !sameFolders(task.entry, entry);
      this.#entries[number] = entry;
      this.#renew(number, new Records(records));
      touch(task.entry === null || (reading.kind === 'read' && reading.again) ? records.keys : seen);
    }
    this.#reading.progress(tasks.length, tasks.length);
    // A file whose name can't be told may have passed for a folder, too.
    this.#unread = [...new Map(this.#unread.map((one) => [one.path, one])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    if (!this.#changed) return;
    this.#index = null;
    // One key may take over what another one stood for.
    if (this.#relate() || anyKey || this.index.hasTwins) this.#unbooked = null;
    else for (const key of touched) this.#unbooked?.add(key);
    this.#sums = null;
  }

  #freeSlots(known: ReadonlyMap<string, number>): () => number {
    const used = new Set(known.values());
    let next = 0;
    return () => {
      while (used.has(next)) next++;
      used.add(next);
      return next;
    };
  }

  #renew(number: number, records: Records): void {
    this.#records.set(number, records);
    this.#renewed.add(number);
    this.#changed = true;
  }

  #recordsOf(number: number): Records {
    let records = this.#records.get(number);
    if (records === undefined) {
      const bytes = this.#file?.bucket(number)?.bytes ?? null;
      this.#records.set(number, (records = bytes === null ? Records.NONE : Records.fromBytes(bytes)));
    }
    return records;
  }

  /** How the logs that are known relate to each other, worked out when it is first asked for: a reading of nothing new never asks. */
  #relateOnce(): void {
    if (!this.#related) this.#relate();
  }

  /** @returns whether families became one or a log turned out to be earlier, so that any key may count otherwise now. */
  #relate(): boolean {
    this.#related = true;
    const [families, orders] = [this.#families, this.#orders];
    this.#families = this.agent.reader.keyScope === 'family' ? familyRoots(this.facts) : new Map<string, string>();
    this.#orders = this.#entries.map((entry) => (entry === null ? '' : orderOf(entry)));
    const roots = this.#roots;
    const rootOf = this.rootOf();
    this.#roots = new Map(this.facts.flatMap(({ session_id }) => (session_id === null ? [] : [[session_id, rootOf(session_id)]])));
    if ([...roots].some(([session, root]) => (this.#roots.get(session) ?? root) !== root)) return true;
    if (orders.some((order, log) => order !== '' && this.#orders[log] !== '' && order !== this.#orders[log])) return true;
    return [...families].some(([session, root]) => (this.#families.get(session) ?? session) !== root);
  }

  get relations(): Relations {
    this.#relateOnce();
    return {
      orderOf: (log) => this.#orders[log] ?? '',
      familyOf: (session) => this.#families.get(session) ?? session,
    };
  }

  /** What the copies in all logs stand for. */
  get index(): KeyIndex {
    if (this.#index !== null) return this.#index;
    const logs = new Map([...this.numbered()].map(([number]) => [number, this.#recordsOf(number)]));
    return (this.#index = new KeyIndex(logs, this.agent.reader, this.relations));
  }

  /** All records that count. */
  *counted(): Generator<Copy> {
    for (const copy of this.index.resolved()) if (!copy.echo) yield copy;
  }

  #counted(): Sums {
    if (this.#sums !== null) return this.#sums;
    const tallies: Tallies = new Map();
    let records = 0;
    for (const copy of this.index.resolved()) {
      book(tallies, copy, 1);
      if (!copy.echo) records++;
    }
    return (this.#sums = { tallies, records });
  }

  /** What the last reading of all logs found in one log, for a session's own reading to go on from; null if nothing. */
  static seedOf(agent: Agent, reading: Reading, log: LogFile): { entry: LogEntry; copies: Copy[] } | null {
    const file = reading.cache.open(AllLogs.nameOf(agent));
    if (file === null || file === 'damaged') return null;
    try {
      const all = new AllLogs(agent, reading, file, true, false);
      const found = [...all.numbered()].find(([, { root, name }]) => root === log.root && name === log.name);
      return found === undefined ? null : { entry: found[1], copies: [...all.#recordsOf(found[0]).copies(found[0])] };
    } catch (error) {
      if (error instanceof DamagedCursor) return null;
      throw error;
    } finally {
      file.close();
    }
  }

  /**
   * Writes the cache if there is something new; a cache that can't be written is a warning.
   *
   * @param booked the state of the books that hold all of this by now, if they were just brought up to date.
   * @param held keys that they don't hold yet.
   */
  save(booked: string | null = null, held: readonly string[] = []): void {
    const news = booked !== null && (booked !== this.#booked || this.#unbooked?.size !== 0);
    if (!this.#changed && !news) return;
    if (booked !== null) {
      this.#booked = booked;
      this.#unbooked = new Set(held);
    }
    const head: Head = {
      entries: this.#entries,
      tallies: [...this.tallies],
      records: this.recordCount,
      booked: this.#booked,
      unbooked: this.#unbooked === null ? null : [...this.#unbooked],
    };
    try {
      const contents = new Map<number, BucketContent>();
      this.#entries.forEach((entry, number) => {
        if (entry === null) return;
        const records = this.#renewed.has(number) ? this.#records.get(number)! : null;
        const old = records === null ? (this.#file?.written(number) ?? null) : null;
        if (records !== null && records.length > 0) contents.set(number, { content: records.toBytes() });
        else if (old !== null) contents.set(number, old);
      });
      this.#reading.cache.write(AllLogs.nameOf(this.agent), head, contents);
    } catch (error) {
      this.#reading.warn({
        code: 'CACHE_UNWRITABLE',
        message: "The cursor cache can't be written; the next reading begins at the beginning of the logs.",
        reason: (error as NodeJS.ErrnoException).code ?? 'unknown',
      });
    }
    this.#changed = false;
  }

  /** Lets go of the cache file. */
  close(): void {
    this.#file?.close();
  }
}
