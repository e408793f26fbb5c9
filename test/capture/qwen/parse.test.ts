import { describe, expect, it } from 'vitest';
import { beginQwen, qwenDocument, qwenLine } from '../../../src/capture/qwen/parse.js';
import type { LogFile } from '../../../src/capture/agent.js';
import type { Counts } from '../../../src/model/tokens.js';
import { collector } from '../fixture.js';

const LAST = 2 ** 53 - 1;

const CHAT: LogFile = { agent: 'qwen', root: '/r', name: 'projects/p/chats/s1.jsonl', kind: 'append' };

/** What an answer's line, an event of telemetry and a document of the first form make of the same numbers. */
const FORMS: readonly (readonly [form: string, counts: (n: Numbers) => Counts])[] = [
  [
    'an answer',
    ({ prompt, candidates, thoughts, total }) =>
      lineCounts({
        uuid: 'u1',
        type: 'assistant',
        usageMetadata: { promptTokenCount: prompt, candidatesTokenCount: candidates, thoughtsTokenCount: thoughts, totalTokenCount: total },
      }),
  ],
  [
    'an event of telemetry',
    ({ prompt, candidates, thoughts, total }) =>
      lineCounts({
        type: 'system',
        subtype: 'ui_telemetry',
        systemPayload: {
          uiEvent: {
            'event.name': 'qwen-code.api_response',
            response_id: 'r1',
            input_token_count: prompt,
            output_token_count: candidates,
            thoughts_token_count: thoughts,
            total_token_count: total,
          },
        },
      }),
  ],
  [
    'a document',
    ({ prompt, candidates, thoughts, total }) => {
      const sink = collector();
      const tokens = { input: prompt, output: candidates, thoughts, total };
      const log: LogFile = { ...CHAT, name: 'tmp/p/chats/session-s1.json', kind: 'document' };
      qwenDocument(log, { sessionId: 's1', messages: [{ id: 'm', type: 'gemini', tokens }] }, sink);
      return sink.records[0]!.counts;
    },
  ],
];

interface Numbers {
  readonly prompt: number;
  readonly candidates: number;
  readonly thoughts: number;
  readonly total: number;
}

function lineCounts(line: Readonly<Record<string, unknown>>): Counts {
  const sink = collector();
  qwenLine(beginQwen(CHAT), { sessionId: 's1', timestamp: '2026-03-11T10:00:00.000Z', ...line }, { position: 0, end: 1 }, sink);
  return sink.records[0]!.counts;
}

describe.each(FORMS)('the tokens of Qwen in %s', (_, counts) => {
  it('have the thoughts inside the output where the total says so', () => {
    expect(counts({ prompt: 100, candidates: 20, thoughts: 6, total: 120 })).toMatchObject({ input: 100, output: 20, reasoning: 6 });
  });

  it('have the thoughts outside the output where the total says so', () => {
    expect(counts({ prompt: 100, candidates: 20, thoughts: 6, total: 126 })).toMatchObject({ input: 100, output: 26, reasoning: 6 });
  });

  it('have the thoughts inside the output where no total tells', () => {
    expect(counts({ prompt: 100, candidates: 20, thoughts: 6, total: 0 })).toMatchObject({ output: 20, reasoning: 6 });
  });

  it('have no more reasoning than output', () => {
    expect(counts({ prompt: 100, candidates: 5, thoughts: 9, total: 105 })).toMatchObject({ output: 5, reasoning: 5 });
  });

  it('are exact up to 2^53 − 1', () => {
    expect(counts({ prompt: 0, candidates: LAST - 6, thoughts: 6, total: LAST })).toMatchObject({ input: 0, output: LAST, reasoning: 6 });
  });

  it('are never a number that is not exact: where the total would be one, it is no count and tells nothing', () => {
    const { output } = counts({ prompt: 0, candidates: LAST, thoughts: 6, total: LAST + 6 });
    expect(output === null || output === LAST).toBe(true);
  });
});
