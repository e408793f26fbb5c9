import { describe, expect, it } from 'vitest';
import { callsIn } from '../calls.js';

const THREAD = 'T-0ada0001-a000-4000-8000-000000000001';
const USAGE = { model: 'claude-sonnet-4-5', inputTokens: 6, outputTokens: 7 };
const CONTENT = [
  { type: 'text', text: 'x' },
  { type: 'tool_use', id: 't1', name: 'Bash', input: { cmd: 'ls' } },
  { type: 'tool_use', id: 't2', name: 'edit_file', input: { path: '/a', old_str: 'x' } },
];
const MESSAGES = [
  { role: 'user', messageId: 0, content: [] },
  { role: 'assistant', messageId: 1, content: CONTENT, usage: USAGE },
  { role: 'assistant', messageId: 3, content: [{ type: 'text', text: 'x' }], usage: USAGE },
];

const thread = (more: object): Record<string, string> => ({
  [`.local/share/amp/threads/${THREAD}.json`]: JSON.stringify({ v: 27, id: THREAD, created: 1770300000000, messages: MESSAGES, ...more }),
});

describe('the calls of an Amp thread', () => {
  it('belong to the inference of the ledger that the message answers', async () => {
    const event = (id: string, toMessageId: number, operationType = 'inference'): object => ({
      id,
      toMessageId,
      operationType,
      model: 'm',
      tokens: { input: 1, output: 1 },
    });
    const events = [event('e1', 1, 'title-generation'), event('e2', 1), event('e3', 1), event('e4', 3)];
    expect(await callsIn('amp', thread({ usageLedger: { events } }))).toEqual({
      [`amp:${THREAD}|e1`]: [],
      [`amp:${THREAD}|e2`]: ['Bash ls', 'edit_file /a'],
      [`amp:${THREAD}|e3`]: [],
      [`amp:${THREAD}|e4`]: [],
    });
  });

  it('belong to the message itself where there is no ledger', async () => {
    expect(await callsIn('amp', thread({}))).toEqual({
      [`amp:${THREAD}|message:1`]: ['Bash ls', 'edit_file /a'],
      [`amp:${THREAD}|message:3`]: [],
    });
  });
});
