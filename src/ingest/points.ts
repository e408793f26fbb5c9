// What reports and the books tell of the records in all logs of an agent: one set of rules, whether they come from the logs or from
// the store.
import { factsIn } from '../capture/agent.js';
import { picoOf } from '../model/money.js';
import type { UsagePoint } from '../model/usage-row.js';
import type { PriceBook } from '../pricing/book.js';
import type { AllLogs } from './all-logs.js';
import type { Copy } from './groups.js';
import { sessionsIn } from './sessions.js';

/** The first working folder of a session that the log with that number tells; null if it tells none. */
export function folderOf(all: AllLogs, log: number, session: string): string | null {
  const { state } = all.entry(log);
  const facts = state.sessions === undefined ? state.facts : factsIn(state).find(({ session_id }) => session_id === session);
  return facts?.folders[0] ?? null;
}

/** All records that count, each with the copy that it is. `stored`: a folder as it is shown and stored. */
export function* pointsIn(
  all: AllLogs,
  stored: (folder: string) => string,
  prices: PriceBook,
): Generator<readonly [point: UsagePoint, copy: Copy]> {
  const rootOf = all.rootOf();
  const projects = new Map<string, string | null>();
  for (const copy of all.counted()) {
    const { at, log, model, calls, counts, partial, agent_type, reported } = copy;
    const session = rootOf(copy.session);
    const place = `${log} ${copy.session}`;
    let project = projects.get(place);
    if (project === undefined) {
      const folder = folderOf(all, log, copy.session);
      projects.set(place, (project = folder === null ? null : stored(folder)));
    }
    const subagent = copy.subagent || session !== copy.session;
    const cost = { reported: reported === null ? null : picoOf(reported), estimated: prices.estimate(copy).pico };
    const agent = all.agent.name;
    yield [{ agent, session, at, model, project, subagent, agent_type, calls, counts, partial, gone: false, ...cost }, copy];
  }
}

/** Whether the agent answered somewhere without any count, so that there may be sessions whose tokens are unknown. */
export const hasUncounted = (all: AllLogs): boolean =>
  all.agent.reader.unknownWithoutCounts !== null && all.facts.some(({ answered, counted }) => answered && !counted);

/** What is known of a session at the top beside its records. */
export interface SessionNote {
  readonly flags: readonly string[];
  /** The flag of one with answers and no count at all; null for others. */
  readonly uncounted: string | null;
}

/** By session. */
export function notesIn(all: AllLogs): Map<string, SessionNote> {
  const flag = all.agent.reader.unknownWithoutCounts;
  return new Map(
    sessionsIn(all).sessions.map(({ session_id, flags }) => [
      session_id,
      { flags, uncounted: flag !== null && flags.includes(flag) ? flag : null },
    ]),
  );
}
