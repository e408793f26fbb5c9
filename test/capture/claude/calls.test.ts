import { describe, expect, it } from 'vitest';
import { callsIn, jsonl } from '../calls.js';

const SESSION = '0adac1a0-0001-4000-8000-000000000001';
const USAGE = { input_tokens: 10, output_tokens: 5 };

const line = (id: string, content: unknown, more: object = {}, usage: object | undefined = USAGE): object => ({
  type: 'assistant',
  sessionId: SESSION,
  uuid: `${id}-${JSON.stringify(content).length}`,
  timestamp: '2026-03-01T10:00:00.000Z',
  message: { id, model: 'claude-sonnet-4-5', content, stop_reason: 'tool_use', usage },
  ...more,
});

const use = (id: string, name: string, input: object = {}, type = 'tool_use'): object => ({ type, id, name, input });

const A = 'msg_0000000000A';
const B = 'msg_0000000000B';

const log = (...lines: object[]): Record<string, string> => ({ [`.claude/projects/-home-ada-paper/${SESSION}.jsonl`]: jsonl(...lines) });

describe('the calls of a Claude Code transcript', () => {
  it('belong to the message whose lines they are, each once', async () => {
    const read = use('toolu_1', 'Read', { file_path: '/home/ada/paper/a.md' });
    const calls = await callsIn(
      'claude',
      log(
        line(A, [{ type: 'text', text: 'first' }]),
        line(A, [read]),
        line(A, [use('toolu_2', 'Bash', { command: 'npm test', description: 'x' })]),
        line(A, [read], { forkedFrom: { sessionId: 'x' } }),
        line(B, [{ type: 'text', text: 'done' }]),
      ),
    );
    expect(calls).toEqual({ [`claude:${A}`]: ['Read /home/ada/paper/a.md', 'Bash npm test'], [`claude:${B}`]: [] });
  });

  it('are also those that the provider carries out, and those that start a sub-agent', async () => {
    const blocks = [
      use('srvtoolu_1', 'web_search', { query: 'x' }, 'server_tool_use'),
      use('toolu_1', 'Task', { subagent_type: 'Plan', prompt: 'x' }),
    ];
    expect(await callsIn('claude', log(line(A, blocks)))).toEqual({ [`claude:${A}`]: ['web_search', 'Task Plan'] });
  });

  it('of lines without counts belong to their message all the same', async () => {
    const first = line(A, [use('toolu_1', 'Grep')], {}, undefined);
    expect(await callsIn('claude', log(first, line(A, [{ type: 'text', text: 'x' }])))).toEqual({ [`claude:${A}`]: ['Grep'] });
  });

  it('are the answer’s, not the advisor’s', async () => {
    const iterations = [{ type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 3, output_tokens: 4 }];
    const answer = line(A, [use('toolu_1', 'Edit')], {}, { ...USAGE, iterations });
    expect(await callsIn('claude', log(answer))).toEqual({ [`claude:${A}:iter:0`]: [], [`claude:${A}`]: ['Edit'] });
  });

  it('that a progress line repeats are not looked at', async () => {
    const message = { message: { id: B, model: 'claude-haiku-4-5', content: [use('toolu_9', 'Grep')], usage: USAGE } };
    const progress = { type: 'progress', sessionId: SESSION, data: { type: 'agent_progress', message } };
    expect(await callsIn('claude', log(line(A, [use('toolu_1', 'Edit')]), progress))).toEqual({ [`claude:${A}`]: ['Edit'] });
  });
});
