// Sums of usage records by day, session and model. Pure. Invariant: whatever the records are grouped by, the groups add up to the
// total, class by class.
import type { AgentName } from '../model/agents.js';
import type { Instant } from '../model/time.js';
import type { Counts } from '../model/tokens.js';

/** A usage record, as far as reports need it. */
export interface UsagePoint {
  readonly agent: AgentName;
  /** The session at the top. */
  readonly session: string;
  readonly at: Instant | null;
  readonly model: string | null;
  readonly project: string | null;
  readonly subagent: boolean;
  readonly calls: number;
  readonly counts: Counts;
  /** Its output is a lower bound. */
  readonly partial: boolean;
  readonly gone: boolean;
}

export interface UsageFilter {
  readonly agent: AgentName | null;
  /** Records at or after, and before; those without a time are in no window. */
  readonly since: Instant | null;
  readonly until: Instant | null;
}

/** Sum of some records. */
export interface UsageSum {
  /** API calls. */
  readonly records: number;
  readonly counts: Counts;
  /** Tokens of all classes that are known, also of records that don't know others. */
  readonly known: number;
  /** Those of them that were sent: all but output. */
  readonly known_in: number;
  readonly partial_records: number;
  /** Of records whose log is gone. */
  readonly gone_records: number;
}

const NAMES = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'] as const;

/** Adds up records; a class that one of them doesn't know is unknown in the sum, and so is one beyond 2^53 − 1. */
class Adder {
  #records = 0;
  #partial = 0;
  #gone = 0;
  readonly #sums = NAMES.map(() => 0);
  readonly #unknown = NAMES.map(() => false);

  add({ calls, counts, partial, gone }: UsagePoint): void {
    this.#records += calls;
    if (partial) this.#partial += calls;
    if (gone) this.#gone += calls;
    for (let i = 0; i < NAMES.length; i++) {
      const value = counts[NAMES[i]!];
      if (value === null) this.#unknown[i] = true;
      else this.#sums[i]! += value;
    }
  }

  get sum(): UsageSum {
    const values = NAMES.map(
      (name, i) => [name, this.#unknown[i] || !Number.isSafeInteger(this.#sums[i]) ? null : this.#sums[i]!] as const,
    );
    const counts = Object.fromEntries(values) as unknown as Counts;
    const known_in = this.#sums.slice(0, 4).reduce((sum, one) => sum + one, 0);
    const known = known_in + this.#sums[4]!;
    return { records: this.#records, counts, known, known_in, partial_records: this.#partial, gone_records: this.#gone };
  }
}

const UNKNOWN_MODEL = 'unknown';

/** The last session that was asked for; records come mostly session by session. */
const lastKey = { agent: '', session: '', key: '' };

function sessionKey({ agent, session }: UsagePoint): string {
  if (lastKey.agent !== agent || lastKey.session !== session) Object.assign(lastKey, { agent, session, key: `${agent}:${session}` });
  return lastKey.key;
}

class Group {
  readonly all = new Adder();
  readonly #models = new Map<string, Adder>();
  readonly sessions = new Set<string>();

  add(point: UsagePoint): void {
    this.all.add(point);
    const name = point.model ?? UNKNOWN_MODEL;
    let model = this.#models.get(name);
    if (model === undefined) this.#models.set(name, (model = new Adder()));
    model.add(point);
    this.sessions.add(sessionKey(point));
  }

  get models(): readonly (readonly [model: string, sum: UsageSum])[] {
    return [...this.#models].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, adder]) => [name, adder.sum]);
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

export interface UsageGroup extends UsageSum {
  readonly by_model: readonly (readonly [model: string, sum: UsageSum])[];
  readonly sessions: number;
}

const groupOf = (group: Group): UsageGroup => ({ ...group.all.sum, by_model: group.models, sessions: group.sessions.size });

export interface UsageDay extends UsageGroup {
  /** `YYYY-MM-DD` in the zone that was asked for; null for records of sessions in which none has a time. */
  readonly day: string | null;
  /** Records without a time of their own, which count under their session's first day. */
  readonly undated_records: number;
}

export interface DailyUsage {
  readonly days: readonly UsageDay[];
  readonly total: UsageGroup;
}

function select(points: Iterable<UsagePoint>, { agent, since, until }: UsageFilter): UsagePoint[] {
  const windowed = since !== null || until !== null;
  if (agent === null && !windowed) return [...points];
  const found: UsagePoint[] = [];
  for (const point of points) {
    if (agent !== null && point.agent !== agent) continue;
    if (windowed && (point.at === null || (since !== null && point.at < since) || (until !== null && point.at >= until))) continue;
    found.push(point);
  }
  return found;
}

const totalOf = (points: readonly UsagePoint[]): Group => {
  const total = new Group();
  for (const point of points) total.add(point);
  return total;
};

/** By day, the earliest first. */
export function dailyUsage(points: Iterable<UsagePoint>, filter: UsageFilter, dayOf: (instant: Instant) => string): DailyUsage {
  const selected = select(points, filter);
  const firstDays = new Map<string, Instant>();
  const undated = selected.some(({ at }) => at === null);
  if (undated) {
    for (const { agent, session, at } of selected) {
      if (at === null) continue;
      const known = firstDays.get(`${agent}:${session}`);
      if (known === undefined || at < known) firstDays.set(`${agent}:${session}`, at);
    }
  }
  const days = new Map<string, Group>();
  const undatedRecords = new Map<string, number>();
  for (const point of selected) {
    const at = point.at ?? firstDays.get(`${point.agent}:${point.session}`) ?? null;
    const day = at === null ? '' : dayOf(at);
    let group = days.get(day);
    if (group === undefined) days.set(day, (group = new Group()));
    group.add(point);
    if (point.at === null) undatedRecords.set(day, (undatedRecords.get(day) ?? 0) + point.calls);
  }
  const sorted = [...days].sort(byName).map(([day, group]): UsageDay => ({
    day: day === '' ? null : day,
    ...groupOf(group),
    undated_records: undatedRecords.get(day) ?? 0,
  }));
  return { days: sorted, total: groupOf(totalOf(selected)) };
}

export interface UsageModel extends UsageSum {
  readonly model: string;
  readonly agents: readonly AgentName[];
  readonly sessions: number;
}

/** By model, by name. */
export function usageByModel(points: Iterable<UsagePoint>, filter: UsageFilter): { models: readonly UsageModel[]; total: UsageGroup } {
  const selected = select(points, filter);
  const models = new Map<string, { group: Group; agents: Set<AgentName> }>();
  for (const point of selected) {
    const name = point.model ?? UNKNOWN_MODEL;
    let known = models.get(name);
    if (known === undefined) models.set(name, (known = { group: new Group(), agents: new Set() }));
    known.group.add(point);
    known.agents.add(point.agent);
  }
  return {
    models: [...models].sort(byName).map(([model, { group, agents }]) => ({
      model,
      agents: [...agents].sort(),
      ...group.all.sum,
      sessions: group.sessions.size,
    })),
    total: groupOf(totalOf(selected)),
  };
}

export interface UsageSession extends UsageGroup {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly project: string | null;
  readonly first_at: Instant | null;
  readonly last_at: Instant | null;
  /** Null where it had none. */
  readonly subagents: UsageSum | null;
  readonly flags: readonly string[];
}

/** A session of which the logs tell that it was, and no count. */
export interface SilentSession {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly last_at: Instant | null;
  readonly flag: string;
}

const UNCOUNTED: Counts = { input: null, cache_read: null, cache_write_5m: null, cache_write_1h: null, output: null, reasoning: null };

function silentSession({ agent, session_id, last_at, flag }: SilentSession): UsageSession {
  const nothing = { records: 0, counts: UNCOUNTED, known: 0, known_in: 0, partial_records: 0, gone_records: 0 };
  const rest = { by_model: [], sessions: 1, project: null, first_at: null, subagents: null };
  return { ...nothing, ...rest, agent, session_id, last_at, flags: [flag] };
}

/** By session, the last used first; `silent` are those without any count, whose tokens are unknown. */
export function usageBySession(
  points: Iterable<UsagePoint>,
  filter: UsageFilter,
  silent: readonly SilentSession[],
  flagsOf: ReadonlyMap<string, readonly string[]>,
): { sessions: readonly UsageSession[]; total: UsageGroup } {
  const selected = select(points, filter);
  const groups = new Map<string, { points: UsagePoint[]; group: Group; subagents: Adder; hasSubagents: boolean }>();
  for (const point of selected) {
    const key = `${point.agent}:${point.session}`;
    let known = groups.get(key);
    if (known === undefined) groups.set(key, (known = { points: [], group: new Group(), subagents: new Adder(), hasSubagents: false }));
    known.points.push(point);
    known.group.add(point);
    if (!point.subagent) continue;
    known.hasSubagents = true;
    known.subagents.add(point);
  }
  const sessions = [...groups].map(([key, { points: own, group, subagents, hasSubagents }]): UsageSession => {
    const [{ agent, session }] = own as [UsagePoint];
    const times = own.flatMap(({ at }) => at ?? []);
    return {
      agent,
      session_id: session,
      project: own.find(({ project }) => project !== null)?.project ?? null,
      first_at: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
      last_at: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
      ...groupOf(group),
      subagents: hasSubagents ? subagents.sum : null,
      flags: flagsOf.get(key) ?? [],
    };
  });
  const { agent, since, until } = filter;
  const uncounted = silent.filter(
    (session) =>
      (agent === null || session.agent === agent) &&
      since === null &&
      until === null &&
      !groups.has(`${session.agent}:${session.session_id}`),
  );
  const all = [...sessions, ...uncounted.map(silentSession)];
  all.sort((a, b) => (b.last_at ?? 0) - (a.last_at ?? 0) || (a.session_id < b.session_id ? -1 : 1));
  return { sessions: all, total: groupOf(totalOf(selected)) };
}
