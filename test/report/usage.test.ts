import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentName } from '../../src/model/agents.js';
import { TOKEN_CLASSES, type Counts } from '../../src/model/tokens.js';
import { zoneNamed } from '../../src/report/days.js';
import type { DailyUsage, SilentSession, UsageFilter } from '../../src/report/usage.js';
import type { KnownCounts, UsageSum } from '../../src/report/usage-sum.js';
import type { UsagePoint } from '../../src/model/usage-row.js';
import { dailyUsage, usageByModel, usageBySession } from './folds.js';
import { counts } from '../ingest/copies.js';
import { NOON } from '../store/temporary.js';

const ALL: UsageFilter = { agent: null, since: null, until: null };
const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;

const at = (text: string): number => Date.parse(text) * 1000;

const point = (over: Partial<UsagePoint> = {}): UsagePoint => ({
  agent: 'claude',
  session: 's1',
  at: NOON,
  model: 'sonnet',
  project: '~/paper',
  subagent: false,
  agent_type: null,
  reported: null,
  estimated: null,
  calls: 1,
  counts: counts(10),
  partial: false,
  gone: false,
  ...over,
});

const utc = zoneNamed('UTC').dayOf;

const daily = (points: readonly UsagePoint[], filter: Partial<UsageFilter> = {}): DailyUsage =>
  dailyUsage(points, { ...ALL, ...filter }, utc);

const bySession = (
  points: readonly UsagePoint[],
  { silent = [], filter = {} }: { silent?: readonly SilentSession[]; filter?: Partial<UsageFilter> } = {},
): ReturnType<typeof usageBySession> => usageBySession(points, { ...ALL, ...filter }, silent, new Map());

const CLASSES = [...TOKEN_CLASSES, 'reasoning'] as const;

/** What some parts are together: unknown in a class that one of them doesn't know. */
function together(parts: readonly UsageSum[]): UsageSum {
  const sum = (value: (part: UsageSum) => number): number => parts.reduce((n, part) => n + value(part), 0);
  const money = (name: 'reported' | 'estimated' | 'reported_estimate'): string =>
    parts.reduce((n, { cost }) => n + BigInt(cost[name]), 0n).toString();
  const known = CLASSES.map((name) => {
    const unknown = parts.some((part) => part.counts[name] === null);
    return [name, unknown ? null : sum((part) => part.counts[name]!)] as const;
  });
  return {
    records: sum(({ records }) => records),
    counts: Object.fromEntries(known) as unknown as Counts,
    known_counts: Object.fromEntries(CLASSES.map((name) => [name, sum((part) => part.known_counts[name])])) as unknown as KnownCounts,
    cost: {
      reported: money('reported'),
      estimated: money('estimated'),
      reported_estimate: money('reported_estimate'),
      reported_records: sum(({ cost }) => cost.reported_records),
      estimated_records: sum(({ cost }) => cost.estimated_records),
      unpriced_records: sum(({ cost }) => cost.unpriced_records),
      unpriced_tokens: sum(({ cost }) => cost.unpriced_tokens),
      priced_tokens: sum(({ cost }) => cost.priced_tokens),
    },
    partial_records: sum(({ partial_records }) => partial_records),
    gone_records: sum(({ gone_records }) => gone_records),
  };
}

const plain = ({ records, counts: own, known_counts, cost, partial_records, gone_records }: UsageSum): UsageSum => ({
  records,
  counts: own,
  known_counts,
  cost,
  partial_records,
  gone_records,
});

const anyCount = fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 5_000_000_000 }) }, { weight: 1, arbitrary: fc.constant(null) });

/** Around both changes of Europe's summer time in 2026, to the microsecond. */
const anyTime = fc
  .tuple(fc.constantFrom(at('2026-03-29T01:00:00Z'), at('2026-10-25T01:00:00Z')), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
  .map(([change, offset]) => change + offset);

const anyPoint: fc.Arbitrary<UsagePoint> = fc.record({
  agent: fc.constantFrom<AgentName>('claude', 'codex'),
  session: fc.constantFrom('s1', 's2', 's3'),
  at: fc.oneof({ weight: 8, arbitrary: anyTime }, { weight: 1, arbitrary: fc.constant(null) }),
  model: fc.constantFrom('sonnet', 'opus', null),
  project: fc.constantFrom('~/paper', '~/book', null),
  subagent: fc.boolean(),
  agent_type: fc.constantFrom('Explore', null),
  reported: fc.option(fc.bigInt({ min: 0n, max: 2n ** 60n })),
  estimated: fc.option(fc.bigInt({ min: 0n, max: 2n ** 60n })),
  calls: fc.integer({ min: 1, max: 3 }),
  counts: fc.record({
    input: anyCount,
    cache_read: anyCount,
    cache_write_5m: anyCount,
    cache_write_1h: anyCount,
    output: anyCount,
    reasoning: anyCount,
  }),
  partial: fc.boolean(),
  gone: fc.boolean(),
});

const anyPoints = fc.array(anyPoint, { maxLength: 40 });

const anyFilter: fc.Arbitrary<UsageFilter> = fc.record({
  agent: fc.constantFrom(null, 'claude', 'codex'),
  since: fc.option(anyTime),
  until: fc.option(anyTime),
});

describe.each(['UTC', 'Asia/Kolkata', 'Europe/Berlin'])('usage in %s, across changes of summer time', (name) => {
  const { dayOf } = zoneNamed(name);

  it('is the same in all, class by class, whatever it is grouped by', () => {
    fc.assert(
      fc.property(anyPoints, anyFilter, (points, filter) => {
        const days = dailyUsage(points, filter, dayOf);
        const models = usageByModel(points, filter);
        const sessions = usageBySession(points, filter, [], new Map());
        const total = plain(days.total);
        expect(together(days.days)).toEqual(total);
        expect([models.total, sessions.total]).toEqual([days.total, days.total]);
        expect([together(models.models), together(sessions.sessions)]).toEqual([total, total]);
      }),
      { seed: 16, numRuns: 200 },
    );
  });

  it('of each group is the sum of its models', () => {
    fc.assert(
      fc.property(anyPoints, anyFilter, (points, filter) => {
        const groups = [...dailyUsage(points, filter, dayOf).days, ...usageBySession(points, filter, [], new Map()).sessions];
        for (const group of groups) expect(together(group.by_model.map(([, sum]) => sum))).toEqual(plain(group));
      }),
      { seed: 17, numRuns: 200 },
    );
  });

  it('of each agent adds up to all', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const parts = (['claude', 'codex'] as const).map((agent) => dailyUsage(points, { ...ALL, agent }, dayOf).total);
        expect(together(parts)).toEqual(plain(dailyUsage(points, ALL, dayOf).total));
      }),
      { seed: 18, numRuns: 200 },
    );
  });

  it('of what has a time is the same before and from any instant together as in all', () => {
    fc.assert(
      fc.property(anyPoints, anyTime, (points, edge) => {
        const dated = points.filter((one) => one.at !== null);
        const parts = [dailyUsage(points, { ...ALL, until: edge }, dayOf), dailyUsage(points, { ...ALL, since: edge }, dayOf)];
        expect(together(parts.map(({ total }) => total))).toEqual(plain(dailyUsage(dated, ALL, dayOf).total));
      }),
      { seed: 19, numRuns: 200 },
    );
  });
});

describe('a day', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['Asia/Kolkata', '2026-03-29', '2026-03-28T18:30:00Z', '2026-03-29T18:30:00Z'],
    ['UTC', '2026-03-29', '2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z'],
  ])('of %s, %s, holds what was spent from %s until %s, to the microsecond', (zone, day, from, to) => {
    const edges = [at(from) - 1, at(from), at(to) - 1, at(to)];
    const { days } = dailyUsage(
      edges.map((time, i) => point({ at: time, counts: counts(10 ** i) })),
      ALL,
      zoneNamed(zone).dayOf,
    );
    expect(days.find((found) => found.day === day)?.counts.output).toBe(110);
  });

  it('comes after those before it', () => {
    const { days } = daily([point({ at: NOON + DAY }), point({ at: NOON - DAY }), point({ at: NOON })]);
    expect(days.map(({ day }) => day)).toEqual(['2026-05-03', '2026-05-04', '2026-05-05']);
  });

  it('without usage is left out', () => {
    expect(daily([point(), point({ at: NOON + 2 * DAY })]).days).toHaveLength(2);
  });

  it('counts each session once', () => {
    expect(daily([point(), point(), point({ session: 's2' })]).days).toMatchObject([{ sessions: 2 }]);
  });

  it('counts equal ids of two agents as two sessions', () => {
    expect(daily([point(), point({ agent: 'codex' })]).days).toMatchObject([{ sessions: 2 }]);
  });

  it('counts a session that goes on past midnight on both, and once in the total', () => {
    const { days, total } = daily([point(), point({ at: NOON + DAY })]);
    expect([days.map(({ sessions }) => sessions), total.sessions]).toEqual([[1, 1], 1]);
  });
});

describe('a record without a time', () => {
  it('counts under the first known day of its session, whichever record came first', () => {
    const { days } = daily([point({ at: null, counts: counts(7) }), point({ at: NOON + DAY }), point({ at: NOON })]);
    expect(days.map(({ day, counts: { output } }) => [day, output])).toEqual([
      ['2026-05-04', 17],
      ['2026-05-05', 10],
    ]);
  });

  it('is marked there, with all calls that it stands for', () => {
    const { days } = daily([point({ at: null, calls: 3 }), point({ at: NOON }), point({ at: NOON + DAY })]);
    expect(days.map(({ undated_records }) => undated_records)).toEqual([3, 0]);
  });

  it("does not count under another session's or another agent's day", () => {
    const { days } = daily([point({ at: null, counts: counts(7) }), point({ session: 's2' }), point({ agent: 'codex' })]);
    expect(days.map(({ day, counts: { output } }) => [day, output])).toEqual([
      [null, 7],
      ['2026-05-04', 20],
    ]);
  });

  it('of a session in which none has a time counts under no day, before all days, and is marked', () => {
    expect(daily([point({ at: null }), point({ session: 's2' })]).days[0]).toMatchObject({ day: null, undated_records: 1 });
  });

  it.each([
    ['since', { since: 0 }],
    ['until', { until: NOON + 400 * DAY }],
  ])('is in no window: %s', (_, window) => {
    const points = [point({ at: null, counts: counts(7) }), point()];
    expect([
      daily(points, window).total.counts.output,
      usageByModel(points, { ...ALL, ...window }).total.counts.output,
      bySession(points, { filter: window }).total.counts.output,
    ]).toEqual([10, 10, 10]);
  });

  it('counts in its session, which is told without it when it was used', () => {
    expect(bySession([point({ at: null }), point()]).sessions).toMatchObject([{ first_at: NOON, last_at: NOON, records: 2 }]);
  });
});

describe('a window', () => {
  it('begins with its first instant and ends before its last', () => {
    const points = [NOON - 1, NOON, NOON + HOUR - 1, NOON + HOUR].map((time, i) => point({ at: time, counts: counts(10 ** i) }));
    expect(daily(points, { since: NOON, until: NOON + HOUR }).total.counts.output).toBe(110);
  });
});

describe('a sum', () => {
  it('of nothing is 0 in each class, since nothing is unknown', () => {
    expect(daily([]).total).toMatchObject({ records: 0, sessions: 0, counts: counts(0, { reasoning: 0 }) });
  });

  it('is unknown in a class that one record does not know, and known in the others', () => {
    const sum = daily([point({ counts: counts(10, { input: 5 }) }), point({ counts: counts(20, { input: null }) })]).total.counts;
    expect([sum.input, sum.output]).toEqual([null, 30]);
  });

  it('is unknown only in the groups that hold the record', () => {
    const points = [point({ counts: counts(10, { input: null }) }), point({ at: NOON + DAY, counts: counts(20, { input: 5 }) })];
    expect(daily(points).days.map(({ counts: { input } }) => input)).toEqual([null, 5]);
  });

  it('beyond 2^53 − 1 is unknown, and its parts are known', () => {
    const large = counts(Number.MAX_SAFE_INTEGER);
    const { days, total } = daily([point({ counts: large }), point({ at: NOON + DAY, counts: counts(1) })]);
    expect([days.map(({ counts: { output } }) => output), total.counts.output]).toEqual([[Number.MAX_SAFE_INTEGER, 1], null]);
  });

  it('of exactly 2^53 − 1 is known', () => {
    const points = [point({ counts: counts(Number.MAX_SAFE_INTEGER - 1) }), point({ counts: counts(1) })];
    expect(daily(points).total.counts.output).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('counts the calls that a record stands for, also of partial ones and of those whose log is gone', () => {
    expect(daily([point({ calls: 4, partial: true }), point({ calls: 3, gone: true }), point()]).total).toMatchObject({
      records: 8,
      partial_records: 4,
      gone_records: 3,
    });
  });
});

describe('usage by model', () => {
  it('is sorted by name, with the agents and the sessions that used it', () => {
    const { models } = usageByModel([point(), point({ model: 'opus', agent: 'codex' }), point({ model: 'opus', session: 's2' })], ALL);
    expect(models.map(({ model, agents, sessions }) => [model, agents, sessions])).toEqual([
      ['opus', ['claude', 'codex'], 2],
      ['sonnet', ['claude'], 1],
    ]);
  });

  it('gives records whose log tells no model as "unknown"', () => {
    expect(usageByModel([point({ model: null })], ALL).models.map(({ model }) => model)).toEqual(['unknown']);
  });

  it.each(['__proto__', 'constructor', 'toString'])('takes a model that is named "%s" as any other', (model) => {
    expect(usageByModel([point({ model })], ALL).models).toMatchObject([{ model, records: 1 }]);
  });
});

describe('usage by session', () => {
  it('has the last used first, and those without a time last', () => {
    const points = [point({ session: 'old', at: NOON - DAY }), point({ session: 'none', at: null }), point({ session: 'new' })];
    expect(bySession(points).sessions.map(({ session_id }) => session_id)).toEqual(['new', 'old', 'none']);
  });

  it('has one order where they were used together, in whichever order they came', () => {
    const points = [point({ session: 'b' }), point({ session: 'a' })];
    const ids = (some: readonly UsagePoint[]): string[] => bySession(some).sessions.map(({ session_id }) => session_id);
    expect([ids(points), ids(points.toReversed())]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('tells when a session was used first and last', () => {
    const points = [point({ at: NOON + 5 }), point({ at: NOON - 5 }), point()];
    expect(bySession(points).sessions).toMatchObject([{ first_at: NOON - 5, last_at: NOON + 5 }]);
  });

  it('tells what its sub-agents spent, as a part of it', () => {
    const points = [
      point({ counts: counts(100) }),
      point({ subagent: true, counts: counts(7) }),
      point({ subagent: true, counts: counts(5) }),
    ];
    expect(bySession(points).sessions).toMatchObject([{ counts: { output: 112 }, subagents: { records: 2, counts: { output: 12 } } }]);
  });

  it('tells nothing of sub-agents where there were none', () => {
    expect(bySession([point()]).sessions).toMatchObject([{ subagents: null }]);
  });

  it('names the first project that a record tells', () => {
    const points = [point({ project: null }), point({ project: '~/book' }), point({ project: '~/paper' })];
    expect(bySession(points).sessions).toMatchObject([{ project: '~/book' }]);
  });

  it("has the session's own flags, not those of an equal id of another agent", () => {
    const flags = new Map([['codex:s1', ['no_token_counts']]]);
    const { sessions } = usageBySession([point(), point({ agent: 'codex', at: NOON - 1 })], ALL, [], flags);
    expect(sessions.map((session) => session.flags)).toEqual([[], ['no_token_counts']]);
  });
});

describe('a session without any count', () => {
  const silent: SilentSession = { agent: 'cursor', session_id: 'quiet', flag: 'no_usage' };

  it('has unknown tokens, never 0', () => {
    const { sessions } = bySession([], { silent: [silent] });
    expect(sessions.map((session) => [session.session_id, Object.values(session.counts), session.flags])).toEqual([
      ['quiet', [null, null, null, null, null, null], ['no_usage']],
    ]);
  });

  it('makes the total unknown, beside what is known of it', () => {
    const { total } = bySession([point()], { silent: [silent] });
    expect(total).toMatchObject({ sessions: 2, counts: { output: null }, known_counts: { output: 10 } });
  });

  it('is counted beside the sums by day and by model', () => {
    const notes = { silent: [silent], flags: new Map<string, string[]>() };
    const [days, models] = [dailyUsage([point()], ALL, utc, notes), usageByModel([point()], ALL, notes)];
    expect([days.uncounted_sessions, models.uncounted_sessions, days.total.counts.output]).toEqual([1, 1, 10]);
  });

  it('is left out where records of it count', () => {
    const { sessions } = bySession([point({ agent: 'cursor', session: 'quiet' })], { silent: [silent] });
    expect(sessions.map(({ counts: { output } }) => output)).toEqual([10]);
  });

  it.each([
    ['another agent', { agent: 'claude' }],
    ['a window with a beginning', { since: 0 }],
    ['a window with an end', { until: NOON + DAY }],
  ] as const)('is not among those of %s', (_, filter) => {
    expect(bySession([], { silent: [silent], filter }).sessions).toEqual([]);
  });

  it('stands after those of which it is known when they were used', () => {
    expect(bySession([point()], { silent: [silent] }).sessions.map(({ session_id }) => session_id)).toEqual(['s1', 'quiet']);
  });
});

describe('what is known of a sum with unknown parts', () => {
  it('holds the known classes of every record, also of one that does not know the others', () => {
    const whole = point({ counts: { input: 10, cache_read: 5, cache_write_5m: 0, cache_write_1h: 0, output: 3, reasoning: null } });
    const outputOnly = point({
      counts: { input: null, cache_read: null, cache_write_5m: null, cache_write_1h: null, output: 7, reasoning: null },
    });
    const { total } = usageByModel([whole, outputOnly], ALL);
    expect([total.counts.input, total.known_counts]).toEqual([
      null,
      { input: 10, cache_read: 5, cache_write_5m: 0, cache_write_1h: 0, output: 10, reasoning: 0 },
    ]);
  });
});
