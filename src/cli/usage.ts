// What the commands of topic `usage` share: the records of all sessions from the store or from the logs, and the sync.
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { AGENT_LIST, agentNamed } from '../capture/agents.js';
import { AllLogs } from '../ingest/all-logs.js';
import { findLogs } from '../ingest/find-logs.js';
import { skippedOf } from '../ingest/flags.js';
import { hasUncounted, notesIn, pointsIn, type SessionNote } from '../ingest/points.js';
import { syncUsage, type AgentSync } from '../ingest/sync.js';
import { recordKeyOf } from '../ingest/usage-plan.js';
import { agentOf, toolFromFlag, type AgentName, type ToolFlag } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Instant } from '../model/time.js';
import type { LogFileRow, UsagePoint } from '../model/usage-row.js';
import type { SessionNotes, SilentSession, UsageFilter, UsageFold } from '../report/usage.js';
import { zoneNamed, type Zone } from '../report/days.js';
import type { Store } from '../store/store.js';
import type { Context } from './context.js';
import type { GivenDay } from './flags.js';
import { foldHooks, spoolOf } from './fold-hooks.js';
import { plural } from './render/numbers.js';
import { noteToday } from './today.js';

/** Flags of sessions, and those without any count, from what the logs say of the sessions they hold. */
export class Notes implements SessionNotes {
  readonly #silent = new Map<string, SilentSession>();
  readonly flags = new Map<string, readonly string[]>();
  /** Whether the flags are asked for, too. */
  readonly wanted: boolean;

  constructor(wanted: boolean) {
    this.wanted = wanted;
  }

  get silent(): readonly SilentSession[] {
    return [...this.#silent.values()];
  }

  /** What the books say of the sessions of a log. */
  addLog({ agent, about }: Pick<LogFileRow, 'agent' | 'about'>): void {
    for (const session of about.sessions) if (session.root !== null) this.add(agent, session.root, session);
  }

  add(agent: AgentName, session_id: string, { flags, uncounted }: SessionNote): void {
    const key = `${agent}:${session_id}`;
    this.flags.set(key, [...new Set([...(this.flags.get(key) ?? []), ...flags])].sort());
    if (uncounted !== null) this.#silent.set(key, { agent, session_id, flag: uncounted });
  }
}

const NO_BOOKS = ['Run `tokentrail usage sync`, or add --sync; --no-store answers from the logs alone.'];

/** The store with the books of all sessions. @throws STORE_MISSING, which says how to get them */
async function storeWithUsage(context: Context): Promise<Store> {
  try {
    const { store } = await context.readBooks();
    await store.requireUsage();
    return store;
  } catch (error) {
    if (!(error instanceof TokentrailError) || error.code !== 'STORE_MISSING') throw error;
    throw new TokentrailError('STORE_MISSING', error.message, { suggestions: NO_BOOKS, details: error.details, cause: error });
  }
}

/** Takes a record; its key is empty where nobody asks for it. */
type Add = (point: UsagePoint, key: string) => void;

async function addFromStore(context: Context, add: Add, notes: Notes, keyed: boolean): Promise<void> {
  const store = await storeWithUsage(context);
  await store.guarded(async () => {
    const usage = await store.usage();
    const logs = await (await store.logFiles()).current();
    for (const log of logs.values()) notes.addLog(log);
    warnOfCutSync(context, await usage.eachPoint(logs, add, keyed));
  });
}

/** Says of which logs a sync was cut short. */
export function warnOfCutSync(context: Context, pending: readonly LogFileRow[]): void {
  if (pending.length === 0) return;
  const message = `A sync of ${plural(pending.length, 'log')} was cut short, so their records may be missing; run \`tokentrail usage sync\`.`;
  context.output.warn({ code: 'SYNC_CUT_SHORT', message, logs: pending.map(({ agent, path }) => ({ agent, path })) });
}

async function addFromLogs(context: Context, add: Add, notes: Notes, keyed: boolean): Promise<void> {
  for (const agent of AGENT_LIST) {
    const all = AllLogs.once(agent, context.reading);
    await all.update(await findLogs(agent, context.roots(agent)));
    warnOfSkips(context, [{ agent: agent.name, unread: all.unread, skipped: skippedOf(all.entries, 0) }]);
    for (const [point, copy] of pointsIn(all, (folder) => context.tilde(folder), await context.prices()))
      add(point, keyed ? recordKeyOf(agent, copy) : '');
    if (notes.wanted || hasUncounted(all)) for (const [session, note] of notesIn(all)) notes.add(agent.name, session, note);
  }
}

/** Where a report's records come from. */
export interface UsageSource {
  /** From the logs alone, without the store. */
  readonly noStore: boolean;
  /** Brings the books up to date first. */
  readonly sync: boolean;
}

/** What a report asks for that costs a look of its own: the flags of sessions, and the keys of records. */
export interface ReportNeeds {
  readonly flagged?: boolean;
  readonly keyed?: boolean;
}

/** What a report says of all records that count. */
export async function reportUsage<T>(
  context: Context,
  { noStore, sync }: UsageSource,
  foldOf: (notes: SessionNotes) => UsageFold<T>,
  { flagged = false, keyed = false }: ReportNeeds = {},
): Promise<T> {
  const notes = new Notes(flagged);
  const fold = foldOf(notes);
  const add: Add = (point, key) => fold.add(point, key);
  if (sync) warnOfSkips(context, await syncBooks(context, null, false));
  await (noStore ? addFromLogs(context, add, notes, keyed) : addFromStore(context, add, notes, keyed));
  return fold.result();
}

/** Says what of the logs is in no number. */
export function warnOfSkips(context: Context, synced: readonly Pick<AgentSync, 'agent' | 'unread' | 'skipped'>[]): void {
  for (const { agent, unread, skipped } of synced) {
    const { label } = agentNamed(agent);
    context.warnOfUnread(agentNamed(agent), unread);
    if (skipped.length === 0) continue;
    const reasons = skipped.map(({ reason, count }) => `${count} ${reason}`).join(', ');
    const message = `Of ${label}'s logs some could not be counted: ${reasons}; docs/explanation/accounting.md says what each means.`;
    context.output.warn({ code: 'SKIPPED', message, agent, skipped });
  }
}

/** Brings the books of all sessions up to date. */
export async function syncBooks(context: Context, tool: ToolFlag | null, rebuild: boolean): Promise<readonly AgentSync[]> {
  const name = tool === null ? null : agentOf(toolFromFlag(tool));
  const agents = name === null ? AGENT_LIST : AGENT_LIST.filter((agent) => agent.name === name);
  const synced = await syncUsage(await context.syncParts(agents, rebuild));
  if (hasNews(synced)) context.synced = 'changed';
  else if (context.synced === 'not') context.synced = 'same';
  return synced;
}

const hasNews = (synced: readonly AgentSync[]): boolean =>
  synced.some(({ added, changed, gone, superseded }) => added + changed + gone + superseded > 0);

/** How often a watch looks for what agents wrote: what they have finished is in the books two seconds later. */
const WATCH_MICROS = 2 * MICROS_PER_SECOND;

/** Rounds of a watch after which it looks for sessions that fell silent: a minute. */
const SILENT_ROUNDS = 30;

/**
 * Brings the books up to date again and again, until it is interrupted; agents may end in whatever way meanwhile.
 *
 * @param told is told what each round brought that was new.
 */
export async function watchBooks(context: Context, tool: ToolFlag | null, told: (synced: readonly AgentSync[]) => void): Promise<never> {
  let round = 0;
  for (;;) {
    const began = context.now();
    const synced = await syncBooks(context, tool, false);
    if (hasNews(synced)) {
      told(synced);
      await noteToday(context, true);
      await context.keepSmall();
    }
    // What hooks told meanwhile; sessions that fell silent are looked for less often.
    if (existsSync(spoolOf(context))) await foldHooks(context, round++ % SILENT_ROUNDS === 0).catch(() => undefined);
    await setTimeout(Math.max(0, WATCH_MICROS - (context.now() - began)) / MICROS_PER_MS);
  }
}

/** What the flags of a report select; a date is a day of its zone. */
export function usageFilter(
  flags: { tool?: ToolFlag | undefined; since?: Instant | GivenDay | undefined; until?: Instant | GivenDay | undefined },
  zone: Zone,
): UsageFilter {
  const edge = (given: Instant | GivenDay | undefined, of: 'start' | 'end'): Instant | null =>
    given === undefined ? null : typeof given === 'number' ? given : zone.edgeOf(given.day, of);
  const filter = {
    agent: flags.tool === undefined ? null : agentOf(toolFromFlag(flags.tool)),
    since: edge(flags.since, 'start'),
    until: edge(flags.until, 'end'),
  };
  if (filter.since === null || filter.until === null || filter.since < filter.until) return filter;
  throw new TokentrailError('USAGE', '--since is not before --until.', { suggestions: ['Exchange them, or leave one out.'] });
}

/** Where the flags of a report say that its records come from. */
export const usageSource = (flags: { sync: boolean; 'no-store': boolean }): UsageSource => ({
  noStore: flags['no-store'],
  sync: flags.sync,
});

export const zoneOf = (name: string | undefined): Zone => zoneNamed(name ?? null);
