// Folders that are gone after the test, stores in them, and rows to put there.
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { UNKNOWN } from '../../src/model/tokens.js';
import type { Analysis } from '../../src/model/analysis.js';
import type { Instant } from '../../src/model/time.js';
import { Store } from '../../src/store/store.js';

const open: string[] = [];

afterEach(() => {
  for (const folder of open.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder; what is in it is removed after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tokentrail-')));
  open.push(folder);
  return folder;
}

/** 2026-05-04T10:00:00Z. */
export const NOON: Instant = Date.UTC(2026, 4, 4, 10) * 1000;

let pristine: Promise<string> | undefined;

/** A store that holds nothing yet, made once: making one takes six times as long as copying it. */
async function makePristine(): Promise<string> {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'tokentrail-'))), 'store');
  process.once('exit', () => rmSync(dirname(folder), { recursive: true, force: true }));
  await createStore(folder);
  return folder;
}

/** Opens a store for writing; a new one is a copy of one that holds nothing. */
export async function openStore(folder: string, now: () => Instant = () => NOON): Promise<Store> {
  if (!existsSync(folder)) cpSync(await (pristine ??= makePristine()), folder, { recursive: true });
  return createStore(folder, now);
}

/** Opens a store for writing, as a program does that makes what is missing. */
export async function createStore(folder: string, now: () => Instant = () => NOON): Promise<Store> {
  const store = await Store.openForWriting({ folder, now, program: '0.0.0-test' });
  // What was found out of its schema is told by the first use.
  await store.guarded(() => Promise.resolve());
  return store;
}

/** An analysis in which nothing is known but that it is there. */
export const analysisNamed = (id: string, over: Partial<Analysis> = {}): Analysis => ({
  id,
  revision: 1,
  recorded_at: NOON,
  recorded_by: 'analysis start',
  reason: null,
  prev_sha256: null,
  row_sha256: null,
  kind: 'analysis',
  source_id: 's1',
  analysis_file: null,
  pass: 1,
  status: 'started',
  tool: 'claude-code',
  command: null,
  model: null,
  framework_version: null,
  methodology_version: null,
  started_at: NOON,
  completed_at: null,
  duration_seconds: null,
  tokens_in: null,
  tokens_out: null,
  total_tokens: null,
  cost_pico_usd: null,
  cost_provenance: null,
  costs: null,
  tokens_baseline: null,
  tokens_final: null,
  tokens_check: null,
  usage_provider: null,
  usage_mode: null,
  usage_session_id: null,
  counts: UNKNOWN,
  usage: null,
  sessions: [],
  stages: [],
  inputs_source_ids: null,
  inputs_analysis_ids: null,
  claims_extracted: null,
  claims_updated: null,
  notes: null,
  git_commit: null,
  git_branch: null,
  created_at: NOON,
  task: null,
  tags: null,
  project: '~/work/paper',
  idempotency_key: null,
  capture_status: 'captured',
  capture_reason: null,
  forgotten_at: null,
  imported: null,
  unknown_columns: {},
  ...over,
});
