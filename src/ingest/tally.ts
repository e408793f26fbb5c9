// Sums of counted records by session, kept in slices (model, sub-agent, copied) that can grow and shrink, so that a snapshot never
// adds up a whole session again. Plain JSON values.
import type { ModelCounts, Usage } from '../model/cut.js';
import { assertThat } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import { add, TOKEN_CLASSES, ZERO, type Counts } from '../model/tokens.js';
import type { Copy } from './groups.js';

export const UNKNOWN_MODEL = 'unknown';

const NAMES = [...TOKEN_CLASSES, 'reasoning'] as const;

/** Sums in the order of NAMES, and how many records don't know the class. */
interface Slice {
  model: string;
  subagent: boolean;
  /** The records are marked as copies of another session's. */
  copied: boolean;
  /** Booked copies. */
  booked: number;
  /** Calls they stand for: an agent's summary tells of many, or of none. */
  records: number;
  sums: number[];
  unknown: number[];
  /** Records whose output is a lower bound; of these, those of versions that leave placeholders. */
  partial: number;
  unreliable: number;
  /** Fields that were no counts. */
  invalid: number;
}

export interface SessionTally {
  slices: Slice[];
  /** A sum was too large to be exact; such a class is unknown. */
  overflowed: boolean;
  /** Records that only an echo tells of. */
  echoed: number;
  first_at: Instant | null;
  last_at: Instant | null;
}

export type Tallies = Map<string, SessionTally>;

const newTally = (): SessionTally => ({ slices: [], overflowed: false, echoed: 0, first_at: null, last_at: null });

const newSlice = (copy: Copy): Slice => ({
  model: copy.model ?? UNKNOWN_MODEL,
  subagent: copy.subagent,
  copied: copy.copied,
  booked: 0,
  records: 0,
  sums: NAMES.map(() => 0),
  unknown: NAMES.map(() => 0),
  partial: 0,
  unreliable: 0,
  invalid: 0,
});

/** The slice of a record; a session has few. */
function sliceOf(tally: SessionTally, copy: Copy): Slice {
  const model = copy.model ?? UNKNOWN_MODEL;
  const known = tally.slices.find((slice) => slice.model === model && slice.subagent === copy.subagent && slice.copied === copy.copied);
  if (known !== undefined) return known;
  const slice = newSlice(copy);
  tally.slices.push(slice);
  return slice;
}

/** Adds (`sign` 1) or takes away (−1) a counted record. Times only ever widen; see `Scope` for when they must narrow. */
export function book(tallies: Tallies, copy: Copy, sign: 1 | -1): void {
  let tally = tallies.get(copy.session);
  if (tally === undefined) tallies.set(copy.session, (tally = newTally()));
  if (copy.echo) {
    tally.echoed += sign;
    return;
  }
  const slice = sliceOf(tally, copy);
  slice.booked += sign;
  slice.records += sign * copy.calls;
  NAMES.forEach((name, i) => {
    const value = copy.counts[name];
    if (value === null) slice.unknown[i]! += sign;
    else slice.sums[i]! += sign * value;
  });
  slice.partial += copy.partial ? sign : 0;
  slice.unreliable += copy.unreliable ? sign : 0;
  slice.invalid += sign * copy.invalid;
  if (!slice.sums.every(Number.isSafeInteger)) tally.overflowed = true;
  const isWhole = slice.booked >= 0 && slice.records >= 0 && slice.sums.every((sum) => sum >= 0);
  assertThat(isWhole || tally.overflowed, 'a sum of counted records is never negative');
  if (slice.booked === 0) tally.slices = tally.slices.filter((other) => other !== slice);
  if (sign < 0 || copy.at === null) return;
  if (tally.first_at === null || copy.at < tally.first_at) tally.first_at = copy.at;
  if (tally.last_at === null || copy.at > tally.last_at) tally.last_at = copy.at;
}

const countsOf = (slice: Slice): Counts =>
  Object.fromEntries(
    NAMES.map((name, i) => [name, slice.unknown[i]! > 0 || !Number.isSafeInteger(slice.sums[i]!) ? null : slice.sums[i]!]),
  ) as unknown as Counts;

export const withRecords = (counts: Counts, records: number): ModelCounts => ({ records, ...counts });

/** A session that is part of another counts as its sub-agent as a whole. */
export interface TallyPart {
  readonly tally: SessionTally;
  readonly subagent: boolean;
}

/**
 * The usage of some sessions together.
 *
 * @param copies whether records that are marked as copies from elsewhere count (semantics 4).
 */
export function usageOf(parts: readonly TallyPart[], copies: boolean, tellsReasoning: boolean): Usage {
  // An agent that never tells reasoning leaves it unknown, also where there is nothing yet.
  const zero: Counts = tellsReasoning ? ZERO : { ...ZERO, reasoning: null };
  let counts = zero;
  let records = 0;
  let subagents: ModelCounts | null = null;
  const models = new Map<string, ModelCounts>();
  for (const { tally, subagent } of parts) {
    for (const slice of tally.slices) {
      if (slice.copied && !copies) continue;
      const own = countsOf(slice);
      counts = add(counts, own);
      records += slice.records;
      const model = models.get(slice.model) ?? withRecords(zero, 0);
      models.set(slice.model, withRecords(add(model, own), model.records + slice.records));
      if (!subagent && !slice.subagent) continue;
      const before: ModelCounts = subagents ?? withRecords(zero, 0);
      subagents = withRecords(add(before, own), before.records + slice.records);
    }
  }
  const by_model = Object.fromEntries([...models].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { counts, records, by_model, subagents };
}

/** Fields of all counted records that were no counts. */
export const invalidIn = (tallies: ReadonlyMap<string, SessionTally>): number =>
  [...tallies.values()].flatMap(({ slices }) => slices).reduce((sum, { invalid }) => sum + invalid, 0);

export interface Marks {
  readonly partial: number;
  readonly unreliable: number;
  readonly invalid: number;
  readonly echoed: number;
  readonly overflowed: boolean;
}

/** What limits the worth of the usage of some sessions together; `copies` as in `usageOf`. */
export function marksOf(tallies: readonly SessionTally[], copies: boolean): Marks {
  const slices = tallies.flatMap((tally) => tally.slices).filter(({ copied }) => copies || !copied);
  const sumOf = (value: (slice: Slice) => number): number => slices.reduce((sum, slice) => sum + value(slice), 0);
  return {
    partial: sumOf(({ partial }) => partial),
    unreliable: sumOf(({ unreliable }) => unreliable),
    invalid: sumOf(({ invalid }) => invalid),
    echoed: tallies.reduce((sum, { echoed }) => sum + echoed, 0),
    overflowed: tallies.some(({ overflowed }) => overflowed),
  };
}
