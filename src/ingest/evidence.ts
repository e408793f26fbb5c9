// What a session spent before any place in it, worked out again from its records: those that its logs hold, or those that the books
// kept. A record lies whole on one side of a cut (semantics 1).
import type { Stage } from '../model/analysis.js';
import { isSameLog, type LogCut, type OpenRecord, type SessionPart, type Snapshot, type Usage } from '../model/cut.js';
import type { Price } from '../model/price.js';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Instant } from '../model/time.js';
import type { Copy } from './groups.js';
import { book, UNKNOWN_MODEL, usageOf, type Tallies } from './tally.js';

/** A place in a session up to which it was counted. */
export interface Place {
  readonly at: Instant;
  /** By log: bytes, or records. Of a log that is not named nothing had been read. */
  readonly positions: ReadonlyMap<string, number>;
  /** Records that were not finished when it was counted, with what they told: they are counted so, whatever they tell by now. */
  readonly open: readonly OpenRecord[];
  /** The place was set by time: what is told before that instant lies before it. The positions tell what was known of it then. */
  readonly byTime: boolean;
}

/** Where something was told: the log as the cuts name it, the place in it, and when. */
interface Placed {
  readonly copy: Pick<Copy, 'at' | 'position'>;
  readonly log: string;
}

/** A record, with where it was told. */
export interface PlacedRecord extends Placed {
  readonly copy: Copy;
}

/** When the sums were told that have the counts of other records; by log and place. */
export type SumTimes = ReadonlyMap<string, Instant | null>;

const sumPlace = (log: string, position: number): string => `${log}\u0000${position}`;

/** Of the sums that have counts of some of these records. */
export function sumTimesOf(records: readonly PlacedRecord[]): SumTimes {
  const wanted = new Set(records.flatMap(({ copy, log }) => (copy.until === null ? [] : [sumPlace(log, copy.until)])));
  if (wanted.size === 0) return new Map();
  const places = records.map(({ copy, log }) => [sumPlace(log, copy.position), copy.at] as const);
  return new Map(places.filter(([place]) => wanted.has(place)));
}

export interface Counted {
  readonly usage: Usage;
  /** Records whose output is a lower bound. */
  readonly partial: number;
  /** Those of them that may still be written. */
  readonly open: readonly OpenRecord[];
}

/** Whether a cut has what had been read at it (`then`), or also what came into the log later and was told before it (`settled`). */
export type View = 'then' | 'settled';

/** Until when a time reaches that is written to the second, the millisecond or the microsecond. */
function reach(at: Instant): Instant {
  if (at % MICROS_PER_SECOND === 0) return at + MICROS_PER_SECOND;
  return at % MICROS_PER_MS === 0 ? at + MICROS_PER_MS : at;
}

/** Whether a record lies before a place. Settled, also one that came into the log later and was told before. */
export function isBefore({ copy, log }: Placed, { at, positions, byTime }: Place, view: View): boolean {
  const wasRead = copy.position < (positions.get(log) ?? 0);
  if (byTime) return copy.at !== null && copy.at < at && (wasRead || view === 'settled');
  if (wasRead) return true;
  return view === 'settled' && copy.at !== null && reach(copy.at) <= at;
}

/** The place of the sum that has a record's counts; null if there is none. */
function sumOf({ copy, log }: PlacedRecord, sums: SumTimes): Placed | null {
  const { until } = copy;
  return until === null ? null : { copy: { position: until, at: sums.get(sumPlace(log, until)) ?? null }, log };
}

/** The records of a session by which cuts are worked out again. */
export interface Evidence {
  /** Where they come from: the logs as they are now, or what the books kept of them. */
  readonly source: 'logs' | 'books';
  readonly reader: string;
  readonly records: readonly PlacedRecord[];
  /** Whether an agent tells reasoning: one that never does leaves it unknown. */
  readonly tellsReasoning: boolean;
  readonly isSubagent: (session: string) => boolean;
  /** The names of the cuts' logs here: a log may have been moved, or compressed. */
  readonly names: ReadonlyMap<string, string>;
  readonly sums: SumTimes;
  /** What a record cost, as it is counted at a cut; null where prices were not asked for. */
  readonly priceOf: ((copy: Copy) => Price) | null;
}

/** What the cuts of a session's part call its logs. */
export interface CutNames {
  readonly logs: readonly LogCut[];
  /** Of all cuts: a stage's name a log by its path alone. */
  readonly paths: readonly string[];
}

export const NO_NAMES: CutNames = { logs: [], paths: [] };

/** The cuts of a session's part. */
export function namesOf({ session_id, baseline, final }: SessionPart, stages: readonly Pick<Stage, 'cuts'>[]): CutNames {
  const logs = [...baseline.cut.logs, ...(final?.cut.logs ?? [])];
  const own = stages.flatMap(({ cuts }) => cuts.filter((cut) => cut.session_id === session_id));
  return { logs, paths: [...logs.map(({ path }) => path), ...own.flatMap(({ positions }) => Object.keys(positions))] };
}

/** A log's file, in whichever folder and compressed or not. */
const fileOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.zst$/, '');

/** Paths under which nothing lies → the log here that is meant: the same one named otherwise, or the only one of the same file name. */
export function movedNames(paths: readonly string[], here: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const path of new Set(paths)) {
    if (here.includes(path)) continue;
    const alike = here.filter((name) => fileOf(name) === fileOf(path));
    const name = alike.length === 1 ? alike[0] : alike.find((one) => isSameLog(one, path));
    if (name !== undefined) names.set(path, name);
  }
  return names;
}

/**
 * The records that lay before a place, as they were counted there.
 *
 * @param earlier places before it: what lay before one of them lies before this one, too, however it was set.
 */
export function recordsBefore(evidence: Evidence, place: Place, view: View, earlier: readonly Place[] = []): Copy[] {
  const then = new Map(place.open.map((record) => [record.key, record]));
  const places = [...earlier, place].map((one) => ({
    ...one,
    positions: new Map([...one.positions].map(([log, position]) => [evidence.names.get(log) ?? log, position])),
  }));
  const isIn = (placed: Placed): boolean => places.some((one) => isBefore(placed, one, view));
  const counted = evidence.records.filter((record) => {
    if (!isIn(record)) return false;
    const sum = sumOf(record, evidence.sums);
    return sum === null || !isIn(sum);
  });
  return counted.map(({ copy }) => {
    const open = then.get(copy.key);
    return open === undefined ? copy : { ...copy, counts: open.counts, model: open.model, partial: true };
  });
}

/** A record that may still be written, with what it tells so far. */
export const openRecord = ({ key, model, subagent, counts }: Copy): OpenRecord => ({
  key,
  model: model ?? UNKNOWN_MODEL,
  subagent,
  counts,
});

/** What some records add up to. */
export function countedIn(records: readonly Copy[], evidence: Pick<Evidence, 'isSubagent' | 'tellsReasoning'>): Counted {
  const partial = records.filter((copy) => copy.partial);
  return {
    usage: usageOfRecords(records, evidence),
    partial: partial.length,
    open: partial.filter(({ unreliable }) => !unreliable).map(openRecord),
  };
}

/** The usage of some records. */
export function usageOfRecords(
  records: Iterable<Copy>,
  { isSubagent, tellsReasoning }: Pick<Evidence, 'isSubagent' | 'tellsReasoning'>,
): Usage {
  const tallies: Tallies = new Map();
  for (const copy of records) book(tallies, copy, 1);
  const parts = [...tallies].map(([session, tally]) => ({ tally, subagent: isSubagent(session) }));
  return usageOf(parts, false, tellsReasoning);
}

/** Positions of a cut by log. */
const positionsOf = (logs: readonly LogCut[]): Map<string, number> =>
  new Map(logs.map(({ path, position }) => [path, position.kind === 'append' ? position.bytes : position.records]));

/** Where a snapshot was taken. */
export const placeOf = ({ cut }: Pick<Snapshot, 'cut'>): Place => ({
  at: cut.at,
  positions: positionsOf(cut.logs),
  open: cut.open,
  byTime: cut.by === 'time',
});
