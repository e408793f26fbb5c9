import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { Binary, Bool, DateDay, Field, Float16, Int32, Int64, Int8, List, Schema, Struct, Table, TimestampMillisecond, Uint64, Utf8, vectorFromArray, type DataType } from 'apache-arrow'; // prettier-ignore
import { beforeEach, describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/model/analysis.js';
import { Carried } from '../../src/store/rows.js';
import { Store } from '../../src/store/store.js';
import { makeRealityCheckStore, NATIVE_STAGES, ROW, SOURCE } from './reality-check.js';
import { createStore, temporaryFolder } from './temporary.js';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

const listed = async (store: Store): Promise<Analysis[]> => store.guarded(async () => (await store.analysisLogs()).list());
const one = async (store: Store, id = ROW.id): Promise<Analysis> => (await listed(store)).find((analysis) => analysis.id === id)!;
const micros = (text: string): number => Date.parse(text) * 1000;

describe.each(['for reading', 'for writing'] as const)('a store of Reality Check that is opened %s', (how) => {
  const open = (): Promise<Store> => (how === 'for reading' ? Store.openForReading({ folder }) : createStore(folder));

  it('gives each column of its rows, widened', async () => {
    await makeRealityCheckStore(folder);
    const { stages, ...analysis } = await one(await open());
    expect(analysis).toMatchObject({
      source_id: 's1',
      analysis_file: 'analysis/s1.md',
      pass: 2,
      status: 'completed',
      tool: 'claude-code',
      command: 'check',
      model: 'claude-sonnet-4',
      framework_version: '0.1.0',
      methodology_version: null,
      started_at: micros(ROW.started_at),
      completed_at: micros('2026-01-23T10:08:00Z'),
      duration_seconds: 480,
      tokens_in: 2500,
      tokens_out: 1200,
      total_tokens: 3700,
      cost_pico_usd: 80_000_000_000n,
      tokens_baseline: null,
      tokens_final: null,
      tokens_check: null,
      usage_session_id: null,
      inputs_analysis_ids: null,
      claims_extracted: ['TECH-2026-001'],
      claims_updated: [],
      notes: 'Initial analysis',
      git_commit: 'abc123',
      created_at: micros(ROW.created_at),
      imported: null,
      recorded_by: 'migration',
      revision: 1,
    });
    expect(stages).toMatchObject([{ stage: 'extract', attempt: 1, at: micros('2026-01-23T10:03:00Z'), usage: null, known_total: 100 }]);
  });

  it('keeps the columns that are not ours', async () => {
    await makeRealityCheckStore(folder);
    const { unknown_columns } = await one(await open());
    expect(unknown_columns).toEqual({ mood: 'calm', score: 7, embedding: new Carried([0.5, 1, 2]) });
  });

  it('keeps what can’t be read as it was', async () => {
    await makeRealityCheckStore(folder, [{ ...ROW, started_at: 'yesterday', stages_json: '{broken' }]);
    const analysis = await one(await open());
    expect([analysis.started_at, analysis.stages, analysis.imported]).toEqual([
      null,
      [],
      { unread: { started_at: 'yesterday', stages_json: '{broken' }, kept: {} },
    ]);
  });

  it('gives a second row with one id a name of its own', async () => {
    await makeRealityCheckStore(folder, [ROW, { ...ROW, notes: 'second' }, { ...ROW, notes: 'third' }]);
    const rows = await listed(await open());
    expect(Object.fromEntries(rows.map(({ id, notes }) => [id, notes]))).toEqual({
      [ROW.id]: 'Initial analysis',
      [`${ROW.id}~2`]: 'second',
      [`${ROW.id}~3`]: 'third',
    });
  });

  it('reads stages that are a list of Arrow', async () => {
    const stages_json = [{ stage: 'a', tokens_delta: 5n }, { stage: 'b', tokens_delta: 7n }]; // prettier-ignore
    await makeRealityCheckStore(folder, [{ ...ROW, stages_json }], NATIVE_STAGES);
    const { stages, imported } = await one(await open());
    expect([stages.map(({ stage, known_total, untimed }) => [stage, known_total, untimed]), imported]).toEqual([
      [
        ['a', 5, true],
        ['b', 7, true],
      ],
      null,
    ]);
  });

  it('gives a row whose id is reserved for keys a name of its own', async () => {
    await makeRealityCheckStore(folder, [{ ...ROW, id: 'key:k' }]);
    expect((await listed(await open())).map(({ id }) => id)).toEqual(['imported-key:k']);
  });

  it('has proven rows', async () => {
    await makeRealityCheckStore(folder, [ROW, { ...ROW, id: 'ANALYSIS-2026-002' }]);
    const store = await open();
    expect(await store.guarded(async () => (await store.analysisLogs()).prove())).toBe(2);
  });

  it('gives its sources', async () => {
    const { embedding: vector, ...PLAIN_SOURCE } = SOURCE;
    const embedding = new Carried(vector);
    await makeRealityCheckStore(folder);
    const store = await open();
    const [source] = await store.guarded(async () => (await store.sources()).list());
    expect(source).toMatchObject({ ...PLAIN_SOURCE, revision: 1, unknown_columns: { embedding } });
  });
});

describe('a store of Reality Check', () => {
  it('is not changed by reading it', async () => {
    await makeRealityCheckStore(folder);
    const before = readdirSync(folder, { recursive: true }).sort();
    await listed(await Store.openForReading({ folder }));
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  it('is copied before it is changed, so that Reality Check can go on with the copy', async () => {
    await makeRealityCheckStore(folder);
    const evolution = await (await createStore(folder)).evolution();
    expect(evolution).toMatchObject({ from: 0, adopted: ['analysis_logs', 'sources'] });
    const rows = (await (await (await connect(evolution!.backup!)).openTable('analysis_logs')).query().toArray()) as { id: string }[];
    expect(rows.map(({ id }) => id)).toEqual([ROW.id]);
  });

  it('is not hidden from git, and its other tables stay', async () => {
    await makeRealityCheckStore(folder);
    await createStore(folder);
    expect([existsSync(join(folder, '.gitignore')), existsSync(join(folder, 'claims.lance'))]).toEqual([false, true]);
  });

  it('takes revisions that carry what is not ours, also where it is null', async () => {
    const bare = { ...ROW, id: 'ANALYSIS-2026-002', mood: null, score: null, embedding: null };
    await makeRealityCheckStore(folder, [ROW, bare]);
    const store = await createStore(folder);
    const logs = await store.analysisLogs();
    for (const id of [ROW.id, bare.id]) {
      const first = await one(store, id);
      await logs.insert({ ...first, revision: 2, recorded_at: first.recorded_at + 1, notes: 'changed', prev_sha256: first.row_sha256 });
    }
    expect(await one(store)).toMatchObject({ notes: 'changed', unknown_columns: { score: 7, embedding: new Carried([0.5, 1, 2]) } });
    expect(await one(store, bare.id)).toMatchObject({ notes: 'changed', unknown_columns: { mood: null, score: null, embedding: null } });
    expect(await logs.prove()).toBe(4);
  });

  it('is adopted once by several who open it at the same time', async () => {
    await makeRealityCheckStore(folder);
    const stores = await Promise.all([createStore(folder), createStore(folder), createStore(folder)]);
    expect((await Promise.all(stores.map((store) => store.evolution()))).filter((done) => done !== null)).toHaveLength(1);
    expect(await listed(stores[2])).toHaveLength(1);
  });

  it('whose adoption was killed before it was noted is read, and finished by the next writer', async () => {
    await makeRealityCheckStore(folder);
    await createStore(folder);
    for (const name of ['migrations', 'usage', 'log_files']) rmSync(join(folder, `${name}.lance`), { recursive: true });
    expect(await listed(await Store.openForReading({ folder }))).toHaveLength(1);
    const store = await createStore(folder);
    expect([await listed(store), store.created, existsSync(join(folder, '.gitignore'))]).toMatchObject([[{ id: ROW.id }], false, false]);
  });

  it('with no analyses is a store without analyses', async () => {
    await makeRealityCheckStore(folder, []);
    expect(await listed(await createStore(folder))).toEqual([]);
  });
});

describe('columns of a type that no table of ours has', () => {
  const list = (type: DataType): DataType => new List(new Field('item', type, true));

  const CASES: readonly (readonly [what: string, type: DataType, values: readonly unknown[], kept: readonly unknown[]])[] = [
    ['half floats', new Float16(), [0.5, null], ['0.5', null]],
    ['truth values', new Bool(), [true, null], ['true', null]],
    ['unsigned numbers', new Uint64(), [2n ** 63n + 5n, 1n], ['9223372036854775813', '1']],
    ['numbers below zero', new Int64(), [-5n, null], [-5, null]],
    ['numbers beyond 2^53', new Int64(), [2n ** 53n + 1n, null], [2n ** 53n + 1n, null]],
    ['small numbers', new Int8(), [-3, null], [-3, null]],
    ['structures', new Struct([new Field('a', new Int32(), true)]), [{ a: 1 }, null], ['{"a":1}', null]],
    ['lists of numbers', list(new Int32()), [[1, 2], null], ['[1,2]', null]],
    ['lists with nulls in them', list(new Utf8()), [['a', null], null], ['["a",null]', null]],
    ['bytes', new Binary(), [new Uint8Array([1, 2]), null], ['AQI=', null]],
    ['days', new DateDay(), [new Date('2026-01-01'), null], ['2026-01-01', null]],
    ['times without a zone', new TimestampMillisecond(), [Date.UTC(2026, 0, 2), null], ['2026-01-02T00:00:00.000', null]],
  ];

  it.each(CASES)('are kept through adoption and a revision: %s', async (_, type, values, kept) => {
    const ids = ['A1', 'A2'];
    const schema = new Schema([new Field('id', new Utf8(), true), new Field('extra', type, true)]);
    const columns = { id: vectorFromArray(ids, new Utf8()), extra: vectorFromArray(values as never[], type) };
    await (await connect(folder)).createTable('analysis_logs', new Table(schema, columns) as never);
    const store = await createStore(folder);
    const logs = await store.analysisLogs();
    for (const id of ids) {
      const first = await one(store, id);
      await logs.insert({ ...first, revision: 2, recorded_at: first.recorded_at + 1, prev_sha256: first.row_sha256 });
    }
    const extras = [await one(store, 'A1'), await one(store, 'A2')].map(({ unknown_columns }) => unknown_columns['extra']);
    expect([extras, await logs.prove()]).toEqual([kept, 4]);
  });
});
