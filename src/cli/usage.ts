// What the commands of topic `usage` share: the records of all sessions from the store or from the logs, and the sync.
import { AGENT_LIST } from '../capture/agents.js';
import { AllLogs } from '../ingest/all-logs.js';
import { findLogs } from '../ingest/find-logs.js';
import { syncUsage, type AgentSync } from '../ingest/sync.js';
import { agentOf, toolFromFlag, type AgentName, type ToolFlag } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { UsagePoint } from '../model/usage-row.js';
import type { SessionNotes, SilentSession, UsageFilter, UsageFold } from '../report/usage.js';
import { zoneNamed, type Zone } from '../report/days.js';
import type { Context } from './context.js';
import { Progress } from './progress.js';

/** Flags of sessions, and those without any count, from what the logs say of the sessions they hold. */
class Notes implements SessionNotes {
  readonly #silent = new Map<string, SilentSession>();
  readonly flags = new Map<string, readonly string[]>();

  get silent(): readonly SilentSession[] {
    return [...this.#silent.values()];
  }

  add(agent: AgentName, session_id: string, flags: readonly string[], uncounted: string | null, last_at: Instant | null): void {
    const key = `${agent}:${session_id}`;
    const all = [...(this.flags.get(key) ?? []), ...flags, ...(uncounted === null ? [] : [uncounted])];
    this.flags.set(key, [...new Set(all)].sort());
    if (uncounted !== null && !this.#silent.has(key)) this.#silent.set(key, { agent, session_id, last_at, flag: uncounted });
  }
}

async function addFromStore(context: Context, add: (point: UsagePoint) => void, notes: Notes | null): Promise<void> {
  const { store } = await context.readBooks();
  if (!store.hasUsage) {
    throw new TokentrailError('STORE_MISSING', 'This store has no books of all sessions yet.', {
      suggestions: ['Run `tokentrail usage sync`, or read the logs alone with --no-store.'],
    });
  }
  await store.guarded(async () => {
    const usage = await store.usage();
    const logs = await (await store.logFiles()).current();
    for (const { agent, about } of notes === null ? [] : logs.values()) {
      for (const { session_id, parent, flags, uncounted, last_at } of about.sessions)
        if (session_id !== null) notes!.add(agent, parent ?? session_id, flags, parent === null ? uncounted : null, last_at);
    }
    const pending = await usage.eachPoint(logs, add);
    if (pending.length === 0) return;
    const message = `A sync of ${pending.length} log${pending.length === 1 ? '' : 's'} was cut short, so their records may be missing; run \`tokentrail usage sync\`.`;
    context.output.warn({ code: 'SYNC_CUT_SHORT', message, logs: pending.map(({ agent, path }) => ({ agent, path })) });
  });
}

async function addFromLogs(context: Context, add: (point: UsagePoint) => void, notes: Notes | null): Promise<void> {
  for (const agent of AGENT_LIST) {
    const all = AllLogs.once(agent, context.reading);
    await all.update(await findLogs(agent, context.roots(agent)));
    context.warnOfUnread(agent, all.unread);
    const rootOf = all.rootOf();
    for (const { session_id, flags, answered, counted, last_at } of notes === null ? [] : all.facts) {
      if (session_id === null) continue;
      const uncounted = answered && !counted && rootOf(session_id) === session_id ? agent.reader.unknownWithoutCounts : null;
      notes!.add(agent.name, rootOf(session_id), flags, uncounted, last_at);
    }
    const projects = new Map<number, string | null>();
    for (const copy of all.counted()) {
      const session = rootOf(copy.session);
      const { at, log, model, calls, counts, partial } = copy;
      let project = projects.get(log);
      if (project === undefined) {
        const [folder] = all.entry(log).state.facts.folders;
        projects.set(log, (project = folder === undefined ? null : context.tilde(folder)));
      }
      const subagent = copy.subagent || session !== copy.session;
      add({ agent: agent.name, session, at, model, project, subagent, calls, counts, partial, gone: false });
    }
  }
}

/** Where a report's records come from. */
export interface UsageSource {
  /** From the logs alone, without the store. */
  readonly noStore: boolean;
  /** Brings the books up to date first. */
  readonly sync: boolean;
}

async function addAll(
  context: Context,
  { noStore, sync }: UsageSource,
  add: (point: UsagePoint) => void,
  notes: Notes | null,
): Promise<void> {
  if (noStore) return addFromLogs(context, add, notes);
  if (sync) await syncBooks(context, null, false);
  await addFromStore(context, add, notes);
}

/** What a report says of all records that count. */
export async function reportUsage<T>(context: Context, source: UsageSource, fold: UsageFold<T>): Promise<T> {
  await addAll(context, source, (point) => fold.add(point), null);
  return fold.result();
}

/** The same for a report that also asks for what is known of sessions beside their records. */
export async function reportSessions<T>(context: Context, source: UsageSource, foldOf: (notes: SessionNotes) => UsageFold<T>): Promise<T> {
  const notes = new Notes();
  const fold = foldOf(notes);
  await addAll(context, source, (point) => fold.add(point), notes);
  return fold.result();
}

/** Brings the books of all sessions up to date. */
export async function syncBooks(context: Context, tool: ToolFlag | null, rebuild: boolean): Promise<readonly AgentSync[]> {
  const name = tool === null ? null : agentOf(toolFromFlag(tool));
  const agents = name === null ? AGENT_LIST : AGENT_LIST.filter((agent) => agent.name === name);
  const synced = await syncUsage({
    agents,
    rootsOf: (agent) => context.roots(agent),
    reading: context.reading,
    folder: await context.storeFolder(),
    openStore: async () => (await context.books()).store,
    stored: (folder) => context.tilde(folder),
    now: () => context.now(),
    rebuild,
    writing: new Progress(context.output, 'Booking records').step,
  });
  for (const { agent, unread } of synced)
    context.warnOfUnread(
      AGENT_LIST.find((one) => one.name === agent)!,
      unread,
    );
  return synced;
}

/** What the flags of a report select. */
export function usageFilter(flags: { tool?: ToolFlag | undefined; since?: Instant | undefined; until?: Instant | undefined }): UsageFilter {
  const agent = flags.tool === undefined ? null : agentOf(toolFromFlag(flags.tool));
  return { agent, since: flags.since ?? null, until: flags.until ?? null };
}

/** Where the flags of a report say that its records come from. */
export const usageSource = (flags: { sync: boolean; 'no-store': boolean }): UsageSource => ({
  noStore: flags['no-store'],
  sync: flags.sync,
});

export const zoneOf = (name: string | undefined): Zone => zoneNamed(name ?? null);
