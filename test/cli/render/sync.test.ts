import { describe, expect, it } from 'vitest';
import { renderSync, syncJson, wasPartial } from '../../../src/cli/render/sync.js';
import type { AgentSync } from '../../../src/ingest/sync.js';

const synced = (over: Partial<AgentSync> = {}): AgentSync => ({
  agent: 'claude',
  logs: 0,
  records: 0,
  added: 0,
  changed: 0,
  gone: 0,
  superseded: 0,
  held: 0,
  skipped: [],
  unread: [],
  ...over,
});

const table = (...all: readonly AgentSync[]): string[][] =>
  renderSync(all, false)
    .split('\n')
    .map((line) => line.split('\t'));

describe('what a sync did', () => {
  it('has a line for each agent, with its label', () => {
    const whole = synced({ logs: 1200, records: 41_210, added: 1, changed: 2, gone: 3, superseded: 4, held: 5 });
    expect(table(whole, synced({ agent: 'codex', logs: 1 }))).toEqual([
      ['agent', 'logs', 'records', 'added', 'changed', 'log gone', 'taken back', 'open', 'skipped'],
      ['Claude Code', '1,200', '41,210', '1', '2', '3', '4', '5', ''],
      ['Codex', '1', '0', '0', '0', '0', '0', '0', ''],
    ]);
  });

  it('leaves out agents of which there is nothing', () => {
    expect(table(synced({ logs: 1 }), synced({ agent: 'codex' })).map(([agent]) => agent)).toEqual(['agent', 'Claude Code']);
  });

  it('says that no logs are here where there are none of any agent', () => {
    expect([renderSync([], false), renderSync([synced()], true)]).toEqual([
      'No logs of any agent are here.',
      'No logs of any agent are here.',
    ]);
  });

  it.each<[string, Partial<AgentSync>]>([
    ['were kept of logs that are gone', { gone: 1 }],
    ['were taken back', { superseded: 1 }],
    ['could not be read', { unread: [{ path: '/x/a.jsonl', reason: 'unreadable' }] }],
  ])('has an agent without logs of which some %s', (_, over) => {
    expect(table(synced(over))).toHaveLength(2);
  });

  it('says what was skipped, and how many logs could not be read for which reason', () => {
    const unread = [
      { path: '/x/a.jsonl', reason: 'link' },
      { path: '/x/b.jsonl', reason: 'link' },
      { path: '/x/c.jsonl', reason: 'unreadable' },
    ] as const;
    expect(table(synced({ logs: 1, skipped: [{ reason: 'bad_json', count: 7 }], unread }))[1]?.at(-1)).toBe(
      '7 bad_json, 2 link, 1 unreadable',
    );
  });
});

describe('a sync', () => {
  it.each<[string, Partial<AgentSync>, boolean]>([
    ['in which all was read', { logs: 1, records: 5, held: 1 }, false],
    ['in which something was skipped', { skipped: [{ reason: 'bad_json', count: 1 }] }, true],
    ['in which a log could not be read', { unread: [{ path: '/x', reason: 'link' }] }, true],
  ])('%s is partial: %o → %s', (_, over, partial) => {
    expect(wasPartial([synced(), synced({ agent: 'codex', ...over })])).toBe(partial);
  });

  it('of no agent is not partial', () => {
    expect(wasPartial([])).toBe(false);
  });

  it('is told to programs with all numbers, also of agents of which there is nothing', () => {
    const unread = [{ path: '/x/a.jsonl', reason: 'link' }] as const;
    const skipped = [{ reason: 'bad_json', count: 7 }];
    const numbers = { logs: 1, records: 2, added: 3, changed: 4, gone: 5, superseded: 6, held: 7 };
    const nothing = { logs: 0, records: 0, added: 0, changed: 0, gone: 0, superseded: 0, held: 0 };
    expect(syncJson([synced({ ...numbers, skipped, unread }), synced({ agent: 'amp' })])).toEqual({
      agents: [
        { agent: 'claude', ...numbers, skipped, unreadable: unread },
        { agent: 'amp', ...nothing, skipped: [], unreadable: [] },
      ],
    });
  });
});
