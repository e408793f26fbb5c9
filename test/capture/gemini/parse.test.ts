import { describe, expect, it } from 'vitest';
import { beginGemini, geminiCounts, geminiLine } from '../../../src/capture/gemini/parse.js';
import { Counter } from '../../../src/capture/counter.js';
import { collector } from '../fixture.js';

const LAST = 2 ** 53 - 1;

const counts = (tokens: Readonly<Record<string, unknown>>) => geminiCounts(tokens, new Counter());

describe('the tokens of a Gemini message', () => {
  it('have an output that is unknown where its parts add up to more than a number holds exactly', () => {
    expect(counts({ input: 10, output: LAST, thoughts: 1 })).toMatchObject({ input: 10, output: null, reasoning: 1 });
    expect(counts({ input: 10, output: LAST - 1, thoughts: 1 })).toMatchObject({ input: 10, output: LAST, reasoning: 1 });
  });

  it('have no tokens of tools added where no total could have them exactly', () => {
    // The total that would say so is beyond 2^53 − 1, so it is no count.
    expect(counts({ input: LAST, output: 0, tool: 5, total: 2 ** 53 + 4 })).toMatchObject({ input: LAST, output: 0 });
  });

  it('take a count beyond 2^53 − 1 for none, and say so', () => {
    const counter = new Counter();
    expect(geminiCounts({ input: 2 ** 53, output: 7 }, counter)).toMatchObject({ input: 0, output: 7 });
    expect(counter.invalid).toBe(1);
  });

  it('are of an unknown shape where neither input nor output is among them, and no record', () => {
    const sink = collector();
    const state = beginGemini({ agent: 'gemini', root: '/r', name: 'tmp/p/chats/session-1.jsonl', kind: 'append' });
    const line = { id: 'm', type: 'gemini', timestamp: '2026-03-10T10:00:00.000Z', tokens: { promptTokens: 5, total: 5 } };
    geminiLine(state, line, { position: 0, end: 1 }, sink);
    expect([sink.records, sink.skipped]).toEqual([[], ['unknown_shape']]);
    expect(state.facts).toMatchObject({ answered: true, counted: false });
  });
});
