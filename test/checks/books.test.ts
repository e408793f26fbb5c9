// Each check of the books, on books that are right and on books in which one thing is wrong.
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/checks/books/check.js';
import { BOOK_CHECKS, validate } from '../../src/checks/books/index.js';
import { usageOfRecord } from '../../src/lifecycle/usage.js';
import type { Analysis, Stage } from '../../src/model/analysis.js';
import type { SessionPart, Snapshot } from '../../src/model/cut.js';
import type { Instant } from '../../src/model/time.js';
import { counts } from '../ingest/copies.js';
import { partOf, snapshotOf } from '../lifecycle/made.js';
import { analysisNamed, NOON } from '../store/temporary.js';

const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;

const [A, B, C] = ['ANALYSIS-2026-001', 'ANALYSIS-2026-002', 'ANALYSIS-2026-003'] as const;

/** A snapshot with so much output. */
const at = (output: number, instant: Instant): Snapshot => {
  const snapshot = snapshotOf(usageOfRecord('opus', false, counts(output)));
  return { ...snapshot, cut: { ...snapshot.cut, at: instant, records: output } };
};

const part = (from: Instant, to: Instant, over: Partial<SessionPart> = {}): SessionPart => {
  const [baseline, final] = [at(5, from), at(15, to)];
  return partOf(baseline, { ...final, usage: { ...final.usage, records: 2 } }, over);
};

const stage = (output: number, minutes: number, over: Partial<Stage> = {}): Stage => ({
  stage: 'read',
  attempt: 1,
  status: 'done',
  at: NOON + minutes * MINUTE,
  usage: usageOfRecord('opus', false, counts(output)),
  session_id: 'u1',
  notes: null,
  cuts: [],
  ...over,
});

/** A completed analysis of ten minutes and ten tokens of output, in which all is right. */
const whole = (over: Partial<Analysis> = {}): Analysis =>
  analysisNamed(A, {
    status: 'completed',
    completed_at: NOON + 10 * MINUTE,
    duration_seconds: 600,
    counts: counts(10),
    tokens_in: 0,
    tokens_out: 10,
    total_tokens: 10,
    tokens_baseline: 5,
    tokens_final: 15,
    tokens_check: 10,
    usage_mode: 'per_message_sum',
    capture_status: 'captured',
    sessions: [part(NOON, NOON + 10 * MINUTE)],
    stages: [stage(4, 2), stage(3, 5, { stage: 'write' })],
    ...over,
  });

const ledger = (analyses: readonly Analysis[], over: Partial<Ledger> = {}): Ledger => ({
  analyses,
  sources: new Set(['s1']),
  writtenAt: () => null,
  isGone: () => false,
  stageNames: null,
  project: '~/p',
  now: NOON + DAY,
  ...over,
});

/** What is found, as check, level, code and analysis. */
const found = (analyses: readonly Analysis[], over: Partial<Ledger> = {}): string[] =>
  validate(ledger(analyses, over)).map(({ check, level, code, id }) => `${check}: ${level} ${code} ${id}`);

describe('books in which all is right', () => {
  it.each<[string, readonly Analysis[]]>([
    ['nothing in them', []],
    ['a completed analysis', [whole()]],
    ['one that goes on', [analysisNamed(A, { started_at: NOON + 23 * 60 * MINUTE, created_at: NOON })]],
    ['one without tokens', [analysisNamed(A, { status: 'completed', completed_at: NOON + MINUTE, duration_seconds: 60 })]],
    ['one that was entered with totals alone', [whole({ counts: { ...analysisNamed(A).counts, output: 6 }, tokens_in: null, tokens_out: 6, total_tokens: 11, tokens_check: 11, tokens_baseline: null, tokens_final: null, sessions: [], stages: [], usage_mode: 'manual', capture_status: 'manual' })]], // prettier-ignore
    ['one after the other in one session', [whole(), whole({ id: B, started_at: NOON + 10 * MINUTE, completed_at: NOON + 20 * MINUTE, sessions: [part(NOON + 10 * MINUTE, NOON + 20 * MINUTE)], stages: [] })]], // prettier-ignore
    ['a synthesis of two, of no source', [whole(), whole({ id: B, sessions: [] }), whole({ id: C, kind: 'synthesis', source_id: 'report', sessions: [], inputs_analysis_ids: [A, B], inputs_source_ids: ['s1'] })]], // prettier-ignore
    ['one that was forgotten, and what draws on it', [whole({ tokens_check: 9, source_id: 's2', forgotten_at: NOON }), whole({ id: B, kind: 'synthesis', sessions: [], inputs_analysis_ids: [A] })]], // prettier-ignore
    ['stages whose times nobody told', [whole({ stages: [stage(4, 10, { untimed: true }), stage(3, 5)] })]],
    ['stages of which only totals are known', [whole({ stages: [stage(0, 2, { usage: null, known_total: 10 })] })]],
    ['an imported one of which all was read, and something is kept', [whole({ imported: { unread: {}, kept: { mood: 'calm' } } })]],
    ['a failed one of an unknown source', [whole({ status: 'failed', source_id: 'x' })]],
  ])('hold %s', (_, analyses) => {
    expect(found(analyses)).toEqual([]);
  });
});

describe('books in which something is wrong', () => {
  it.each<[string, string, readonly Analysis[]]>([
    ['a difference that is none', `delta: error DELTA_MISMATCH ${A}`, [whole({ tokens_final: 16 })]],
    ['a difference that is not there', `delta: error DELTA_MISMATCH ${A}`, [whole({ tokens_check: null })]],
    [
      'a total that its classes do not make',
      `class-sum: error CLASS_SUM ${A}`,
      [whole({ counts: { ...counts(10), cache_read: 1 }, tokens_in: 1 })],
    ],
    ['stages that spent more than the whole', `stage-sum: error STAGE_SUM ${A}`, [whole({ stages: [stage(8, 2), stage(3, 5)] })]],
    [
      'a class below zero',
      `counters: error NEGATIVE_COUNT ${A}`,
      [whole({ counts: { ...counts(10), input: -1, cache_read: 1 }, stages: [] })],
    ],
    ['a stage below zero', `counters: error NEGATIVE_COUNT ${A}`, [whole({ stages: [stage(-1, 2)] })]],
    ['a total of a stage below zero', `counters: error NEGATIVE_COUNT ${A}`, [whole({ stages: [stage(0, 2, { usage: null, known_total: -1 })] })]], // prettier-ignore
    ['stages that had more in all than the whole', `stage-sum: error STAGE_SUM ${A}`, [whole({ stages: [stage(0, 2, { usage: null, known_total: 99_999 })] })]], // prettier-ignore
    ['a pass below zero', `counters: error NEGATIVE_COUNT ${A}`, [whole({ pass: -1 })]],
    ['a duration below zero', `counters: error NEGATIVE_COUNT ${A}`, [whole({ started_at: null, duration_seconds: -1 })]],
    ['a baseline below zero', `counters: error NEGATIVE_COUNT ${A}`, [whole({ tokens_baseline: -5, tokens_final: 5 })]],
    ['a field that could not be read', `imported: warning UNREAD_FIELDS ${A}`, [whole({ imported: { unread: { pass: 'x' }, kept: {} } })]],
    ['a counter that fell', `counters: error FALLING_COUNTER ${A}`, [whole({ sessions: [partOf(at(20, NOON), at(15, NOON + MINUTE))] })]],
    [
      'an end before its beginning',
      `times: error TIME_ORDER ${A}`,
      [whole({ completed_at: NOON - MINUTE, duration_seconds: null, stages: [] })],
    ],
    ['a duration that its times do not make', `times: error TIME_ORDER ${A}`, [whole({ duration_seconds: 700 })]],
    ['a stage before the one before', `times: error TIME_ORDER ${A}`, [whole({ stages: [stage(1, 5), stage(1, 2)] })]],
    ['a stage after the end', `times: error TIME_ORDER ${A}`, [whole({ stages: [stage(1, 11)] })]],
    ['a time of the future', `times: error TIME_ORDER ${A}`, [whole({ recorded_at: NOON + 2 * DAY })]],
    ['a state that is none', `values: error UNKNOWN_VALUE ${A}`, [whole({ status: 'done' as Analysis['status'] })]],
    ['a tool that is none', `values: error UNKNOWN_VALUE ${A}`, [whole({ tool: 'claude' as Analysis['tool'] })]],
    [
      'a stage of a state that is none',
      `values: error UNKNOWN_VALUE ${A}`,
      [whole({ stages: [stage(1, 1, { status: 'ok' as Stage['status'] })] })],
    ],
    ['a source that is not there', `sources: warning SOURCE_MISSING ${A}`, [whole({ source_id: 's2' })]],
    ['an input that is not there', `inputs: error INPUT_MISSING ${A}`, [whole({ inputs_analysis_ids: [B] })]],
    ['a source of a synthesis that is not there', `inputs: error INPUT_MISSING ${A}`, [whole({ inputs_source_ids: ['s2'] })]],
    ['an analysis that draws on itself', `inputs: error LINEAGE_CYCLE ${A}`, [whole({ inputs_analysis_ids: [A] })]],
    ['a second one of an id', `duplicates: warning DUPLICATE_ID ${A}~2`, [whole({ id: `${A}~2`, sessions: [] })]],
    ['a cost of unknown origin', `cost: error COST_PROVENANCE ${A}`, [whole({ cost_pico_usd: 5n })]],
    ['an estimate without a cost', `cost: error COST_PROVENANCE ${A}`, [whole({ cost_provenance: 'estimated' })]],
    ['one that was forgotten', `stale: warning STALE_STARTED ${A}`, [analysisNamed(A, { started_at: NOON - MINUTE })]],
  ])('have %s', (_, finding, analyses) => {
    expect(found(analyses)).toEqual([finding]);
  });

  it('have two that went on at the same time in one session, told of the later one', () => {
    const later = whole({ id: B, started_at: NOON + MINUTE, sessions: [part(NOON + MINUTE, NOON + 10 * MINUTE)], duration_seconds: 540 });
    expect(found([later, whole()])).toEqual([`overlaps: warning OVERLAP ${B}`]);
  });

  it('have a circle of three, told once', () => {
    const ring = ([[A, B], [B, C], [C, A]] as const).map(([id, input]) => whole({ id, sessions: [], inputs_analysis_ids: [input] })); // prettier-ignore
    expect(found(ring)).toEqual([`inputs: error LINEAGE_CYCLE ${A}`]);
  });

  it('tell what to do', () => {
    const fixes = validate(ledger([whole({ tokens_final: 16, source_id: 's2' })])).map(({ message, fix }) => [message, fix]);
    expect(fixes).toEqual([
      [`${A} spent 10 tokens, but its counters went from 5 to 16.`, `See how it came to be: tokentrail analysis show ${A} --history`],
      [`${A} is about "s2", which is no source of this store.`, 'Enter it: tokentrail source add --id s2'],
    ]);
  });
});

describe('an analysis that was started long ago', () => {
  it('is not forgotten while its session is written to', () => {
    const open = analysisNamed(A, { started_at: NOON - MINUTE, sessions: [partOf(at(5, NOON), null)] });
    expect(found([open], { writtenAt: () => NOON + DAY - MINUTE })).toEqual([]);
  });
});

it('every check of the books has a name of its own', () => {
  expect(new Set(BOOK_CHECKS.map(({ name }) => name)).size).toBe(BOOK_CHECKS.length);
});
