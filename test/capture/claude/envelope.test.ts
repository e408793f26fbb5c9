// What `claude -p --output-format json` prints, in the shapes of its versions, and what is none of them.
import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../../src/capture/claude/envelope.js';

type Fields = Readonly<Record<string, unknown>>;

const USAGE = {
  input_tokens: 10,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 4000,
  output_tokens: 50,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  server_tool_use: { web_search_requests: 2 },
};

const SONNET = {
  inputTokens: 10,
  outputTokens: 50,
  cacheReadInputTokens: 4000,
  cacheCreationInputTokens: 300,
  webSearchRequests: 2,
  costUSD: 0.0234,
  contextWindow: 200_000,
};

const HAIKU = {
  inputTokens: 7,
  outputTokens: 8,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
  webSearchRequests: 0,
  costUSD: 0.001,
};

const envelope = (over: Fields = {}): Fields => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'done',
  session_id: 's1',
  num_turns: 3,
  duration_ms: 4567,
  duration_api_ms: 3456,
  total_cost_usd: 0.0244,
  usage: USAGE,
  modelUsage: { 'claude-sonnet-4-5': SONNET, 'claude-haiku-4-5': HAIKU },
  ...over,
});

const counts = (input: number, cache_read: number, cache_write_5m: number, cache_write_1h: number, output: number): Fields => ({
  input,
  cache_read,
  cache_write_5m,
  cache_write_1h,
  output,
  reasoning: null,
});

describe('an envelope', () => {
  it('tells each model with its own figure, turns and both durations', () => {
    expect(readEnvelope(envelope())).toEqual({
      session_id: 's1',
      models: [
        { model: 'claude-haiku-4-5', counts: counts(7, 0, 0, 0, 8), reported: '0.001', web_searches: 0 },
        { model: 'claude-sonnet-4-5', counts: counts(10, 4000, 300, 0, 50), reported: '0.0234', web_searches: 2 },
      ],
      turns: 3,
      duration_ms: 4567,
      duration_api_ms: 3456,
    });
  });

  it('of one model tells which of its cache writes are for an hour', () => {
    const told = readEnvelope(envelope({ modelUsage: { 'claude-sonnet-4-5': SONNET } }));
    expect(told?.models[0]?.counts).toEqual(counts(10, 4000, 100, 200, 50));
  });

  it('of one model and a whole that is not its own tells no hours', () => {
    const told = readEnvelope(envelope({ modelUsage: { 'claude-sonnet-4-5': { ...SONNET, cacheCreationInputTokens: 301 } } }));
    expect(told?.models[0]?.counts).toEqual(counts(10, 4000, 301, 0, 50));
  });

  it('without models tells the whole', () => {
    expect(readEnvelope(envelope({ modelUsage: undefined }))?.models).toEqual([
      { model: null, counts: counts(10, 4000, 100, 200, 50), reported: '0.0244', web_searches: 2 },
    ]);
  });

  it('with an empty list of models tells the whole', () => {
    expect(readEnvelope(envelope({ modelUsage: {} }))?.models.map(({ model }) => model)).toEqual([null]);
  });

  it('is the last result of a list', () => {
    const list = [{ type: 'system' }, envelope({ session_id: 'first' }), envelope({ session_id: 'last' }), { type: 'other' }];
    expect(readEnvelope(list)?.session_id).toBe('last');
  });

  it('of a run that failed counts what it spent', () => {
    expect(readEnvelope(envelope({ subtype: 'error_max_turns', is_error: true, result: undefined }))?.models).toHaveLength(2);
  });

  it('without turns and durations leaves them unknown, and so where they are no counts', () => {
    const none = { num_turns: undefined, duration_ms: null, duration_api_ms: -1 };
    expect(readEnvelope(envelope(none))).toMatchObject({ turns: null, duration_ms: null, duration_api_ms: null });
  });

  it.each([0, -1, '0.5', null, 1e300])('with a cost of %s has no figure, and its tokens', (costUSD) => {
    const told = readEnvelope(envelope({ modelUsage: { m: { ...SONNET, costUSD } } }));
    expect(told?.models).toMatchObject([{ reported: null, counts: { output: 50 } }]);
  });

  it('tells of a model that is named as what every object has', () => {
    const modelUsage = JSON.parse(`{"__proto__":${JSON.stringify(HAIKU)},"constructor":${JSON.stringify(SONNET)}}`) as Fields;
    expect(readEnvelope(envelope({ modelUsage }))?.models.map(({ model, counts: { output } }) => [model, output])).toEqual([
      ['__proto__', 8],
      ['constructor', 50],
    ]);
  });
});

describe('what is no envelope', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'result'],
    ['a number', 5],
    ['an empty list', []],
    ['an empty document', {}],
    ['no result', envelope({ type: 'assistant' })],
    ['no session', envelope({ session_id: undefined })],
    ['a session that is no text', envelope({ session_id: 5 })],
    ['an endless session', envelope({ session_id: 'x'.repeat(201) })],
    ['no usage at all', envelope({ usage: undefined, modelUsage: undefined })],
    ['usage without counts', envelope({ usage: {}, modelUsage: undefined })],
    ['usage in the names of others', envelope({ usage: { inputTokens: 1, outputTokens: 2 }, modelUsage: undefined })],
    ['a model in the names of others', envelope({ modelUsage: { m: { input_tokens: 1, output_tokens: 2 } } })],
    ['a model that is a number', envelope({ modelUsage: { m: 5 } })],
    ['one good model beside a bad one', envelope({ modelUsage: { a: SONNET, b: { ...HAIKU, outputTokens: -1 } } })],
    ['a count below zero', envelope({ modelUsage: { m: { ...SONNET, inputTokens: -1 } } })],
    ['a count that is no whole number', envelope({ modelUsage: { m: { ...SONNET, cacheReadInputTokens: 0.5 } } })],
    ['a count beyond exact numbers', envelope({ modelUsage: { m: { ...SONNET, outputTokens: 2 ** 53 } } })],
    ['counts that are null', envelope({ modelUsage: { m: { ...SONNET, inputTokens: null, outputTokens: null } } })],
    ['searches that are no count', envelope({ modelUsage: { m: { ...SONNET, webSearchRequests: 'many' } } })],
    ['cache writes that are a text', envelope({ modelUsage: { m: { ...SONNET, cacheCreationInputTokens: 'some' } } })],
    ["LevelUp's estimate", { session_id: 's1', tokens: { input: 10, output: 20 }, cost: 0.1 }],
    ["LevelUp's flat counts", { type: 'result', session_id: 's1', input_tokens: 10, output_tokens: 20, total_cost_usd: 0.1 }],
    [
      "LevelUp's nested counts",
      { type: 'result', session_id: 's1', usage: { total_tokens: 30, prompt_tokens: 10, completion_tokens: 20 } },
    ],
  ])('%s', (_, value) => {
    expect(readEnvelope(value)).toBeNull();
  });
});
