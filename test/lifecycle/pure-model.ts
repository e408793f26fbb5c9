// A small model of agents' logs and of what analyses should say of them, after the rules that decide (a cut, settling, several
// sessions, backfill). It knows nothing of the program: a record is in a bucket (before the start, a stage, the tail) or in none.

export const SECOND = 1_000_000;
const QUIET = 600 * SECOND;

export type LogName = 'main' | 'sub';

/** An answer, as its log tells it now. */
export interface Message {
  readonly key: string;
  readonly at: number;
  readonly copied: boolean;
  output: number;
  finished: boolean;
}

/** Where a message stands, or stood. */
interface Place {
  readonly log: LogName;
  readonly index: number;
}

interface Kept extends Message {
  readonly place: Place;
}

interface Log {
  /** Another one once the file was written anew. */
  readonly era: number;
  readonly messages: Message[];
  written: number;
}

/** A session: its log and that of a sub-agent. */
export class SessionModel {
  readonly id: string;
  readonly logs = new Map<LogName, Log>();
  /** What was kept of it, by key. */
  readonly kept = new Map<string, Kept>();
  static #eras = 0;

  constructor(id: string) {
    this.id = id;
  }

  get exists(): boolean {
    return this.logs.size > 0;
  }

  get first(): number {
    return Math.min(...[...this.logs.values()].flatMap(({ messages }) => messages.map(({ at }) => at)));
  }

  /** Its own messages, with where they stand. */
  own(): (Kept & Place & { readonly written: number })[] {
    return [...this.logs].flatMap(([log, { messages, written }]) =>
      messages.map((message, index) => ({ ...message, log, index, place: { log, index }, written })).filter(({ copied }) => !copied),
    );
  }

  /** The last message of its main log. */
  get last(): Message | null {
    return this.logs.get('main')?.messages.at(-1) ?? null;
  }

  write(log: LogName, message: Message, now: number): void {
    const known = this.logs.get(log);
    if (known === undefined) this.#begin(log, message, now);
    else {
      known.messages.push(message);
      known.written = now;
    }
  }

  touch(now: number): void {
    this.logs.get('main')!.written = now;
  }

  reset(message: Message, now: number): void {
    this.#begin('main', message, now);
  }

  #begin(log: LogName, message: Message, now: number): void {
    this.logs.set(log, { era: SessionModel.#eras++, messages: [message], written: now });
  }

  /** Books what its logs tell now; what may still be written is held back. */
  keep(now: number): void {
    for (const { key, at, output, finished, copied, place, written } of this.own()) {
      const age = now - Math.min(at, written);
      if (!finished && age < QUIET) continue;
      this.kept.set(key, { key, at, output, finished, copied, place });
    }
  }
}

/** How far a session's logs were read. */
interface Cut {
  readonly at: number;
  readonly byTime: boolean;
  readonly ends: ReadonlyMap<LogName, { readonly era: number; readonly length: number }>;
}

const cutOf = (session: SessionModel, at: number, byTime = false): Cut => ({
  at,
  byTime,
  ends: new Map([...session.logs].map(([name, { era, messages }]) => [name, { era, length: messages.length }])),
});

/** Of a log that is gone, and that no later one goes on. */
const GONE = { era: -1, length: 0 };

/** A cut of what was filled from the books: it tells also of the logs that are gone in which its session's records had stood. */
function filledCutOf(session: SessionModel, at: number): Cut {
  const cut = cutOf(session, at, true);
  return { ...cut, ends: new Map([...[...session.kept.values()].map(({ place }) => [place.log, GONE] as const), ...cut.ends]) };
}

const holds = (session: SessionModel, { ends }: Cut): boolean => [...ends].every(([name, { era }]) => session.logs.get(name)?.era === era);

/** Until when a time reaches as it is written. */
const reach = (at: number): number => (at % SECOND === 0 ? at + SECOND : at + 1000);

/** Rule 1: it was read before the cut, or came later and was told before it. */
function isBefore({ at, index, log }: { at: number; index: number; log: LogName }, cut: Cut): boolean {
  if (cut.byTime) return at < cut.at;
  return index < (cut.ends.get(log)?.length ?? 0) || reach(at) <= cut.at;
}

/** Whether a place lies before a cut; null where the cut tells nothing of its log. */
function byPlace({ byTime, ends }: Cut, { log, index }: Place): boolean | null {
  const end = ends.get(log);
  return byTime || end === undefined ? null : index < end.length;
}

const BEFORE = -1;

/** What one session has in an analysis. */
class PartModel {
  readonly session: SessionModel;
  baseline: Cut;
  readonly cuts = new Map<number, Cut>();
  final: Cut | null = null;
  awaited: boolean;
  carried = false;
  settled = false;
  /** Counts up to an instant that is past. */
  readonly isClosed: boolean;
  readonly assigned = new Map<string, { bucket: number; output: number }>();

  constructor(session: SessionModel, baseline: Cut, isClosed: boolean, awaited: boolean) {
    this.session = session;
    this.baseline = baseline;
    this.isClosed = isClosed;
    this.awaited = awaited;
  }

  /** Takes a snapshot that ends a bucket. */
  advance(bucket: number, now: number): void {
    if (this.isClosed) return;
    const { session, assigned } = this;
    if (!session.exists) {
      if (!this.awaited) this.final ??= this.baseline;
      return;
    }
    if (this.awaited) {
      this.awaited = false;
      if (session.first <= this.baseline.at) this.baseline = { ...this.baseline, byTime: true };
    }
    const before = this.final ?? this.baseline;
    this.carried ||= !holds(session, before);
    for (const { key, at, output } of session.own()) {
      const known = assigned.get(key);
      if (known !== undefined) known.output = output;
      else if (this.carried) {
        if (at > before.at || (before.byTime && at === before.at)) assigned.set(key, { bucket, output });
      } else assigned.set(key, { bucket: this.baseline.byTime && at < this.baseline.at ? BEFORE : bucket, output });
    }
    this.final = cutOf(session, now);
  }

  /** Gives each record anew to the first cut that it lies before. */
  settle(tail: number): void {
    const cuts: [number, Cut][] = [[BEFORE, this.baseline], ...this.cuts, [tail, this.final!]];
    const excluded = [...this.assigned].filter(([, { bucket }]) => bucket === EXCLUDED);
    const gone = this.session.kept;
    const here = this.session.own();
    const told = new Map([...this.assigned].filter(([key]) => gone.has(key) && !here.some((message) => message.key === key)));
    this.assigned.clear();
    for (const message of here) {
      const bucket = cuts.find(([, cut]) => isBefore(message, cut))?.[0];
      if (bucket !== undefined) this.assigned.set(message.key, { bucket, output: message.output });
    }
    for (const [key, value] of [...told, ...excluded]) this.assigned.set(key, value);
    this.settled = true;
  }

  get sums(): Map<number, number> {
    const sums = new Map<number, number>();
    for (const { bucket, output } of this.assigned.values()) if (bucket >= 0) sums.set(bucket, (sums.get(bucket) ?? 0) + output);
    return sums;
  }
}

const EXCLUDED = -2;

export type SettleResult = 'open' | 'unmeasured' | 'already' | 'gone' | 'not_yet' | 'settled';

/** An analysis. */
export class AnalysisModel {
  readonly id: string;
  readonly startedAt: number;
  completedAt: number | null = null;
  readonly parts: PartModel[] = [];
  /** Which stages are unknown. */
  readonly unknown = new Set<number>();
  stages = 0;
  readonly #stageTimes: number[] = [];
  /** Outputs as they were booked last. */
  booked: { readonly total: number | null; readonly stages: readonly (number | null)[] } = { total: null, stages: [] };
  #session: SessionModel | null;

  constructor(id: string, startedAt: number, session: SessionModel | null = null) {
    this.id = id;
    this.startedAt = startedAt;
    this.#session = session;
  }

  /** Of one that has ended without tokens: the session that is named for it, or whose log had not come by its end. */
  get bare(): SessionModel | null {
    const isUnknown = !this.isOpen && this.parts.length > 0 && this.parts.every(({ final }) => final === null);
    return this.#session ?? (isUnknown ? this.parts[0]!.session : null);
  }

  get isOpen(): boolean {
    return this.completedAt === null;
  }

  has(session: SessionModel): boolean {
    return this.parts.some((part) => part.session === session);
  }

  start(session: SessionModel, now: number): void {
    const part = new PartModel(session, cutOf(session, now), false, !session.exists);
    for (const { key, output } of session.own()) part.assigned.set(key, { bucket: BEFORE, output });
    this.parts.push(part);
  }

  /** From when on a session counts that joins now. */
  get joinsAt(): number {
    if (!this.isOpen) return this.startedAt;
    return Math.max(this.startedAt, ...this.parts.flatMap(({ final }) => (final === null ? [] : [final.at])));
  }

  attach(session: SessionModel): void {
    const from = this.joinsAt;
    const part = new PartModel(session, cutOf(session, from, true), !this.isOpen, false);
    for (const { key, at, output } of session.own()) {
      if (at < from) part.assigned.set(key, { bucket: BEFORE, output });
      else if (this.completedAt !== null && at < this.completedAt) {
        const stage = this.#stageTimes.findIndex((end) => at < end);
        part.assigned.set(key, { bucket: stage < 0 ? this.stages : stage, output });
      }
    }
    if (this.completedAt !== null) {
      part.final = cutOf(session, this.completedAt, true);
      this.#stageTimes.forEach((end, k) => part.cuts.set(k, cutOf(session, end, true)));
    }
    this.parts.push(part);
    if (!this.isOpen) this.#book();
  }

  mark(now: number): void {
    for (const part of this.parts) part.advance(this.stages, now);
    for (const part of this.parts) if (part.final !== null) part.cuts.set(this.stages, part.final);
    if (this.parts.some(({ awaited }) => awaited)) this.unknown.add(this.stages);
    this.stages++;
    this.#stageTimes.push(now);
    this.#book();
  }

  complete(now: number): void {
    for (const part of this.parts) part.advance(this.stages, now);
    this.completedAt = now;
    this.#book();
  }

  #obstacle(now: number): SettleResult | null {
    if (this.isOpen) return 'open';
    if (this.parts.length === 0 || this.parts.some(({ final }) => final === null)) return 'unmeasured';
    if (this.parts.every(({ settled }) => settled)) return 'already';
    if (this.parts.some(({ carried }) => carried)) return 'gone';
    for (const { session, final } of this.parts) {
      if (!session.exists || !holds(session, final!)) return 'gone';
      for (const [name, { messages, written }] of session.logs) {
        const since = final!.byTime ? 0 : (final!.ends.get(name)?.length ?? 0);
        const later = messages.slice(since).some(({ at }) => at > final!.at);
        if (!later && now - Math.max(written, final!.at) < QUIET) return 'not_yet';
      }
    }
    return null;
  }

  settle(now: number): SettleResult {
    const obstacle = this.#obstacle(now);
    if (obstacle !== null) return obstacle;
    for (const part of this.parts) part.settle(this.stages);
    this.#book();
    return 'settled';
  }

  /** Books what each bucket holds; what was spent while it was unknown is the next stage's. */
  #book(): void {
    const spent = (from: number, to: number): number =>
      this.parts.reduce((all, { sums }) => all + [...sums].reduce((sum, [k, n]) => (k >= from && k <= to ? sum + n : sum), 0), 0);
    const stages: (number | null)[] = [];
    let from = 0;
    for (let k = 0; k < this.stages; k++) {
      if (this.unknown.has(k)) stages.push(null);
      else {
        stages.push(spent(from, k));
        from = k + 1;
      }
    }
    const isKnown = !this.isOpen && this.parts.length > 0 && !this.parts.some(({ awaited }) => awaited);
    this.booked = { total: isKnown ? spent(0, this.stages) : null, stages };
  }

  /** Whether a record is this one's, or may be: where its bytes are gone, or the log was written anew, its time tells. */
  owns(session: SessionModel, { key, at, place }: Kept): boolean {
    return this.parts.some((part) => {
      if (part.session !== session) return false;
      const known = part.assigned.get(key);
      if (known !== undefined) return known.bucket >= 0;
      const { baseline, final, carried } = part;
      const goesOn = this.isOpen && !part.isClosed;
      const isHere = session.own().some((message) => message.key === key);
      if (!goesOn && final === null) return false;
      if (!isHere) {
        const isSince = at > baseline.at || byPlace(baseline, place) === false;
        return isSince && (goesOn || at <= final!.at || byPlace(final!, place) === true);
      }
      if (carried) return at > baseline.at && (goesOn || at <= final!.at);
      return goesOn && (at > baseline.at || !baseline.byTime || at === baseline.at);
    });
  }

  /** Whether nothing of it, or of one of its sessions, was counted. */
  get isUnmeasured(): boolean {
    return this.parts.length === 0 || this.parts.some(({ awaited }) => awaited);
  }

  /** Whether its logs hold all that it was counted from. */
  get isCertain(): boolean {
    return this.parts.every(({ carried, session, final, baseline }) => !carried && session.exists && holds(session, final ?? baseline));
  }

  /** Fills one that was recorded without tokens. */
  fill(records: readonly Message[], others: readonly Message[]): void {
    if (records.length === 0) return;
    const session = this.bare!;
    const total = records.reduce((sum, { output }) => sum + output, 0);
    const [before] = this.parts;
    const known = before === undefined ? [] : [...before.assigned.values()].filter(({ bucket }) => bucket >= 0);
    // The same as before is not written again.
    if (known.length === records.length && this.booked.total === total) return;
    const part = new PartModel(session, filledCutOf(session, this.startedAt), true, false);
    part.final = filledCutOf(session, this.completedAt!);
    for (const { key, output } of records) part.assigned.set(key, { bucket: this.stages, output });
    for (const { key, output } of others) part.assigned.set(key, { bucket: EXCLUDED, output });
    this.parts.splice(0, this.parts.length, part);
    this.#session = session;
    this.#book();
  }
}

/** Everything there is. */
export class World {
  now: number;
  readonly sessions: SessionModel[] = [];
  readonly analyses: AnalysisModel[] = [];

  constructor(now: number) {
    this.now = now;
  }

  /** Keeps what all logs tell, and gives it to what was recorded without tokens: measured ones first, then the latest start. */
  backfill(): void {
    for (const session of this.sessions) session.keep(this.now);
    const bare = this.analyses.filter((analysis) => analysis.bare !== null);
    const measured = this.analyses.filter((analysis) => analysis.bare === null);
    for (const session of new Set(bare.map((analysis) => analysis.bare!))) {
      const records = new Map(session.kept);
      for (const message of session.own()) records.set(message.key, message);
      const windows = bare.filter((analysis) => analysis.bare === session);
      const shares = new Map(windows.map((analysis) => [analysis, { own: [] as Message[], others: [] as Message[] }]));
      for (const record of records.values()) {
        const over = windows.filter(({ startedAt, completedAt }) => record.at >= startedAt && record.at < completedAt!);
        const isMeasured = measured.some((analysis) => analysis.owns(session, record));
        const owner = isMeasured ? null : [...over].sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1))[0];
        for (const analysis of over) shares.get(analysis)![analysis === owner ? 'own' : 'others'].push(record);
      }
      for (const [analysis, { own, others }] of shares) analysis.fill(own, others);
    }
  }
}
