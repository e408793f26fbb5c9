import { describe, expect, it } from 'vitest';
import { callsBelow, callsIn, jsonl } from '../calls.js';
import { fixtures } from '../fixture.js';

const SESSION = '0ada6e00-0002-4000-8000-000000000002';
const HEAD = { sessionId: SESSION, kind: 'main', startTime: '2026-03-10T10:00:00.000Z' };
const TOKENS = { input: 300, output: 20, cached: 0, thoughts: 0, tool: 0, total: 320 };

const message = (id: string, ...toolCalls: object[]): object => ({
  id,
  timestamp: '2026-03-10T10:00:03.000Z',
  type: 'gemini',
  model: 'gemini-3-pro',
  tokens: TOKENS,
  toolCalls,
});
const shell = { id: 't1', name: 'run_shell_command', args: { command: 'ls', description: 'x' } };
const key = (id: string): string => `gemini:${SESSION}|${id}`;

describe('the calls of a Gemini CLI chat', () => {
  it('are told once, though the message is written again with them', async () => {
    const fixture = fixtures().find(({ name }) => name === 'gemini/reappended')!;
    expect(await callsBelow('gemini', fixture.home)).toEqual({
      [key('m-a')]: ['read_file draft.md'],
      [key('m-b')]: ['read_file draft.md'],
      [key('m-c')]: [],
    });
  });

  it('are those of each message where all are written anew', async () => {
    const log = jsonl(HEAD, message('m1', shell), { $set: { messages: [message('m1', shell), message('m2', { ...shell, id: 't2' })] } });
    expect(await callsIn('gemini', { '.gemini/tmp/paper/chats/session-2026-03-10T10-00-0ada6e00.jsonl': log })).toEqual({
      [key('m1')]: ['run_shell_command ls'],
      [key('m2')]: ['run_shell_command ls'],
    });
  });

  it('are in the documents of older builds, too', async () => {
    const document = JSON.stringify({ ...HEAD, messages: [message('m1', shell, { id: 't2', name: 'mcp_db_query', args: {} })] });
    expect(await callsIn('gemini', { '.gemini/tmp/paper/chats/session-2026-01-10T10-00-0ada6e00.json': document })).toEqual({
      [key('m1')]: ['run_shell_command ls', 'mcp_db_query'],
    });
  });
});
