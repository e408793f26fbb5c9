// Works out every cut of an analysis again, by one rule for all of them: what a session had spent at its baseline, at each stage and
// at the end. What was spent between two cuts is the difference, so a stage and the whole always agree.
import { countedIn, placeOf, recordsBefore, type Counted, type Evidence, type Place, type View } from '../ingest/evidence.js';
import type { Copy } from '../ingest/groups.js';
import type { Analysis, Stage } from '../model/analysis.js';
import type { OpenRecord, SessionPart, Snapshot, Usage } from '../model/cut.js';
import { isUnknown, total } from '../model/tokens.js';
import { INPUT_UNKNOWN } from './totals.js';
import { subtractUsage, sumUsage } from './usage.js';

/** An analysis as its evidence tells it. */
export interface Recounted {
  readonly sessions: readonly SessionPart[];
  readonly stages: readonly Stage[];
}

/** Where a stage ended in a session; null if the session was not part of the analysis then. */
function stagePlace({ cuts }: Stage, { session_id, until }: SessionPart): Place | null {
  const cut = cuts.find((one) => one.session_id === session_id);
  if (cut === undefined) return null;
  return { at: cut.at, positions: new Map(Object.entries(cut.positions)), open: cut.open, byTime: until !== undefined };
}

/** A log that tells answers and no counts tells nothing here, too. */
const isSilent = (before: Snapshot, usage: Usage): boolean => isUnknown(before.usage.counts) && usage.records === 0;

/** How a session is counted. */
interface Counting {
  readonly view: View;
  /** Null: those that each cut tells. */
  readonly open: readonly OpenRecord[] | null;
}

/** What is open by now is counted as it is by now. */
const SETTLING: Counting = { view: 'settled', open: [] };

/** As it was last. What was open when all cuts were settled, the last one tells for all of them. */
export const asBefore = ({ settled_at, final }: SessionPart): Counting =>
  settled_at === undefined ? { view: 'then', open: null } : { view: 'settled', open: final?.cut.open ?? [] };

function snapshotAs(before: Snapshot, { usage, partial, open }: Counted, view: View): Snapshot {
  if (isSilent(before, usage)) return before;
  return {
    ...before,
    usage,
    flags: view === 'settled' && total(usage.counts) !== null ? before.flags.filter((flag) => !INPUT_UNKNOWN.includes(flag)) : before.flags,
    partial_records: partial,
    cut: { ...before.cut, records: usage.records, open: view === 'settled' ? open : before.cut.open },
  };
}

/** A session with what it had spent at each stage. */
interface PartAs {
  readonly part: SessionPart;
  readonly atStages: readonly Usage[];
}

/** Without what belongs to another analysis. */
function ownEvidence(all: Evidence, { excluded }: SessionPart): Evidence {
  if (excluded === undefined) return all;
  const without = new Set(excluded);
  return { ...all, records: all.records.filter(({ copy }) => !without.has(copy.key)) };
}

/** The records that lay before each cut of a session's part, as they were counted there. */
export interface CutRecords {
  readonly baseline: readonly Copy[];
  /** Null for a stage that ended before the session was part of the analysis. */
  readonly atStages: readonly (readonly Copy[] | null)[];
  readonly final: readonly Copy[] | null;
}

/** Each cut in its order, since what lay before one lies before those that follow. */
export function recordsAtCuts(part: SessionPart, stages: readonly Stage[], all: Evidence, { view, open }: Counting): CutRecords {
  const evidence = ownEvidence(all, part);
  const passed: Place[] = [];
  const upTo = (place: Place): readonly Copy[] => {
    const records = recordsBefore(evidence, { ...place, open: open ?? place.open }, view, passed);
    passed.push(place);
    return records;
  };
  const baseline = upTo(placeOf(part.baseline));
  const atStages = stages.map((stage) => {
    const place = stagePlace(stage, part);
    return place === null ? null : upTo(place);
  });
  return { baseline, atStages, final: part.final === null ? null : upTo(placeOf(part.final)) };
}

function partAs(part: SessionPart, stages: readonly Stage[], evidence: Evidence, counting: Counting): PartAs {
  const records = recordsAtCuts(part, stages, evidence, counting);
  const snapshot = (before: Snapshot, of: readonly Copy[]): Snapshot => snapshotAs(before, countedIn(of, evidence), counting.view);
  const baseline = snapshot(part.baseline, records.baseline);
  const atStages: Usage[] = [];
  for (const of of records.atStages) {
    atStages.push(of === null ? (atStages.at(-1) ?? baseline.usage) : countedIn(of, evidence).usage);
  }
  const final = part.final === null || records.final === null ? null : snapshot(part.final, records.final);
  return { part: { ...part, baseline, final }, atStages };
}

/**
 * @param evidences of each session, in their order; null leaves a session, and then all stages, as they are.
 * @param how `settling`: with what came since and was told before its cuts; `as before`: each session as it was counted last.
 */
export function recount(
  { sessions, stages }: Pick<Analysis, 'sessions' | 'stages'>,
  evidences: readonly (Evidence | null)[],
  how: 'settling' | 'as before',
): Recounted {
  const parts = sessions.map((part, i) => {
    const evidence = evidences[i] ?? null;
    return evidence === null ? null : partAs(part, stages, evidence, how === 'settling' ? SETTLING : asBefore(part));
  });
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return { sessions: sessions.map((part, i) => parts[i]?.part ?? part), stages };
  let before = known.map(({ part }) => part.baseline.usage);
  const recounted = stages.map((stage, k): Stage => {
    // What was spent in it is the next one's.
    if (stage.usage === null) return stage;
    const now = known.map(({ atStages }) => atStages[k]!);
    const spent = now.map((usage, i) => subtractUsage(usage, before[i]!));
    before = now;
    return { ...stage, usage: sumUsage(spent) };
  });
  return { sessions: known.map(({ part }) => part), stages: recounted };
}
