import { describe, expect, it } from 'vitest';
import { callsIn, jsonl } from '../calls.js';

const SESSION = '0ada9e00-0003-4000-8000-000000000003';
const PATH = `.qwen/projects/-home-ada-paper/chats/${SESSION}.jsonl`;

let lines = 0;
const line = (type: string, more: object): object => ({
  uuid: `u${++lines}`,
  sessionId: SESSION,
  timestamp: '2026-03-11T11:00:00.000Z',
  type,
  ...more,
});
const telemetry = (event: object): object => line('system', { subtype: 'ui_telemetry', systemPayload: { uiEvent: event } });
const response = (id: string, prompt: string): object =>
  telemetry({
    'event.name': 'qwen-code.api_response',
    response_id: id,
    model: 'coder-model',
    input_token_count: 10,
    output_token_count: 1,
    total_token_count: 11,
    prompt_id: `${SESSION}${prompt}`,
  });
const tool = (name: string, args: object, prompt: string): object =>
  telemetry({ 'event.name': 'qwen-code.tool_call', function_name: name, function_args: args, prompt_id: `${SESSION}${prompt}` });
const call = (id: string, name: string, args: object): object => ({ functionCall: { id, name, args } });
const answer = (usage: object | undefined, ...parts: object[]): object =>
  line('assistant', { message: { role: 'model', parts }, usageMetadata: usage });

const USAGE = { promptTokenCount: 10, candidatesTokenCount: 1, totalTokenCount: 11 };
const key = (id: string): string => `qwen:${SESSION}|${id}`;

describe('the calls of a Qwen Code chat', () => {
  it('belong to the event of their response, those of a sub-agent to its own', async () => {
    const log = jsonl(
      response('r1', '########1'),
      answer(USAGE, { text: 'x' }, call('c1', 'task', { subagent_type: 'Explore' }), call('c2', 'read_file', { absolute_path: '/a' })),
      tool('read_file', { absolute_path: '/a' }, '########1'),
      response('r2', '#Explore-k3x9#0'),
      tool('grep_search', { pattern: 'x' }, '#Explore-k3x9#0'),
      response('r3', '#Explore-k3x9#0'),
      tool('task', {}, '########1'),
      response('r4', '########1'),
      answer(USAGE, { text: 'x' }),
    );
    expect(await callsIn('qwen', { [PATH]: log })).toEqual({
      [key('r1')]: ['task Explore', 'read_file /a'],
      [key('r2')]: ['grep_search'],
      [key('r3')]: [],
      [key('r4')]: [],
    });
  });

  it('belong to the line’s own counts where there are no events', async () => {
    const one = answer(USAGE, call('c1', 'run_shell_command', { command: 'ls' }));
    const { uuid } = one as { uuid: string };
    expect(await callsIn('qwen', { [PATH]: jsonl(one) })).toEqual({ [key(uuid)]: ['run_shell_command ls'] });
  });
});
