import { describe, expect, it } from 'vitest';
import { callsIn, jsonl } from '../calls.js';

const SESSION = '0adac0b0-0002-4000-8000-000000000002';
const PATH = `.copilot/session-state/${SESSION}/events.jsonl`;

const event = (type: string, id: string, data: object): object => ({ type, id, timestamp: '2026-03-12T10:00:02.000Z', data });
const START = event('session.start', 's', { sessionId: SESSION, copilotVersion: '1.0.62' });
const message = (id: string, model: string, ...toolRequests: object[]): object =>
  event('assistant.message', id, { messageId: id, model, outputTokens: 5, toolRequests });
const view = (id: string): object => ({ toolCallId: id, name: 'view', arguments: { path: '/a' }, type: 'function' });
const bash = (id: string): object => ({ toolCallId: id, name: 'bash', arguments: '{"command":"ls"}', type: 'function' });
const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 };
const shutdown = (id: string, ...models: string[]): object =>
  event('session.shutdown', id, {
    modelMetrics: Object.fromEntries(models.map((model) => [model, { requests: { count: 2, cost: 1 }, usage }])),
  });

const key = (rest: string): string => `copilot:${SESSION}|${rest}`;

describe('the calls of a Copilot CLI session', () => {
  it('belong to the sum that covers their messages, by model', async () => {
    const log = jsonl(
      START,
      message('m1', 'a', view('c1'), bash('c2')),
      message('m2', 'b', view('c3')),
      shutdown('x', 'a', 'b'),
      message('m3', 'a', bash('c4')),
      shutdown('y', 'a'),
    );
    const calls = await callsIn('copilot', { [PATH]: log });
    expect(calls).toMatchObject({ [key('x|a')]: ['view /a', 'bash ls'], [key('x|b')]: ['view /a'], [key('y|a')]: ['bash ls'] });
  });

  it('belong to the message where no sum was written', async () => {
    const calls = await callsIn('copilot', { [PATH]: jsonl(START, message('m1', 'a', view('c1')), message('m2', 'a')) });
    expect(calls).toEqual({ [key('m1')]: ['view /a'], [key('m2')]: [] });
  });
});
