// What an OpenCode message cost by OpenCode's own figure.
import { describe, expect, it } from 'vitest';
import { opencodeDocument } from '../../../src/capture/opencode/parse.js';
import type { RecordCopy } from '../../../src/model/record.js';
import { collector, temporaryFolder } from '../fixture.js';

function recordsOf(cost: unknown): readonly RecordCopy[] {
  const sink = collector();
  const log = { agent: 'opencode', root: temporaryFolder(), name: 'storage/message/ses_1/msg_1.json', kind: 'document' } as const;
  const message = {
    id: 'msg_1',
    sessionID: 'ses_1',
    role: 'assistant',
    modelID: 'claude-sonnet-4-5',
    time: { created: 1_770_000_000_000, completed: 1_770_000_001_000 },
    tokens: { input: 10, output: 20, reasoning: 0, cache: { read: 0, write: 0 } },
    cost,
  };
  opencodeDocument(log, message, sink);
  return sink.records;
}

describe('the cost of an OpenCode message', () => {
  it.each([
    [0.0456, '0.0456'],
    [2.5e-8, '2.5e-8'],
    [3, '3'],
  ])('is its own figure: %s', (cost, reported) => {
    expect(recordsOf(cost).map((record) => [record.reported, record.counts.output])).toEqual([[reported, 20]]);
  });

  it.each([0, undefined, null, -0.1, '0.5', {}, true])('is not told by %s, and its tokens are', (cost) => {
    expect(recordsOf(cost).map((record) => [record.reported, record.counts.output])).toEqual([[null, 20]]);
  });
});
