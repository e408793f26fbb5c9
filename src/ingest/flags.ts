// The flags of a session: what limits the worth of its numbers (named in the specification of the agents' logs).
import type { LogFacts, LogReader } from '../capture/agent.js';
import type { Skipped, Usage } from '../model/cut.js';
import type { LogEntry } from './read-log.js';
import { UNKNOWN_MODEL, type Marks } from './tally.js';

/** The flag of sessions in which the agent answered and its version wrote no token counts: unknown, not 0. Null for others. */
export const uncountedFlag = (facts: readonly LogFacts[], records: number, reader: LogReader): string | null =>
  records === 0 && facts.some(({ answered }) => answered) && !facts.some(({ counted }) => counted) ? reader.unknownWithoutCounts : null;

/** `uncounted`: the flag of a session whose tokens are unknown; null where they are known. */
export function flagsOf(marks: Marks, usage: Usage, facts: readonly LogFacts[], uncounted: string | null): string[] {
  const flags = new Set<string>();
  if (marks.unreliable > 0) flags.add('output_unreliable');
  if (marks.invalid > 0) flags.add('invalid_count');
  if (marks.overflowed) flags.add('count_overflow');
  if (usage.by_model[UNKNOWN_MODEL] !== undefined) flags.add('model_unknown');
  if (uncounted !== null) flags.add(uncounted);
  if (marks.echoed > 0) flags.add('subagent_usage_only_in_progress_lines');
  for (const flag of facts.flatMap((fact) => fact.flags)) flags.add(flag);
  return [...flags].sort();
}

/** What was skipped in some logs, by reason; fields that were no counts are among them. */
export function skippedOf(entries: readonly LogEntry[], invalid: number): Skipped[] {
  const reasons = new Map<string, number>();
  if (invalid > 0) reasons.set('invalid_count', invalid);
  for (const { skipped } of entries)
    for (const [reason, count] of Object.entries(skipped)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  return [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, count]) => ({ reason, count }));
}
