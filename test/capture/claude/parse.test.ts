// What of a request changes its price, and what it cost by Claude Code's own figure.
import { describe, expect, it } from 'vitest';
import { beginClaude, claudeLine } from '../../../src/capture/claude/parse.js';
import type { RecordCopy } from '../../../src/model/record.js';
import { A, ClaudeHome } from '../../ingest/claude-home.js';
import { collector } from '../fixture.js';

type Fields = Readonly<Record<string, unknown>>;

const line = (usage: Fields, over: Fields = {}): Fields => ({
  type: 'assistant',
  uuid: 'u1',
  sessionId: A,
  version: '2.1.104',
  timestamp: '2026-03-09T09:00:00.000Z',
  message: {
    id: 'msg_ada_00000001',
    model: 'claude-opus-4-6',
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 2, ...usage },
  },
  ...over,
});

function recordsOf(usage: Fields, over: Fields = {}): readonly RecordCopy[] {
  const sink = collector();
  const state = beginClaude({ agent: 'claude', root: '/r', name: `projects/p/${A}.jsonl`, kind: 'append' });
  claudeLine(state, line(usage, over), { position: 0, end: 1 }, sink);
  return sink.records;
}

const termsOf = (usage: Fields): string | null => recordsOf(usage).at(-1)!.terms;

describe('the terms of an answer', () => {
  it.each([
    ['of fast mode', { speed: 'fast' }, 'fast'],
    ['of a batch', { service_tier: 'batch' }, 'batch'],
    ['of priority', { service_tier: 'priority' }, 'priority'],
    ['of the US', { inference_geo: 'us' }, 'us'],
    ['of another place', { inference_geo: 'eu' }, 'geo:eu'],
    ['with searches', { server_tool_use: { web_search_requests: 3, web_fetch_requests: 4 } }, 'web_search:3'],
    [
      'of all of them',
      { speed: 'fast', service_tier: 'batch', inference_geo: 'us', server_tool_use: { web_search_requests: 1 } },
      'fast batch us web_search:1',
    ],
    ['in whichever case', { speed: 'FAST', inference_geo: 'US' }, 'fast us'],
    ['that nobody knows yet', { speed: 'turbo' }, 'turbo'],
    ['that are no word', { speed: 'very fast' }, 'unreadable'],
    ['that are no word, of a place', { inference_geo: 'x'.repeat(200) }, 'unreadable'],
    ['with searches in digits', { server_tool_use: { web_search_requests: '2' } }, 'web_search:2'],
  ])('%s', (_, usage, terms) => {
    expect(termsOf(usage)).toBe(terms);
  });

  it.each([
    [{}],
    [{ speed: 'standard', service_tier: 'standard', inference_geo: 'global' }],
    [{ speed: 'standard', service_tier: 'default', inference_geo: 'not_available' }],
    [{ speed: '', service_tier: null, inference_geo: null, server_tool_use: null }],
    [{ server_tool_use: { web_search_requests: 0 } }],
    [{ server_tool_use: { web_search_requests: -1 } }],
    [{ server_tool_use: { web_search_requests: 1.5 } }],
    [{ server_tool_use: { web_search_requests: 'many' } }],
    [{ server_tool_use: 7 }],
    [{ speed: 7, service_tier: {}, inference_geo: [] }],
  ])('are none of an ordinary request: %j', (usage) => {
    expect(termsOf(usage)).toBeNull();
  });
});

describe("Claude Code's own figure", () => {
  it.each([
    [0.0123456, '0.0123456'],
    [1e-7, '1e-7'],
    [9.99, '9.99'],
    [0, null],
    [-1, null],
    ['9.99', null],
    [null, null],
    [Infinity, null],
    [NaN, null],
    [1e300, null],
    [1e-20, null],
  ])('of %s is %s', (costUSD, reported) => {
    expect(recordsOf({}, { costUSD }).map((record) => record.reported)).toEqual([reported]);
  });
});

describe("an advisor's calls", () => {
  const iterations = [
    { type: 'message', input_tokens: 1, output_tokens: 2 },
    { type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 50, output_tokens: 60, speed: 'fast' },
  ];

  it('have terms of their own, and no part of the figure for the answer', () => {
    const [advisor, answer] = recordsOf({ iterations, inference_geo: 'us' }, { costUSD: 0.5 });
    expect([advisor, answer].map((record) => [record?.terms, record?.reported])).toEqual([
      ['fast', null],
      ['us', '0.5'],
    ]);
  });
});

describe('an answer that is streamed', () => {
  const streamed = (output: number, finished: boolean, usage: Fields = {}, over: Fields = {}): string => {
    const { message, ...rest } = line({ output_tokens: output, ...usage }, over) as { message: Fields };
    return JSON.stringify({ ...rest, message: { ...message, stop_reason: finished ? 'end_turn' : null } });
  };

  it('has the terms and the figure of the line that counts, once', async () => {
    const home = new ClaudeHome();
    const searched = { server_tool_use: { web_search_requests: 2 }, speed: 'fast' };
    home.append(home.log(), streamed(1, false), streamed(1, false), streamed(9, true, searched, { costUSD: 0.25 }));
    const { records } = await (await home.open()).evidence();
    expect(records.map(({ copy }) => [copy.counts.output, copy.terms, copy.reported])).toEqual([[9, 'fast web_search:2', '0.25']]);
  });

  it('has them also where the log is read on from the middle of it', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), streamed(1, false));
    await home.open();
    home.append(home.log(), streamed(9, true, { inference_geo: 'us' }, { costUSD: 0.25 }));
    const { records } = await (await home.open()).evidence();
    expect(records.map(({ copy }) => [copy.counts.output, copy.terms, copy.reported])).toEqual([[9, 'us', '0.25']]);
  });
});
