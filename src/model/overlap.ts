// Two analyses that went on in one session at the same time, so that both may have counted the same tokens.
import type { AgentName } from './agents.js';
import type { Analysis } from './analysis.js';
import type { SessionPart, Snapshot } from './cut.js';
import type { Instant } from './time.js';

type Counted = Pick<Analysis, 'id' | 'status' | 'sessions'>;

/** Where an analysis overlaps with another one. */
export interface Overlap {
  /** The other one. */
  readonly id: string;
  readonly agent: AgentName;
  readonly session_id: string;
  readonly from: Instant;
  /** Null: both go on. */
  readonly to: Instant | null;
}

/** A session's part from its baseline on; up to its last snapshot, or on and on. */
interface Span {
  readonly id: string;
  readonly part: SessionPart;
  readonly from: Instant;
  readonly to: Instant;
  /** Of the session, before both ends. */
  readonly records: readonly [number, number];
}

/** Null where nothing was counted, and nothing will be. */
function spanOf({ id, status }: Counted, part: SessionPart): Span | null {
  const { baseline, final, until } = part;
  const goesOn = status === 'started' && until === undefined;
  const from = baseline.cut.at;
  const first = baseline.usage.records;
  if (goesOn) return { id, part, from, to: Infinity, records: [first, Infinity] };
  if (final === null || final.usage.records === first) return null;
  return { id, part, from, to: final.cut.at, records: [first, final.usage.records] };
}

/** Whether records are told apart by where they stand, so that their number tells the order of cuts. */
const isByPlace = (snapshot: Snapshot | null): boolean =>
  snapshot === null || (snapshot.cut.by !== 'time' && !snapshot.flags.includes('log_changed'));

const isPlaced = ({ part }: Span): boolean => isByPlace(part.baseline) && isByPlace(part.final);

/** A backfill left out what the other one had. */
const leftOut = (a: Span, b: Span): boolean => a.part.match?.left_out.some(({ id }) => id === b.id) === true;

function meet(a: Span, b: Span): Pick<Overlap, 'from' | 'to'> | null {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
  // No two backfilled ones share a record.
  if (a.part.match !== undefined && b.part.match !== undefined) return null;
  if (a.part.agent !== b.part.agent || a.part.session_id !== b.part.session_id || from >= to || leftOut(a, b) || leftOut(b, a)) return null;
  // Nothing was told between the start of the one and the end of the other.
  if (isPlaced(a) && isPlaced(b) && Math.max(a.records[0], b.records[0]) >= Math.min(a.records[1], b.records[1])) return null;
  return { from, to: to === Infinity ? null : to };
}

/** Where an analysis overlaps with others, one for each session of each; itself among them is passed over. */
export function overlapsWith(analysis: Counted, others: readonly Counted[]): Overlap[] {
  const own = analysis.sessions.flatMap((part) => spanOf(analysis, part) ?? []);
  const overlaps: Overlap[] = [];
  for (const other of others) {
    if (other.id === analysis.id) continue;
    for (const part of other.sessions) {
      const span = spanOf(other, part);
      if (span === null) continue;
      for (const one of own) {
        const shared = meet(one, span);
        if (shared !== null) overlaps.push({ id: other.id, agent: part.agent, session_id: part.session_id, ...shared });
      }
    }
  }
  return overlaps;
}

const keyOf = ({ agent, session_id }: SessionPart): string => `${agent}\u0000${session_id}`;

/** The same of several among them all, by id; those without one are left out. */
export function overlapsAmong(analyses: readonly Counted[], all: readonly Counted[]): Map<string, readonly Overlap[]> {
  const bySession = new Map<string, Set<Counted>>();
  for (const analysis of all) {
    for (const part of analysis.sessions) {
      const known = bySession.get(keyOf(part));
      if (known === undefined) bySession.set(keyOf(part), new Set([analysis]));
      else known.add(analysis);
    }
  }
  const found = analyses.map((analysis) => {
    const near = new Set(analysis.sessions.flatMap((part) => [...(bySession.get(keyOf(part)) ?? [])]));
    return [analysis.id, overlapsWith(analysis, [...near])] as const;
  });
  return new Map(found.filter(([, overlaps]) => overlaps.length > 0));
}
