// The logs of an agent as a sync sees them: read, with the ids that the books know them by, and what can be said of those that the
// books know already.
import { createHash } from 'node:crypto';
import type { Agent } from '../capture/agent.js';
import type { Instant } from '../model/time.js';
import type { LogFileRow } from '../model/usage-row.js';
import type { PriceBook } from '../pricing/book.js';
import type { Booked } from '../store/booked.js';
import type { Store } from '../store/store.js';
import { AllLogs } from './all-logs.js';
import { findLogs, isBehind } from './find-logs.js';
import { headHash, logPath, type LogEntry } from './read-log.js';
import type { Reading } from './scope.js';
import type { LogPresence } from './usage-plan.js';

/** What a sync needs from outside. */
export interface SyncParts {
  readonly agents: readonly Agent[];
  readonly rootsOf: (agent: Agent) => readonly string[];
  readonly reading: Reading;
  /** Folder of the store, which may not exist yet. */
  readonly folder: string;
  /** Opens the store for writing. */
  readonly openStore: () => Promise<Store>;
  /** A folder as it is stored, home as `~`. */
  readonly stored: (folder: string) => string;
  readonly now: () => Instant;
  /** Tells this machine from others that write to the same store; nobody can read a name out of it. */
  readonly machine: string;
  /** Reads every log from its beginning, as if nothing were known of it. */
  readonly rebuild: boolean;
  /** The price book, loaded when something is to be priced. */
  readonly prices: () => Promise<PriceBook>;
  /** How many of how many records are written. */
  readonly writing: (done: number, of: number) => void;
}

const short = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 20);

/** Where a log comes from: a machine, and a root folder there. */
const originOf = (machine: string, root: string): string => short(machine, root);

/** An agent's logs as they were read. */
export interface AgentWork {
  readonly agent: Agent;
  readonly all: AllLogs;
  /** Logs that are there, by id. */
  readonly ids: ReadonlyMap<string, LogEntry>;
  /** Whether nothing can be said of a log that the books know: it, or a folder above it, can't be read. */
  readonly isHidden: (known: LogFileRow) => boolean;
  readonly idOf: (entry: LogEntry) => string;
  readonly originOf: (root: string) => string;
  readonly origins: ReadonlySet<string>;
}

export async function readAgent(agent: Agent, parts: SyncParts): Promise<AgentWork> {
  const { rootsOf, reading, rebuild } = parts;
  if (!rebuild) return workOf(await AllLogs.read(agent, reading, rootsOf(agent)), parts);
  const all = AllLogs.anew(agent, reading);
  await updateAll(all, parts);
  return workOf(all, parts);
}

export async function updateAll(all: AllLogs, { rootsOf }: SyncParts): Promise<void> {
  await all.update(await findLogs(all.agent, rootsOf(all.agent)));
}

export function workOf(all: AllLogs, { rootsOf, machine }: SyncParts): AgentWork {
  const { agent } = all;
  const roots = rootsOf(agent);
  const origins = new Map(roots.map((root) => [root, originOf(machine, root)]));
  const idOf = ({ root, name }: LogEntry): string => short(agent.name, originOf(machine, root), name);
  return {
    agent,
    all,
    idOf,
    ids: new Map(all.entries.map((entry) => [idOf(entry), entry])),
    originOf: (root) => originOf(machine, root),
    isHidden: ({ origin, path }) =>
      roots.some((root) => origins.get(root) === origin && isBehind(logPath({ root, name: path }), all.unread)),
    origins: new Set(origins.values()),
  };
}

/** How a record that was written beside the syncs is told from those of other agents. */
export const asideKey = ({ name }: Agent, key: string): string => `${name}:${key}`;

/** Keys whose records the books may not have as the logs tell them now; null: any. */
export function unbookedIn({ agent, all }: AgentWork, booked: Booked | null): ReadonlySet<string> | null {
  if (booked === null || all.booked !== booked.state || all.unbooked === null) return null;
  const prefix = asideKey(agent, '');
  return new Set([...all.unbooked, ...booked.aside.flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))]);
}

export const readTo = (entry: LogEntry): number => (entry.kind === 'append' ? entry.scan.bytes : entry.records);

/** Logs that another version of the reader read, and whose bytes of then are still there, as far as head and length tell. */
export async function stillThere({ agent, ids }: AgentWork, logs: ReadonlyMap<string, LogFileRow>): Promise<Set<string>> {
  const there = new Set<string>();
  for (const [id, entry] of ids) {
    const known = logs.get(id);
    if (known === undefined || known.reader_version === agent.reader.version) continue;
    const longEnough = entry.kind !== 'append' || readTo(entry) >= known.read_to;
    const sameHead = entry.kind !== 'append' || (await headHash(entry, known.read_to)) === known.head_sha256;
    if (longEnough && sameHead) there.add(id);
  }
  return there;
}

/** Whether the log of a record can be asked about it. */
export function presence(work: AgentWork, logs: ReadonlyMap<string, LogFileRow>, there: ReadonlySet<string>, id: string): LogPresence {
  const known = logs.get(id);
  if (known !== undefined && work.isHidden(known)) return 'unknown';
  // What could not be read whole may still hold it.
  if (work.ids.get(id)?.whole === false) return 'unknown';
  if (there.has(id)) return 'here';
  return !work.ids.has(id) && known !== undefined && !work.origins.has(known.origin) ? 'unknown' : 'gone';
}
