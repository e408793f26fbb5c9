import { afterEach, describe, expect, it, vi } from 'vitest';
import { dailyJson, modelsJson, renderDaily, renderModels, renderUsageSessions, usageSessionsJson } from '../../../src/cli/render/usage.js';
import { UNKNOWN } from '../../../src/model/tokens.js';
import { zoneNamed } from '../../../src/report/days.js';
import type { UsagePoint } from '../../../src/model/usage-row.js';
import type { SilentSession, UsageFilter } from '../../../src/report/usage.js';
import { dailyUsage, usageByModel, usageBySession } from '../../report/folds.js';
import { counts } from '../../ingest/copies.js';
import { NOON } from '../../store/temporary.js';

const ALL: UsageFilter = { agent: null, since: null, until: null };
const DAY = 86_400_000_000;
const UTC = zoneNamed('UTC');
const MONEY = { plans: [], display: null };

const point = (over: Partial<UsagePoint> = {}): UsagePoint => ({
  agent: 'claude',
  session: 's1',
  at: NOON,
  model: 'sonnet',
  project: '~/paper',
  subagent: false,
  agent_type: null,
  reported: null,
  estimated: 20_000_000_000n,
  calls: 1,
  counts: counts(640, { input: 10, cache_read: 5000, cache_write_5m: 1000 }),
  partial: false,
  gone: false,
  ...over,
});

const pricedAs = (model: string): string | null => (model === 'sonnet' ? 'anthropic/sonnet' : null);

const ESTIMATED = '~ is estimated by the price book.';

const lines = (text: string): string[][] => text.split('\n').map((one) => one.split('\t'));

const days = (...points: readonly UsagePoint[]): string => renderDaily(dailyUsage(points, ALL, UTC.dayOf), UTC, MONEY, false);
const models = (...points: readonly UsagePoint[]): string => renderModels(usageByModel(points, ALL), UTC, MONEY, pricedAs, false);

function sessions(points: readonly UsagePoint[], silent: readonly SilentSession[] = [], flags: readonly string[] = [], zone = UTC): string {
  const usage = usageBySession(points, ALL, silent, new Map([['claude:s1', flags]]));
  return renderUsageSessions(usage.sessions, usage, zone, MONEY, false);
}

/** The cells of a table's row under their headers. */
function cells(text: string, row = 1): Record<string, string> {
  const [headers, ...rows] = lines(text);
  return Object.fromEntries(headers!.map((header, i) => [header, rows[row - 1]![i] ?? '']));
}

const silent: SilentSession = { agent: 'cursor', session_id: 'quiet', flag: 'no_usage' };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('usage by day', () => {
  it('has a line for each day, one for all, and the zone below', () => {
    expect(lines(days(point(), point({ at: NOON + DAY, session: 's2', model: 'opus' })))).toEqual([
      ['day', 'sessions', 'requests', 'tokens', 'in', 'cache read', 'out', 'cost', 'models', 'notes'],
      ['2026-05-04', '1', '1', '6,650', '6,010', '5,000', '640', '~$0.0200', 'sonnet', ''],
      ['2026-05-05', '1', '1', '6,650', '6,010', '5,000', '640', '~$0.0200', 'opus', ''],
      ['total', '2', '2', '13,300', '12,020', '10,000', '1,280', '~$0.0400', '', ''],
      [`Days and times in UTC. ${ESTIMATED}`],
    ]);
  });

  it('says that there is none', () => {
    expect(days()).toBe('No usage. Days and times in UTC.');
  });

  it('says N/A for what is unknown and marks what is incomplete, never as 0', () => {
    const row = cells(days(point({ counts: counts(640, { input: null, cache_read: null }) })));
    expect([row['in'], row['cache read'], row['tokens'], row['out']]).toEqual(['N/A', 'N/A', '≥ 640 (incomplete)', '640']);
  });

  it('marks a lower bound, and says of how many requests', () => {
    const row = cells(days(point({ partial: true, calls: 1200 }), point()));
    expect([row['out'], row['tokens'], row['notes']]).toEqual(['≥ 1,280', '≥ 13,300', '1,200 partial']);
  });

  it('says what is kept of logs that are gone, and what has no time', () => {
    expect(cells(days(point({ gone: true, at: null }), point()))['notes']).toBe('1 log gone, 1 without a time');
  });

  it('says where there is no day', () => {
    expect(cells(days(point({ at: null })))['day']).toBe('no day');
  });

  it('can not be disturbed by a model with signs of control in its name', () => {
    expect(lines(days(point({ model: 'a\tb\nc\u001b[31m' }))).map((line) => line.length)).toEqual([10, 10, 10, 1]);
  });
});

describe('usage by model', () => {
  it('has a line for each model, with its agents, and one for all', () => {
    expect(lines(models(point(), point({ model: null, agent: 'codex', session: 's2' })))).toEqual([
      ['model', 'priced as', 'agents', 'sessions', 'requests', 'tokens', 'in', 'cache read', 'out', 'cost', 'notes'],
      ['sonnet', 'anthropic/sonnet', 'claude', '1', '1', '6,650', '6,010', '5,000', '640', '~$0.0200', ''],
      ['unknown', 'not listed', 'codex', '1', '1', '6,650', '6,010', '5,000', '640', '~$0.0200', ''],
      ['total', '', '', '2', '2', '13,300', '12,020', '10,000', '1,280', '~$0.0400', ''],
      [`Days and times in UTC. ${ESTIMATED} The newest record is of 2026-05-04 10:00:00.`],
    ]);
  });

  it('says that there is none', () => {
    expect(models()).toBe('No usage. Days and times in UTC.');
  });
});

describe('usage by session', () => {
  it('has a line for each session, and below it what all spent', () => {
    const text = sessions([point(), point({ session: 's2', at: NOON - DAY, project: null })]);
    expect([cells(text)['session'], cells(text, 2)['session'], cells(text, 2)['project'], text.split('\n').at(-1)]).toEqual([
      's1',
      's2',
      'N/A',
      `2 sessions with 13,300 tokens in all, ~$0.0400. Days and times in UTC. ${ESTIMATED}`,
    ]);
  });

  it('says N/A for a session without any count, never 0, and why', () => {
    const row = cells(sessions([], [silent]));
    expect([row['tokens'], row['in'], row['cache read'], row['out'], row['last'], row['notes']]).toEqual([
      'N/A',
      'N/A',
      'N/A',
      'N/A',
      'N/A',
      'no_usage',
    ]);
  });

  it('has flags before what is partial', () => {
    expect(cells(sessions([point({ partial: true })], [], ['output_unreliable']))['notes']).toBe('output_unreliable, 1 partial');
  });

  it('says that there is none', () => {
    expect(sessions([])).toBe('No usage. Days and times in UTC.');
  });

  it('gives times in the zone that it names below', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(cells(sessions([point()], [], [], zoneNamed('UTC')))['last']).toContain('2026-05-04 10:00:00');
  });
});

const USAGE = {
  input: 10,
  cache_read: 5000,
  cache_write_5m: 1000,
  cache_write_1h: 0,
  output: 640,
  reasoning: null,
  total: 6650,
};

const COST = {
  currency: 'USD',
  amount: '0.02',
  provenance: 'estimated',
  reported: '0',
  estimated: '0.02',
  reported_estimate: '0',
  reported_records: 0,
  estimated_records: 1,
  unpriced_records: 0,
  unpriced_tokens: 0,
  coverage: 1,
};

const SUM = { records: 1, usage: USAGE, cost: COST, partial_records: 0, gone_records: 0 };

const SUBAGENTS = { ...SUM, by_type: { Explore: SUM } };

const PRICES = { api_equivalent: [], display: null };

/** As programs get it. */
const json = (value: object): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('usage as JSON', () => {
  it('by day', () => {
    const group = { ...SUM, sessions: 1, by_model: { sonnet: SUM } };
    expect(json(dailyJson(dailyUsage([point()], ALL, UTC.dayOf), UTC, MONEY))).toEqual({
      tz: 'UTC',
      prices: PRICES,
      days: [{ day: '2026-05-04', ...group, undated_records: 0 }],
      total: group,
      uncounted_sessions: 0,
    });
  });

  it('by model', () => {
    expect(json(modelsJson(usageByModel([point()], ALL), UTC, MONEY, pricedAs))).toEqual({
      tz: 'UTC',
      prices: PRICES,
      newest_at: '2026-05-04T10:00:00.000Z',
      models: [{ model: 'sonnet', priced_as: 'anthropic/sonnet', agents: ['claude'], ...SUM, sessions: 1 }],
      total: { ...SUM, sessions: 1, by_model: { sonnet: SUM } },
      uncounted_sessions: 0,
    });
  });

  it('by session, with times in UTC and how many there are besides those shown', () => {
    const usage = usageBySession([point({ subagent: true, agent_type: 'Explore' })], ALL, [], new Map([['claude:s1', ['x']]]));
    expect(json(usageSessionsJson(usage.sessions, usage, zoneNamed('Europe/Berlin'), MONEY))).toEqual({
      tz: 'Europe/Berlin',
      prices: PRICES,
      sessions: [
        {
          agent: 'claude',
          session_id: 's1',
          project: '~/paper',
          first_at: '2026-05-04T10:00:00.000Z',
          last_at: '2026-05-04T10:00:00.000Z',
          ...SUM,
          by_model: { sonnet: SUM },
          subagents: SUBAGENTS,
          flags: ['x'],
        },
      ],
      matching: 1,
      subagents: SUBAGENTS,
      total: { ...SUM, sessions: 1, by_model: { sonnet: SUM } },
    });
  });

  it('has null for what is unknown, and what is known of the total beside it', () => {
    const usage = usageBySession([point({ counts: counts(640, { input: null }), estimated: null })], ALL, [silent], new Map());
    expect(json(usageSessionsJson(usage.sessions, usage, UTC, MONEY))).toMatchObject({
      sessions: [
        { usage: { input: null, output: 640, total: null, total_known: 640 } },
        { session_id: 'quiet', records: 0, first_at: null, usage: { ...UNKNOWN, total: null, total_known: 0 }, subagents: null },
      ],
    });
  });

  it.each(['__proto__', 'constructor'])('has a model that is named "%s" as any other', (model) => {
    const { by_model } = (json(dailyJson(dailyUsage([point({ model })], ALL, UTC.dayOf), UTC, MONEY)) as { total: { by_model: object } })
      .total;
    expect(Object.entries(by_model)).toEqual([[model, SUM]]);
  });

  it('has no day for records of sessions in which none has a time', () => {
    expect(json(dailyJson(dailyUsage([point({ at: null })], ALL, UTC.dayOf), UTC, MONEY))).toMatchObject({
      days: [{ day: null, undated_records: 1 }],
    });
  });
});
