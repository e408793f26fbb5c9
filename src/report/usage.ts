// Sums of usage records by day, session and model. Pure. Invariant: whatever the records are grouped by, the groups add up to the
// total, class by class.
import type { AgentName } from '../model/agents.js';
import { NO_COST } from '../model/price.js';
import type { Instant } from '../model/time.js';
import type { Counts } from '../model/tokens.js';
import type { UsagePoint } from '../model/usage-row.js';
import { Adder, byName, SubagentAdder, type KnownCounts, type SubagentUsage, type UsageSum } from './usage-sum.js';

export interface UsageFilter {
  readonly agent: AgentName | null;
  /** Records at or after, and before; those without a time are in no window. */
  readonly since: Instant | null;
  readonly until: Instant | null;
}

const UNKNOWN_MODEL = 'unknown';

class Group {
  readonly #models = new Map<string, Adder>();
  readonly sessions = new Set<string>();

  #model(name: string): Adder {
    let model = this.#models.get(name);
    if (model === undefined) this.#models.set(name, (model = new Adder()));
    return model;
  }

  add(point: UsagePoint, session: string): void {
    this.#model(point.model ?? UNKNOWN_MODEL).add(point);
    this.sessions.add(session);
  }

  addAll(other: Group): void {
    for (const [name, model] of other.#models) this.#model(name).addAll(model);
    for (const session of other.sessions) this.sessions.add(session);
  }

  get all(): UsageSum {
    const all = new Adder();
    for (const model of this.#models.values()) all.addAll(model);
    return all.sum;
  }

  get models(): readonly (readonly [model: string, sum: UsageSum])[] {
    return [...this.#models].sort(byName).map(([name, adder]) => [name, adder.sum]);
  }
}

export interface UsageGroup extends UsageSum {
  readonly by_model: readonly (readonly [model: string, sum: UsageSum])[];
  readonly sessions: number;
}

const groupOf = (group: Group): UsageGroup => ({ ...group.all, by_model: group.models, sessions: group.sessions.size });

/** The group of all groups. */
function totalOf(groups: Iterable<Group>): UsageGroup {
  const total = new Group();
  for (const group of groups) total.addAll(group);
  return groupOf(total);
}

/** The groups of a kind, each made when its first record comes. */
class Groups {
  readonly #groups = new Map<string, Group>();

  of(name: string): Group {
    let group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, (group = new Group()));
    return group;
  }

  get sorted(): [name: string, group: Group][] {
    return [...this.#groups].sort(byName);
  }

  get total(): UsageGroup {
    return totalOf(this.#groups.values());
  }
}

/** Gives `agent:session` of one record after the other; records come mostly session by session. */
function sessionKeys(): (point: UsagePoint) => string {
  let [lastAgent, lastSession, key] = ['', '', ''];
  return ({ agent, session }) => {
    if (lastAgent !== agent || lastSession !== session) [lastAgent, lastSession, key] = [agent, session, `${agent}:${session}`];
    return key;
  };
}

/**
 * Adds up records one after the other. What `add` is given is looked at during the call only, so that it can be used again. `key`: of the
 * record as the books have it, where the report asks for it; else empty.
 */
export interface UsageFold<T> {
  add(point: UsagePoint, key: string): void;
  result(): T;
}

/** Whether a record is in a report. */
export function isSelected({ agent, at }: Pick<UsagePoint, 'agent' | 'at'>, filter: UsageFilter): boolean {
  if (filter.agent !== null && agent !== filter.agent) return false;
  if (filter.since === null && filter.until === null) return true;
  return at !== null && (filter.since === null || at >= filter.since) && (filter.until === null || at < filter.until);
}

export interface UsageDay extends UsageGroup {
  /** `YYYY-MM-DD` in the zone that was asked for; null for records of sessions in which none has a time. */
  readonly day: string | null;
  /** Records without a time of their own, which count under their session's first day. */
  readonly undated_records: number;
}

export interface DailyUsage {
  readonly days: readonly UsageDay[];
  readonly total: UsageGroup;
  /** Sessions whose logs tell no count at all: they are in no sum. */
  readonly uncounted_sessions: number;
}

/** A session of which the logs tell that it was, and no count. */
export interface SilentSession {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly flag: string;
}

/** What the logs tell of sessions beside their records. */
export interface SessionNotes {
  /** Sessions without any count, whose tokens are unknown. */
  readonly silent: readonly SilentSession[];
  /** Flags by `agent:session`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** The sessions without any count that a filter selects; they have no time, so a window selects none. `has`: those with records. */
function silentIn({ silent }: SessionNotes, filter: UsageFilter, has: (key: string) => boolean): SilentSession[] {
  if (filter.since !== null || filter.until !== null) return [];
  return silent.filter(({ agent, session_id }) => (filter.agent ?? agent) === agent && !has(`${agent}:${session_id}`));
}

/** By day, the earliest first. `notes` may be added to until the result is asked for, here and below. */
export function dailyUsage(filter: UsageFilter, dayOf: (instant: Instant) => string, notes: SessionNotes): UsageFold<DailyUsage> {
  const days = new Groups();
  const keyOf = sessionKeys();
  const firsts = new Map<string, Instant>();
  /** Records without a time, by session, with how many there are. */
  const undated = new Map<string, { group: Group; records: number }>();
  const add = (point: UsagePoint): void => {
    if (!isSelected(point, filter)) return;
    const session = keyOf(point);
    const { at } = point;
    if (at === null) {
      let known = undated.get(session);
      if (known === undefined) undated.set(session, (known = { group: new Group(), records: 0 }));
      known.group.add(point, session);
      known.records += point.calls;
      return;
    }
    const first = firsts.get(session);
    if (first === undefined || at < first) firsts.set(session, at);
    days.of(dayOf(at)).add(point, session);
  };
  const result = (): DailyUsage => {
    const undatedRecords = new Map<string, number>();
    for (const [session, { group, records }] of undated) {
      const first = firsts.get(session);
      const day = first === undefined ? '' : dayOf(first);
      days.of(day).addAll(group);
      undatedRecords.set(day, (undatedRecords.get(day) ?? 0) + records);
    }
    const sorted = days.sorted.map(([day, group]): UsageDay => ({
      day: day === '' ? null : day,
      ...groupOf(group),
      undated_records: undatedRecords.get(day) ?? 0,
    }));
    const uncounted_sessions = silentIn(notes, filter, (key) => firsts.has(key) || undated.has(key)).length;
    return { days: sorted, total: days.total, uncounted_sessions };
  };
  return { add, result };
}

export interface UsageModel extends UsageSum {
  readonly model: string;
  readonly agents: readonly AgentName[];
  readonly sessions: number;
}

export interface ModelUsage {
  /** Time of the newest record; null where none has one. */
  readonly newest_at: Instant | null;
  readonly models: readonly UsageModel[];
  readonly total: UsageGroup;
  readonly uncounted_sessions: number;
}

export interface UsageProject extends UsageSum {
  /** Null for records whose log names none. */
  readonly project: string | null;
  readonly sessions: number;
}

export interface ProjectUsage {
  readonly projects: readonly UsageProject[];
  readonly total: UsageGroup;
}

/** By project, by name; those without one first. */
export function usageByProject(filter: UsageFilter): UsageFold<ProjectUsage> {
  const groups = new Groups();
  const keyOf = sessionKeys();
  return {
    add: (point) => {
      if (isSelected(point, filter)) groups.of(point.project ?? '').add(point, keyOf(point));
    },
    result: () => ({
      projects: groups.sorted.map(([project, group]) => ({
        project: project === '' ? null : project,
        ...group.all,
        sessions: group.sessions.size,
      })),
      total: groups.total,
    }),
  };
}

/** By model, by name. */
export function usageByModel(filter: UsageFilter, notes: SessionNotes): UsageFold<ModelUsage> {
  const groups = new Groups();
  const agents = new Map<string, Set<AgentName>>();
  let newest_at: Instant | null = null;
  const counted = new Set<string>();
  const keyOf = sessionKeys();
  const add = (point: UsagePoint): void => {
    if (!isSelected(point, filter)) return;
    const name = point.model ?? UNKNOWN_MODEL;
    if (point.at !== null) newest_at = Math.max(newest_at ?? point.at, point.at);
    const session = keyOf(point);
    groups.of(name).add(point, session);
    counted.add(session);
    const known = agents.get(name);
    if (known === undefined) agents.set(name, new Set([point.agent]));
    else known.add(point.agent);
  };
  const result = () => ({
    newest_at,
    models: groups.sorted.map(([model, group]) => ({
      model,
      agents: [...agents.get(model)!].sort(),
      ...group.all,
      sessions: group.sessions.size,
    })),
    total: groups.total,
    uncounted_sessions: silentIn(notes, filter, (key) => counted.has(key)).length,
  });
  return { add, result };
}

export interface UsageSession extends UsageGroup {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly project: string | null;
  readonly first_at: Instant | null;
  readonly last_at: Instant | null;
  /** Null where it had none. */
  readonly subagents: SubagentUsage | null;
  readonly flags: readonly string[];
}

const NOTHING: KnownCounts = { input: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output: 0, reasoning: 0 };
const UNCOUNTED: Counts = { input: null, cache_read: null, cache_write_5m: null, cache_write_1h: null, output: null, reasoning: null };

function silentSession({ agent, session_id, flag }: SilentSession, flags: SessionNotes['flags']): UsageSession {
  const nothing = { records: 0, counts: UNCOUNTED, known_counts: NOTHING, cost: NO_COST, partial_records: 0, gone_records: 0 };
  const rest = { by_model: [], sessions: 1, project: null, first_at: null, last_at: null, subagents: null };
  return { ...nothing, ...rest, agent, session_id, flags: flags.get(`${agent}:${session_id}`) ?? [flag] };
}

interface OpenSession {
  readonly agent: AgentName;
  readonly session_id: string;
  readonly group: Group;
  project: string | null;
  first_at: Instant | null;
  last_at: Instant | null;
  readonly subagents: SubagentAdder;
}

export interface SessionUsage {
  readonly sessions: readonly UsageSession[];
  readonly total: UsageGroup;
  /** What the sub-agents of all of them spent; null where there were none. */
  readonly subagents: SubagentUsage | null;
}

/** By session, the last used first; with a session whose tokens are unknown, so is the total. */
export function usageBySession(filter: UsageFilter, notes: SessionNotes): UsageFold<SessionUsage> {
  const open = new Map<string, OpenSession>();
  const keyOf = sessionKeys();
  const add = (point: UsagePoint): void => {
    if (!isSelected(point, filter)) return;
    const key = keyOf(point);
    const { agent, session: session_id, at, project } = point;
    let session = open.get(key);
    if (session === undefined) {
      session = { agent, session_id, group: new Group(), project, first_at: at, last_at: at, subagents: new SubagentAdder() };
      open.set(key, session);
    }
    session.group.add(point, key);
    session.project ??= project;
    if (at !== null) {
      session.first_at = Math.min(session.first_at ?? at, at);
      session.last_at = Math.max(session.last_at ?? at, at);
    }
    if (point.subagent) session.subagents.add(point);
  };
  const result = () => {
    const { flags } = notes;
    const sessions = [...open].map(([key, { group, subagents, ...session }]): UsageSession => ({
      ...session,
      ...groupOf(group),
      subagents: subagents.usage,
      flags: flags.get(key) ?? [],
    }));
    const silent = silentIn(notes, filter, (key) => open.has(key)).map((session) => silentSession(session, flags));
    const all = [...sessions, ...silent];
    all.sort((a, b) => (b.last_at ?? 0) - (a.last_at ?? 0) || (a.session_id < b.session_id ? -1 : 1));
    const counted = totalOf([...open.values()].map(({ group }) => group));
    const total = silent.length === 0 ? counted : { ...counted, counts: UNCOUNTED, sessions: counted.sessions + silent.length };
    const subagents = new SubagentAdder();
    for (const session of open.values()) subagents.addAll(session.subagents);
    return { sessions: all, total, subagents: subagents.usage };
  };
  return { add, result };
}
