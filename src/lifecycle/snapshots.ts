// Snapshots of sessions when hooks told that they began or ended, without the agent's help. They are taken when the next command finds
// what the hook left, by the time at which it was called, so that what came since is not in them.
import { agentNamed } from '../capture/agents.js';
import type { SessionReading } from '../ingest/session.js';
import type { Snapshot } from '../model/cut.js';
import { assertThat, TokentrailError } from '../model/errors.js';
import type { HookEvent } from '../model/hook-event.js';
import { chainOf, type SnapshotDraft, type SnapshotRow } from '../model/snapshot-row.js';
import { MICROS_PER_SECOND, type Instant } from '../model/time.js';
import { isUnknown } from '../model/tokens.js';
import type { Snapshots } from '../store/snapshots.js';
import { ATTEMPTS, contended, type Books } from './books.js';
import { sessionBefore } from './window.js';

/** A session that was not written for so long has ended, if nothing told so. */
const SILENT_MICROS = 600 * MICROS_PER_SECOND;

/** One that was ended so may go on, but not for ever. */
const WATCHED_MICROS = 7 * 86_400 * MICROS_PER_SECOND;

/** The command that ends a session which fell silent. */
export const SYNC = 'usage sync';

type Counted = Pick<
  SnapshotDraft,
  | 'records'
  | 'input'
  | 'cache_read'
  | 'cache_write_5m'
  | 'cache_write_1h'
  | 'output'
  | 'reasoning'
  | 'usage_json'
  | 'cut_json'
  | 'flags'
  | 'unknown_because'
>;

const uncounted = (unknown_because: string): Counted => ({
  records: null,
  input: null,
  cache_read: null,
  cache_write_5m: null,
  cache_write_1h: null,
  output: null,
  reasoning: null,
  usage_json: null,
  cut_json: null,
  flags: null,
  unknown_because,
});

/** A session of which there is no log yet has spent nothing (semantics 6). */
const NOTHING_YET: Counted = {
  records: 0,
  input: 0,
  cache_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  output: 0,
  reasoning: null,
  usage_json: null,
  cut_json: null,
  flags: null,
  unknown_because: null,
};

const countedAs = ({ usage, cut, partial_records, flags }: Snapshot, told: readonly string[] = flags): Counted => ({
  records: usage.records,
  ...usage.counts,
  usage_json: JSON.stringify(usage),
  cut_json: JSON.stringify(cut),
  flags: [...told, ...(partial_records > 0 ? ['partial'] : [])].join(' ') || null,
  unknown_because: isUnknown(usage.counts) ? 'no_token_counts' : null,
});

async function opened(books: Books, { agent, session_id }: Pick<SnapshotDraft, 'agent' | 'session_id'>): Promise<SessionReading | null> {
  const session = await books.session({ agent: agentNamed(agent), session_id, path: null });
  return session.exists ? session : null;
}

/** Whether what went wrong is the store, so that nothing can be stored now. */
const isOfStore = (error: unknown): boolean => error instanceof TokentrailError && /^(STORE_|DISK_FULL|INTERRUPTED)/.test(error.code);

/** Agents that write their logs here write them at the first request; a session that goes on has one. */
const beginsNow = ({ agent, reason }: HookEvent): boolean =>
  agentNamed(agent).writesLocally && (reason === null || reason === 'startup' || reason === 'new' || reason === 'clear');

/** What the session had spent by the call of the hook. */
async function countedAt(books: Books, event: HookEvent): Promise<Counted> {
  try {
    const session = await opened(books, event);
    if (session === null) return event.kind === 'start' && beginsNow(event) ? NOTHING_YET : uncounted('no_log');
    const now = session.snapshot(books.now());
    return countedAs(await sessionBefore(event.at, session, now), now.flags);
  } catch (error) {
    if (isOfStore(error)) throw error;
    // A log that can't be read must not stand in the way of all that hooks tell later.
    return uncounted('log_unreadable');
  }
}

/** Adds a snapshot to the chain of its session, unless that call is there. @returns whether it was added. */
async function add(books: Books, table: Snapshots, draft: SnapshotDraft, command: string): Promise<boolean> {
  const id = chainOf(draft);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await table.refresh();
    const before = await table.of(id);
    if (before.some(({ call_id }) => call_id === draft.call_id)) return false;
    if ((await table.append(id, before, [draft], { at: books.now(), command })) !== null) return true;
  }
  await table.prove();
  throw contended();
}

async function tableOf(books: Books): Promise<Snapshots> {
  const table = await books.store.snapshots();
  assertThat(table !== null, 'a store that was opened for writing has its snapshots');
  return table;
}

/**
 * Stores what sessions had spent when they began or ended.
 *
 * @param events of any kind, in the order in which hooks told them; only beginnings and ends are stored.
 * @param stored a path as it is stored.
 * @returns how many were stored that were not there.
 */
export async function storeSnapshots(
  books: Books,
  events: readonly HookEvent[],
  command: string,
  stored: (path: string) => string,
): Promise<number> {
  let added = 0;
  for (const event of events) {
    const { kind, agent, session_id, at, reason, cwd, transcript, transcript_bytes } = event;
    if (kind !== 'start' && kind !== 'end') continue;
    // Before its log is read: what was told may be looked through again.
    if ((await (await tableOf(books)).of(chainOf(event))).some(({ call_id }) => call_id === event.id)) continue;
    const draft: SnapshotDraft = {
      agent,
      session_id,
      event: kind,
      told_by: event.event,
      reason,
      at,
      project: cwd === null ? null : stored(cwd),
      transcript: transcript === null ? null : stored(transcript),
      transcript_bytes,
      ...(await countedAt(books, event)),
      call_id: event.id,
    };
    if (await books.store.exclusively(async () => add(books, await tableOf(books), draft, command))) added++;
  }
  return added;
}

/** Whether what a chain tells last may still be followed by usage that no hook tells of. */
export const isOpen = ({ event, told_by }: SnapshotRow): boolean => event === 'start' || told_by === SYNC;

/** The end of a session that fell silent; null while it may go on, and where nothing came since the end that is there. */
async function silentEnd(books: Books, last: SnapshotRow, now: Instant): Promise<SnapshotDraft | null> {
  const session = await opened(books, last);
  if (session === null || now - session.writtenAt < SILENT_MICROS) return null;
  const counted = countedAs(session.snapshot(now));
  if (last.event === 'end' && counted.records === last.records && counted.output === last.output) return null;
  const at = Math.max(session.writtenAt, last.at + 1);
  const { agent, session_id, project, transcript } = last;
  const rest = { told_by: SYNC, reason: null, project, transcript, transcript_bytes: null };
  return { agent, session_id, event: 'end', at, ...rest, ...counted, call_id: `${SYNC} ${at}` };
}

/**
 * Ends the sessions whose agents were killed before a hook could tell: once, as long as nothing follows.
 *
 * @param open chains that may have to be ended.
 * @returns those that are still open.
 */
export async function endSilentSessions(books: Books, open: readonly string[]): Promise<string[]> {
  const table = await tableOf(books);
  const left: string[] = [];
  for (const id of open) {
    const last = (await table.of(id)).at(-1);
    const now = books.now();
    if (last === undefined || !isOpen(last) || (last.event === 'end' && now - last.at > WATCHED_MICROS)) continue;
    left.push(id);
    try {
      const draft = await silentEnd(books, last, now);
      if (draft !== null) await books.store.exclusively(() => add(books, table, draft, SYNC));
    } catch (error) {
      // One whose log can't be read is tried again, and holds up no other.
      if (isOfStore(error)) throw error;
    }
  }
  return left;
}
