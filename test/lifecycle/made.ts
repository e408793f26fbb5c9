// Usages, snapshots and session parts made by hand or by chance, for rules that are pure.
import fc from 'fast-check';
import { sumUsage, usageOfRecord } from '../../src/lifecycle/usage.js';
import type { SessionPart, Snapshot, Usage } from '../../src/model/cut.js';
import type { Counts } from '../../src/model/tokens.js';
import { NOON } from '../store/temporary.js';

const count = fc.integer({ min: 0, max: 2 ** 30 });

/** Counts of an agent that tells reasoning, or of one that never does. */
export const countsOf = (tellsReasoning: boolean): fc.Arbitrary<Counts> =>
  fc
    .record({ input: count, cache_read: count, cache_write_5m: count, cache_write_1h: count, output: count })
    .map((classes) => ({ ...classes, reasoning: tellsReasoning ? Math.floor(classes.output / 2) : null }));

/** The usage of some records of one agent; by model and of sub-agents too. */
export const usageBy = (tellsReasoning: boolean, minRecords = 1): fc.Arbitrary<Usage> =>
  fc
    .array(fc.tuple(fc.constantFrom('opus', 'sonnet', 'haiku'), fc.boolean(), countsOf(tellsReasoning)), {
      minLength: minRecords,
      maxLength: 6,
    })
    .map((records) => sumUsage(records.map(([model, subagent, own]) => usageOfRecord(model, subagent, own))));

/** Two usages of one agent. */
export const usagePair: fc.Arbitrary<[Usage, Usage]> = fc.boolean().chain((tells) => fc.tuple(usageBy(tells), usageBy(tells)));

export const snapshotOf = (usage: Usage, over: Partial<Snapshot> = {}): Snapshot => ({
  cut: { at: NOON, logs: [], open: [], records: usage.records, digest: '', reader: 'claude@1' },
  usage,
  flags: [],
  partial_records: 0,
  skipped: [],
  ...over,
});

export const partOf = (baseline: Snapshot, final: Snapshot | null, over: Partial<SessionPart> = {}): SessionPart => ({
  agent: 'claude',
  session_id: 'u1',
  path: null,
  found_by: 'flag',
  baseline,
  baseline_reason: null,
  final,
  ...over,
});
