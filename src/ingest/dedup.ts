// The one place where duplicates end. Copies of a response stand in several lines and files: streamed lines, replays, forks,
// resumed and archived sessions, forwarded reviews. Here it is decided which of them count, with which numbers, to whose session.
import { sameCounts } from '../model/tokens.js';
import type { RecordCopy } from '../model/record.js';
import { MICROS_PER_SECOND, type Instant } from '../model/time.js';
import type { LogReader } from '../capture/agent.js';
import type { Copy, Group } from './groups.js';

type Policy = Pick<LogReader, 'keeps' | 'keyScope'>;

/** What the decision needs to know of the logs: their order, and which sessions descend from each other. */
export interface Relations {
  /** Orders logs: the earliest first. */
  readonly orderOf: (log: number) => string;
  /** The common root of a session's ancestors and descendants. */
  readonly familyOf: (session: string) => string;
}

/** Two copies of one record in the same log become one: the place of the first line, the numbers of the line that tells the truth. */
export function mergeInLog<T extends RecordCopy>(known: T, next: T, keeps: Policy['keeps']): T {
  if (known.echo !== next.echo) return known.echo ? next : known;
  const until = known.until ?? next.until;
  // It only says that a sum has the counts of the one before.
  if (next.until !== null) return { ...known, until, end: Math.max(known.end, next.end) };
  const truth = keeps === 'heaviest' && next.weight >= known.weight ? next : known;
  const owner = next.rank < known.rank ? next : known;
  return {
    ...truth,
    session: owner.session,
    subagent: owner.subagent,
    copied: owner.copied,
    rank: owner.rank,
    sole: known.sole,
    branch: known.branch ?? next.branch,
    agent_type: known.agent_type ?? next.agent_type,
    at: known.at ?? next.at,
    position: Math.min(known.position, next.position),
    end: Math.max(known.end, next.end),
    until,
  };
}

/** The delegate's event and the log that it was forwarded to have times within a millisecond of each other, maybe across a second. */
const sameSecond = (a: Instant | null, b: Instant | null): boolean => a !== null && b !== null && Math.abs(a - b) < MICROS_PER_SECOND;

function isSameResponse(counted: Copy, copy: Copy, policy: Policy, { familyOf }: Relations): boolean {
  if (policy.keyScope === 'everywhere' || counted.session === copy.session) return true;
  if (counted.delegate && !copy.delegate && sameSecond(counted.at, copy.at) && sameCounts(counted.counts, copy.counts)) return true;
  if (copy.sole) return false;
  return familyOf(counted.session) === familyOf(copy.session);
}

/**
 * The records that a group of copies stands for: mostly one. The owner is the copy of the lowest rank, then of the earliest log;
 * its numbers are those of the heaviest copy, or its own. Independent of the order in which the logs were read. A group of
 * nothing but echoes gives an echo, which tells of a record that is missing.
 */
export const resolve = (group: Group, policy: Policy, relations: Relations): Copy[] =>
  resolveAll(group, policy, relations).filter((copy) => copy.until === null);

/** The same with records whose counts are in a sum that was told later: before it they counted. */
export function resolveAll(group: Group, policy: Policy, relations: Relations): Copy[] {
  const copies = group.filter((copy) => !copy.echo);
  if (copies.length === 0) return [group[0]!];
  copies.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    const x = relations.orderOf(a.log);
    const y = relations.orderOf(b.log);
    return x < y ? -1 : x > y ? 1 : a.position - b.position;
  });
  const counted: Copy[] = [];
  for (const copy of copies) {
    const index = counted.findIndex((known) => isSameResponse(known, copy, policy, relations));
    if (index < 0) {
      counted.push(copy);
      continue;
    }
    const known = counted[index]!;
    const until = known.until ?? copy.until;
    if (until !== known.until) counted[index] = { ...known, until };
    if (policy.keeps === 'heaviest' && copy.weight > known.weight) {
      const { session, subagent, copied, rank, log, branch, agent_type, position, end, at } = known;
      counted[index] = { ...copy, session, subagent, copied, rank, log, branch, agent_type, position, end, until, at: at ?? copy.at };
    }
  }
  return counted.filter((copy) => !addsNothing(copy));
}

/** A copy that does not count now. */
export const isNothing = (copy: RecordCopy): boolean => copy.until !== null || addsNothing(copy);

/** An event that added nothing in any class, as Codex writes one with an estimate after a compaction. */
function addsNothing({ invalid, counts }: RecordCopy): boolean {
  if (invalid !== 0 || counts.output !== 0) return false;
  return !counts.input && !counts.cache_read && !counts.cache_write_5m && !counts.cache_write_1h && !counts.reasoning;
}
