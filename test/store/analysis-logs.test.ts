import { beforeEach, describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/model/analysis.js';
import type { SessionPart, Snapshot, Usage } from '../../src/model/cut.js';
import type { AnalysisLogs } from '../../src/store/analysis-logs.js';
import { rowHash } from '../../src/store/seal.js';
import { analysisToRow } from '../../src/store/analysis-rows.js';
import { analysisNamed, NOON, openStore, temporaryFolder } from './temporary.js';

const ID = 'ANALYSIS-2026-001';

let logs: AnalysisLogs;

beforeEach(async () => {
  logs = await (await openStore(temporaryFolder())).analysisLogs();
});

const usage: Usage = {
  counts: { input: 1, cache_read: 2, cache_write_5m: 3, cache_write_1h: 4, output: 5, reasoning: null },
  records: 1,
  by_model: {
    'claude-sonnet-4-5': { input: 1, cache_read: 2, cache_write_5m: 3, cache_write_1h: 4, output: 5, reasoning: null, records: 1 },
  },
  subagents: null,
};
const snapshot: Snapshot = {
  cut: { at: NOON, logs: [], open: [], records: 1, digest: 'd', reader: 'claude@1' },
  usage,
  flags: ['output_unreliable'],
  partial_records: 1,
  skipped: [{ reason: 'invalid_json', count: 2 }],
};
const part: SessionPart = {
  agent: 'claude',
  session_id: 'u1',
  path: '~/x.jsonl',
  found_by: 'flag',
  baseline: snapshot,
  baseline_reason: null,
  final: snapshot,
};

/** An analysis with something in every column. */
const FULL: Analysis = analysisNamed(ID, {
  revision: 3,
  reason: 'forgot',
  prev_sha256: 'v1:00',
  analysis_file: '~/a.md',
  pass: 2,
  status: 'completed',
  command: '/analyse "x"',
  model: 'claude-sonnet-4-5',
  framework_version: '1',
  methodology_version: '2',
  completed_at: NOON + 1,
  duration_seconds: 0,
  tokens_in: 10,
  tokens_out: 5,
  total_tokens: 15,
  cost_pico_usd: 12_345_678_901_234_567n,
  cost_provenance: 'estimated',
  tokens_baseline: 0,
  tokens_final: 15,
  tokens_check: 15,
  usage_provider: 'claude',
  usage_mode: 'per_message_sum',
  usage_session_id: 'u1',
  counts: usage.counts,
  usage: { ...usage, flags: ['x'], partial_records: 1 },
  sessions: [part],
  stages: [{ stage: 'read', attempt: 1, status: 'done', at: NOON, usage, session_id: 'u1', notes: null, cuts: [] }],
  inputs_source_ids: ['s2'],
  inputs_analysis_ids: ['ANALYSIS-2026-002'],
  claims_extracted: [],
  claims_updated: ['c1'],
  notes: 'line one\nline two 👩🏽‍💻',
  git_commit: 'abc',
  git_branch: 'main',
  task: 'T-1',
  tags: ['a=b'],
  idempotency_key: 'run-7',
  capture_status: 'partial',
  capture_reason: 'record_open',
});

describe('an analysis in the books', () => {
  it('comes back with everything that was recorded', async () => {
    for (const revision of [1, 2]) await logs.insert(analysisNamed(ID, { revision }));
    await logs.insert(FULL);
    expect(await logs.last(ID)).toEqual({ ...FULL, row_sha256: rowHash(analysisToRow(FULL)) });
  });

  it('comes back with nothing where nothing was known', async () => {
    const bare = analysisNamed(ID);
    await logs.insert(bare);
    expect(await logs.last(ID)).toEqual({ ...bare, row_sha256: rowHash(analysisToRow(bare)) });
  });

  it('keeps its cost in dollars beside the true one', () => {
    expect(analysisToRow(FULL)['cost_usd']).toBeCloseTo(12_345.678_901_234_567, 6);
  });

  it('is in the state of its last revision', async () => {
    for (const revision of [1, 3, 2]) await logs.insert(analysisNamed(ID, { revision, notes: `r${revision}` }));
    expect(await logs.last(ID)).toMatchObject({ revision: 3, notes: 'r3' });
  });

  it('is in the state of its last revision past the ninth', async () => {
    for (let revision = 1; revision <= 10; revision++) await logs.insert(analysisNamed(ID, { revision }));
    expect(await logs.last(ID)).toMatchObject({ revision: 10 });
  });

  it('is null where there is none', async () => {
    expect(await logs.last(ID)).toBeNull();
  });

  it('is in the state that was recorded by a time', async () => {
    for (const revision of [1, 2, 3]) await logs.insert(analysisNamed(ID, { revision, recorded_at: revision * 10 }));
    const states = await Promise.all([9, 10, 29, 30].map(async (at) => (await logs.last(ID, at))?.revision ?? null));
    expect(states).toEqual([null, 1, 2, 3]);
  });

  it('takes a revision once, and keeps the first', async () => {
    await logs.insert(analysisNamed(ID, { notes: 'first' }));
    expect(await logs.insert(analysisNamed(ID, { notes: 'second' }))).toBe(false);
    expect(await logs.last(ID)).toMatchObject({ notes: 'first' });
  });

  it('is not mixed up with one whose id begins like its own', async () => {
    await logs.insert(analysisNamed(`${ID}0`));
    expect(await logs.last(ID)).toBeNull();
  });
});

describe('a list of the books', () => {
  it('has each analysis once, in its last state', async () => {
    await logs.insert(analysisNamed(ID));
    await logs.insert(analysisNamed(ID, { revision: 2, status: 'completed' }));
    await logs.insert(analysisNamed('ANALYSIS-2026-002'));
    expect((await logs.list()).map(({ id, status }) => `${id} ${status}`).sort()).toEqual([`${ID} completed`, 'ANALYSIS-2026-002 started']);
  });

  it('has no line for the row of a key', async () => {
    await logs.insertKey('run-7', ID, NOON, 'analysis start');
    expect(await logs.list()).toEqual([]);
  });

  it('is empty in an empty store', async () => {
    expect(await logs.list()).toEqual([]);
  });

  it('of a session has its analyses in their last state only', async () => {
    await logs.insert(analysisNamed(ID, { usage_session_id: 'u1' }));
    await logs.insert(analysisNamed('ANALYSIS-2026-002', { usage_session_id: 'u2' }));
    expect((await logs.withSessions(['u1'])).map(({ id }) => id)).toEqual([ID]);
  });

  it('of a session leaves out an analysis that has come to another one', async () => {
    await logs.insert(analysisNamed(ID, { usage_session_id: 'u1' }));
    await logs.insert(analysisNamed(ID, { revision: 2, usage_session_id: 'u2' }));
    expect(await logs.withSessions(['u1'])).toEqual([]);
  });
});

describe('numbers that are taken', () => {
  it('are none in an empty store', async () => {
    expect(await logs.highestNumber(2026)).toBe(0);
  });

  it('are compared as numbers past 999', async () => {
    for (const number of ['999', '1000', '998']) await logs.insert(analysisNamed(`ANALYSIS-2026-${number}`));
    expect(await logs.highestNumber(2026)).toBe(1000);
  });

  it('are those of the year', async () => {
    await logs.insert(analysisNamed('ANALYSIS-2025-044'));
    expect([await logs.highestNumber(2025), await logs.highestNumber(2026)]).toEqual([44, 0]);
  });

  it('count what a key has taken, although its analysis is not written yet', async () => {
    await logs.insertKey('run-7', 'ANALYSIS-2026-009', NOON, 'analysis start');
    expect(await logs.highestNumber(2026)).toBe(9);
  });

  it('do not count what a synthesis drew on', async () => {
    await logs.insert(analysisNamed(ID, { inputs_analysis_ids: ['ANALYSIS-2026-900'] }));
    expect(await logs.highestNumber(2026)).toBe(1);
  });

  it('are not taken by ids that are not ours', async () => {
    await logs.insert(analysisNamed('ANALYSIS-2026-x'));
    expect(await logs.highestNumber(2026)).toBe(0);
  });
});

describe('what is known of an id', () => {
  it('is the highest pass of its source, in any status', async () => {
    await logs.insert(analysisNamed(ID, { pass: 1, status: 'failed' }));
    await logs.insert(analysisNamed('ANALYSIS-2026-002', { pass: 4, status: 'canceled' }));
    await logs.insert(analysisNamed('ANALYSIS-2026-003', { pass: 9, source_id: 's2' }));
    expect(await logs.highestPass('s1')).toBe(4);
  });

  it('is pass 0 for a source that was never analysed', async () => {
    expect(await logs.highestPass("s' --")).toBe(0);
  });

  it('is which ids are analyses', async () => {
    await logs.insert(analysisNamed(ID));
    expect(await logs.known([ID, 'ANALYSIS-2026-002'])).toEqual(new Set([ID]));
  });
});

describe('an idempotency key', () => {
  it.each(['run-7', '', "it's", 'a@1', '👩🏽‍💻', 'ANALYSIS-2026-001'])('%j stands for the id that it was bound to', async (key) => {
    await logs.insertKey(key, ID, NOON, 'analysis start');
    expect(await logs.idOfKey(key)).toBe(ID);
  });

  it('is bound once', async () => {
    await logs.insertKey('k', ID, NOON, 'analysis start');
    expect(await logs.insertKey('k', 'ANALYSIS-2026-002', NOON, 'analysis start')).toBe(false);
    expect(await logs.idOfKey('k')).toBe(ID);
  });

  it('stands for nothing before', async () => {
    expect(await logs.idOfKey('k')).toBeNull();
  });

  it('is no analysis', async () => {
    await logs.insertKey('k', ID, NOON, 'analysis start');
    expect(await logs.last('key:k')).toBeNull();
  });
});

describe('several first revisions', () => {
  it('are inserted in one commit, but for those that are there', async () => {
    await logs.insert(analysisNamed(ID));
    const before = await logs.version();
    const inserted = await logs.insertAll([analysisNamed(ID, { notes: 'another' }), analysisNamed('b'), analysisNamed('c')]);
    expect([inserted, (await logs.version()) - before, (await logs.last(ID))?.notes]).toEqual([2, 1, null]);
    expect(await logs.prove()).toBe(3);
  });

  it('take ids that keys have not', async () => {
    await logs.insertKey('k', ID, NOON, 'test');
    await logs.insert(analysisNamed(ID));
    expect([await logs.ids(), (await logs.firsts()).map(({ id }) => id)]).toEqual([new Set(['key:k', ID]), [ID]]);
  });
});
