import { describe, expect, it } from 'vitest';
import { recordedPayloads, PRIVATE } from '../../src/cli/hooks/replay.js';
import { eventsOf } from '../../src/hooks/events.js';
import { readPayload, type HookCall } from '../../src/hooks/payload.js';
import { HOOK_AGENTS, INSTALLED_EVENTS, isRefused } from '../../src/model/hook-event.js';

const CALL: HookCall = {
  id: 'c1',
  at: 1,
  agent: 'claude',
  event: 'PostToolUse',
  store: null,
  homes: ['/home/ada', '/real/ada'],
  folder: '/home/ada/here',
  projectOf: (folder) => `${folder}/root`,
  sizeOf: () => 7,
};

const read = (payload: unknown, call: Partial<HookCall> = {}) => readPayload(JSON.stringify(payload), { ...CALL, ...call });

describe('payloads as agents send them', () => {
  const RECORDED = recordedPayloads(new URL('../../templates/hooks/', import.meta.url));

  it('are there for every event of every agent', () => {
    const lacking = HOOK_AGENTS.flatMap((agent) =>
      eventsOf(agent)
        .filter((event) => agent !== 'copilot' || /^[a-z]/.test(event))
        .filter((event) => !RECORDED.some((one) => one.agent === agent && one.event === event))
        .map((event) => `${agent} ${event}`),
    );
    expect(lacking).toEqual([]);
  });

  it.each(RECORDED.map((one, i) => [`${i} ${one.agent} ${one.event}`, one] as const))(
    'are understood, and no text is kept: %s',
    (_, one) => {
      const told = read(one.payload, { agent: one.agent, event: one.event });
      expect(told).toMatchObject({ agent: one.agent, event: one.event });
      expect(isRefused(told)).toBe(false);
      expect(JSON.stringify(told)).not.toContain(PRIVATE);
      expect(JSON.stringify(one.payload)).toMatch(/session_?[iI]d/);
    },
  );

  it('begin and end sessions for every agent with hooks', () => {
    const kinds = HOOK_AGENTS.map((agent) =>
      INSTALLED_EVENTS[agent].map((event) => {
        const told = read(RECORDED.find((one) => one.agent === agent && one.event === event)!.payload, { agent, event });
        return isRefused(told) ? told.refused : told.kind;
      }),
    );
    const whole = ['start', 'tool', 'subagent', 'turn', 'end'];
    expect(kinds).toEqual([whole, whole, ['start', 'tool', 'turn', 'end'], whole, whole]);
  });
});

describe('a payload', () => {
  it('tells ids, folder, transcript with its length, and why a session began; the home is ~', () => {
    const payload = { session_id: 's', cwd: '/home/ada/p', transcript_path: '/home/ada/t.jsonl', source: 'resume', prompt: 'secret' };
    expect(read(payload, { event: 'SessionStart' })).toEqual({
      ...{ id: 'c1', at: 1, agent: 'claude', event: 'SessionStart', store: null, kind: 'start', session_id: 's' },
      ...{ cwd: '~/p', project: '~/p/root', transcript: '~/t.jsonl', transcript_bytes: 7, reason: 'resume', tool_name: null },
    });
  });

  it('is of the folder in which the hook was called, where it names none, and without the home by any of its names', () => {
    expect(read({ session_id: 's' }, { event: 'SessionEnd' })).toMatchObject({ cwd: '~/here', project: '~/here/root' });
    expect(read({ session_id: 's', cwd: '/real/ada/p' }, { event: 'Stop' })).toMatchObject({ cwd: '~/p', project: null });
  });

  it('takes the name of the event from the payload where the command line tells none', () => {
    expect(read({ session_id: 's', hook_event_name: 'Stop' }, { event: '' })).toMatchObject({ event: 'Stop', kind: 'turn' });
  });

  it.each([
    ['empty', '', 'empty'],
    ['blank', ' \n', 'empty'],
    ['cut', '{"session_id":', 'not_json'],
    ['a list', '[1]', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['without a session', '{"tool_name":"Bash"}', 'no_session_id'],
    ['with a session that is a number', '{"session_id":5}', 'no_session_id'],
    ['without a tool', '{"session_id":"s"}', 'no_tool_name'],
  ])('%s is refused, with why and the keys seen', (_, text, refused) => {
    const told = readPayload(text, CALL);
    expect(told).toMatchObject({
      refused,
      event: 'PostToolUse',
      keys: text.startsWith('{"') && refused !== 'not_json' ? [text.split('"')[1]] : [],
    });
  });

  it('of an unknown event, of none, and one that is too large are refused', () => {
    const why = [read({ session_id: 's' }, { event: 'Nap' }), read({ session_id: 's' }, { event: '' }), readPayload(null, CALL)];
    expect(why.map((one) => (isRefused(one) ? one.refused : one.kind))).toEqual(['unknown_event', 'no_event', 'too_large']);
  });

  it('of an agent that there is not is refused, and is not taken for one of another', () => {
    expect(read({ session_id: 's', tool_name: 'T' }, { agent: null })).toMatchObject({ refused: 'unknown_agent', event: 'PostToolUse' });
  });

  it('has keys by name only, few and short, whatever it is', () => {
    const odd = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${'k'.repeat(100)}${i}`, 'VALUE']));
    const told = read(odd);
    expect(isRefused(told) && told.keys.length).toBe(40);
    expect(isRefused(told) && told.keys.every((key) => key.length === 64)).toBe(true);
    expect(JSON.stringify(told)).not.toContain('VALUE');
  });

  it('has no fields that are inherited', () => {
    expect(readPayload('{"__proto__":{"session_id":"s"},"tool_name":"x"}', CALL)).toMatchObject({ refused: 'no_session_id' });
    expect(read({ session_id: 's' }, { event: 'constructor' })).toMatchObject({ refused: 'unknown_event' });
  });
});
