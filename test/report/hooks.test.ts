import { describe, expect, it } from 'vitest';
import type { SpooledEvent } from '../../src/model/hook-event.js';
import { countHooks, worthOfHooks } from '../../src/report/hooks.js';

const DAY = 86_400_000_000;
const NOW = 1000 * DAY;

const fired = (event: string, at: number): SpooledEvent => ({
  ...{ id: String(at), at, agent: 'claude', event, store: null, kind: 'turn', session_id: 's', cwd: null },
  ...{ transcript: null, transcript_bytes: null, reason: null, tool_name: null, project: null },
});

const refused = (event: string, at: number, keys: string[]): SpooledEvent => ({
  ...{ id: String(at), at, agent: 'claude', event, store: null, refused: 'no_session_id', keys },
});

describe('hooks', () => {
  it('are counted by agent and event, with those that were not understood and the keys seen', () => {
    const { counts, unrecognised } = countHooks(
      [fired('Stop', NOW - 20 * DAY), refused('Stop', NOW - DAY, ['x']), fired('Stop', NOW - 2 * DAY)],
      NOW,
    );
    expect(counts).toEqual([{ agent: 'claude', event: 'Stop', fired: 3, parsed: 2, unrecognised: 1, last_at: NOW - DAY, lately: 2 }]);
    expect(unrecognised).toEqual([{ agent: 'claude', event: 'Stop', reason: 'no_session_id', count: 1, keys: ['x'], last_at: NOW - DAY }]);
  });

  it('that did not fire in two weeks are dead, unless they are new', () => {
    const counts = countHooks([fired('Stop', NOW - 20 * DAY), fired('SessionEnd', NOW - 13 * DAY)], NOW);
    const hook = (event: string, installed_at: number | null) => ({ agent: 'claude' as const, event, installed_at });
    const worth = worthOfHooks(
      [hook('Stop', NOW - 30 * DAY), hook('SessionEnd', NOW - 30 * DAY), hook('SessionStart', NOW - DAY), hook('PostToolUse', null)],
      counts,
      NOW,
    );
    expect(worth.map(({ state, lately }) => [state, lately])).toEqual([
      ['dead', 0],
      ['alive', 1],
      ['new', 0],
      ['dead', 0],
    ]);
  });
});
