import { describe, expect, it } from 'vitest';
import { callsIn, jsonl } from '../calls.js';

const THREAD = '0adac0de-0001-7000-8000-000000000001';
const PATH = `.codex/sessions/2026/03/09/rollout-2026-03-09T08-00-00-${THREAD}.jsonl`;

const meta = (more: object = {}): object => ({
  timestamp: '2026-03-09T08:00:00.000Z',
  type: 'session_meta',
  payload: { id: THREAD, cwd: '/home/ada/paper', cli_version: '0.104.0', ...more },
});

const item = (payload: object, more: object = {}): object => ({
  timestamp: '2026-03-09T08:00:01.000Z',
  type: 'response_item',
  payload,
  ...more,
});
const event = (payload: object): object => ({ timestamp: '2026-03-09T08:00:01.000Z', type: 'event_msg', payload });
const user = event({ type: 'user_message', message: 'x' });

let ids = 0;
const called = (name: string, args: unknown): object =>
  item({ type: 'function_call', name, arguments: JSON.stringify(args), call_id: `call_${ids++}` });
const shell = (cmd: string): object => called('exec_command', { cmd });
const output = item({ type: 'function_call_output', call_id: 'call', output: 'x' });

const vector = (n: number): object => ({
  input_tokens: 100 * n,
  cached_input_tokens: 0,
  output_tokens: 10 * n,
  reasoning_output_tokens: 0,
  total_tokens: 110 * n,
});
/** Counts after response `n`, each of which adds as much. */
const count = (n: number): object => event({ type: 'token_count', info: { total_token_usage: vector(n), last_token_usage: vector(1) } });
const key = (n: number): string => `codex:${THREAD}|${100 * n}.0.0.${10 * n}.0.${110 * n}`;

const calls = (...lines: object[]): Promise<Record<string, string[]>> => callsIn('codex', { [PATH]: jsonl(meta(), ...lines) });

/** The same of a build of 2025. */
const callsThen = (...lines: object[]): Promise<Record<string, string[]>> =>
  callsIn('codex', { [PATH]: jsonl(meta({ cli_version: '0.36.0' }), ...lines) });

describe('the calls of a Codex rollout', () => {
  it('belong to the counts that follow them, in builds of 2026', async () => {
    const lines = [
      user,
      event({ type: 'token_count', info: null }),
      shell('ls'),
      shell('pwd'),
      count(1),
      output,
      count(1),
      shell('npm test'),
      count(2),
      output,
      count(3),
    ];
    expect(await calls(...lines)).toEqual({
      [key(1)]: ['exec_command ls', 'exec_command pwd'],
      [key(2)]: ['exec_command npm test'],
      [key(3)]: [],
    });
  });

  it('belong to the counts before them, in builds of 2025 that write the counts first', async () => {
    const lines = [user, count(1), shell('ls'), output, shell('pwd'), output, count(2), shell('npm test'), output, count(3)];
    expect(await callsThen(...lines)).toEqual({
      [key(1)]: ['exec_command ls', 'exec_command pwd'],
      [key(2)]: ['exec_command npm test'],
      [key(3)]: [],
    });
  });

  it('may stand otherwise in a log that a newer build went on with', async () => {
    const lines = [user, count(1), shell('ls'), output, count(2), user, shell('pwd'), count(3), output, count(4)];
    expect(await callsThen(...lines)).toEqual({
      [key(1)]: ['exec_command ls'],
      [key(2)]: [],
      [key(3)]: ['exec_command pwd'],
      [key(4)]: [],
    });
  });

  it('belong to the counts that follow them also after a response that only said something', async () => {
    const lines = [user, count(1), shell('ls'), count(2), output, shell('pwd'), count(3)];
    expect(await calls(...lines)).toEqual({ [key(1)]: [], [key(2)]: ['exec_command ls'], [key(3)]: ['exec_command pwd'] });
  });

  it('of a response that was broken off belong to no other one', async () => {
    expect(await calls(user, shell('rm -r x'), user, shell('ls'), count(1))).toEqual({ [key(1)]: ['exec_command ls'] });
  });

  it('are of all kinds, and a shell’s words are its command line', async () => {
    const lines = [
      user,
      called('shell', { command: ['bash', '-lc', 'git commit -m "x y"'] }),
      called('shell', { command: ['cat', "a b's"] }),
      item({ type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch', call_id: 'c1' }),
      item({ type: 'local_shell_call', call_id: 'c2', action: { type: 'exec', command: ['ls', '-l'] } }),
      item({ type: 'web_search_call', action: { type: 'search', query: 'x' } }),
      called('spawn_agent', { agent_type: 'explorer', message: 'x' }),
      called('view_image', { path: 'a.png' }),
      count(1),
    ];
    expect(await calls(...lines)).toEqual({
      [key(1)]: [
        'shell git commit -m "x y"',
        `shell cat 'a b'\\''s'`,
        'apply_patch',
        'local_shell ls -l',
        'web_search',
        'spawn_agent explorer',
        'view_image a.png',
      ],
    });
  });

  it('of what a sub-agent inherited are not its own', async () => {
    const inherited = { ...shell('ls'), ordinal: 3 };
    const lines = [meta({ subagent_history_start_ordinal: 5 }), inherited, { ...shell('pwd'), ordinal: 5 }, { ...count(1), ordinal: 6 }];
    expect(await callsIn('codex', { [PATH]: jsonl(...lines) })).toEqual({ [key(1)]: ['exec_command pwd'] });
  });
});
