// A store as Reality Check makes it: its columns in int32 and float32, an embedding, a column of a user's own, and those columns that
// its migration adds without a type.
import type { DataType } from 'apache-arrow';
import { Field, FixedSizeList, Float32, Int32, Int64, List, Null, Schema, Struct, Utf8 } from 'apache-arrow';
import { connect, makeArrowTable } from '@lancedb/lancedb';

const field = (name: string, type: DataType): Field => new Field(name, type, true);
const listOf = (type: DataType): DataType => new List(new Field('item', type, true));
const vector = (): DataType => new FixedSizeList(3, new Field('item', new Float32(), true));

const TYPES: Readonly<Record<string, DataType>> = {
  pass: new Int32(),
  duration_seconds: new Int32(),
  tokens_in: new Int32(),
  tokens_out: new Int32(),
  total_tokens: new Int32(),
  cost_usd: new Float32(),
  tokens_baseline: new Null(),
  tokens_final: new Null(),
  tokens_check: new Null(),
  usage_provider: new Null(),
  usage_mode: new Null(),
  usage_session_id: new Null(),
  inputs_source_ids: listOf(new Null()),
  inputs_analysis_ids: listOf(new Null()),
  claims_extracted: listOf(new Utf8()),
  claims_updated: listOf(new Utf8()),
  mood: new Utf8(),
  score: new Int32(),
  embedding: vector(),
};

export const ROW = {
  id: 'ANALYSIS-2026-001',
  source_id: 's1',
  analysis_file: 'analysis/s1.md',
  pass: 2,
  status: 'completed',
  tool: 'claude-code',
  command: 'check',
  model: 'claude-sonnet-4',
  framework_version: '0.1.0',
  methodology_version: null,
  started_at: '2026-01-23T10:00:00Z',
  completed_at: '2026-01-23T10:08:00',
  duration_seconds: 480,
  tokens_in: 2500,
  tokens_out: 1200,
  total_tokens: 3700,
  cost_usd: 0.08,
  tokens_baseline: null,
  tokens_final: null,
  tokens_check: null,
  usage_provider: null,
  usage_mode: null,
  usage_session_id: null,
  inputs_source_ids: null,
  inputs_analysis_ids: null,
  stages_json: JSON.stringify([{ stage: 'extract', timestamp: '2026-01-23T10:03:00Z', tokens_cumulative: 100, tokens_delta: 100 }]),
  claims_extracted: ['TECH-2026-001'],
  claims_updated: [] as string[],
  notes: 'Initial analysis',
  git_commit: 'abc123',
  created_at: '2026-01-23T10:09:00Z',
  mood: 'calm',
  score: 7,
  embedding: [0.5, 1, 2] as number[] | null,
};

export const SOURCE = {
  id: 's1',
  type: 'PAPER',
  title: 'A paper',
  author: ['A', 'B'],
  year: 2020,
  url: null,
  reliability: 0.9,
  embedding: [1, 2, 3],
};

const SOURCE_TYPES: Readonly<Record<string, DataType>> = {
  author: listOf(new Utf8()),
  year: new Int32(),
  reliability: new Float32(),
  embedding: vector(),
};

const schemaOf = (row: object, types: Readonly<Record<string, DataType>>): Schema =>
  new Schema(Object.keys(row).map((name) => field(name, types[name] ?? new Utf8())));

/** Stages as a list of Arrow, as a program may write them. */
export const NATIVE_STAGES = {
  stages_json: listOf(new Struct([field('stage', new Utf8()), field('tokens_delta', new Int64())])),
};

export async function makeRealityCheckStore(
  folder: string,
  rows: readonly Readonly<Record<string, unknown>>[] = [ROW],
  types: Readonly<Record<string, DataType>> = {},
): Promise<void> {
  const database = await connect(folder);
  const schema = schemaOf(ROW, { ...TYPES, ...types });
  if (rows.length === 0) await database.createEmptyTable('analysis_logs', schema);
  else await database.createTable('analysis_logs', makeArrowTable([...rows] as Record<string, unknown>[], { schema }));
  await database.createTable('sources', makeArrowTable([SOURCE], { schema: schemaOf(SOURCE, SOURCE_TYPES) }));
  await database.createTable('claims', [{ id: 'TECH-2026-001', text: 'a claim' }]);
}
