// What the commands of topic `usage` share: the records of all sessions from the store or from the logs, and the sync.
import { AGENT_LIST } from '../capture/agents.js';
import { AllLogs } from '../ingest/all-logs.js';
import { syncUsage, type AgentSync } from '../ingest/sync.js';
import { agentOf, toolFromFlag, type AgentName, type ToolFlag } from '../model/agents.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { LogFileRow } from '../model/usage-row.js';
import type { SilentSession, UsageFilter, UsagePoint } from '../report/usage.js';
import { zoneNamed, type Zone } from '../report/days.js';
import type { Columns } from '../store/rows.js';
import type { Context } from './context.js';
import { Progress } from './progress.js';

/** All records that count, and what is known of sessions beside their records. */
export interface UsageBooks {
  readonly points: readonly UsagePoint[];
  readonly silent: readonly SilentSession[];
  /** Flags by `agent:session`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

const COLUMNS = [
  'agent', 'session_id', 'parent_session_id', 'at', 'model', 'project', 'is_subagent', 'calls', 'input', 'cache_read', 'cache_write_5m',
  'cache_write_1h', 'output', 'reasoning', 'completeness', 'source_gone',
] as const; // prettier-ignore

function pointOf(columns: Columns, i: number): UsagePoint {
  const number = (name: (typeof COLUMNS)[number]): number | null => columns[name]![i] as number | null;
  const text = (name: (typeof COLUMNS)[number]): string | null => columns[name]![i] as string | null;
  return {
    agent: text('agent') as AgentName,
    session: (text('parent_session_id') ?? text('session_id'))!,
    at: number('at'),
    model: text('model'),
    project: text('project'),
    subagent: columns['is_subagent']![i] === true,
    calls: number('calls')!,
    counts: {
      input: number('input'),
      cache_read: number('cache_read'),
      cache_write_5m: number('cache_write_5m'),
      cache_write_1h: number('cache_write_1h'),
      output: number('output'),
      reasoning: number('reasoning'),
    },
    partial: text('completeness') !== 'complete',
    gone: columns['source_gone']![i] === true,
  };
}

/** Flags of sessions, and those without any count, from what the logs say of the sessions they hold. */
class SessionNotes {
  readonly silent = new Map<string, SilentSession>();
  readonly flags = new Map<string, readonly string[]>();

  add(agent: AgentName, session_id: string, flags: readonly string[], uncounted: string | null, last_at: Instant | null): void {
    const key = `${agent}:${session_id}`;
    const all = [...(this.flags.get(key) ?? []), ...flags, ...(uncounted === null ? [] : [uncounted])];
    this.flags.set(key, [...new Set(all)].sort());
    if (uncounted !== null && !this.silent.has(key)) this.silent.set(key, { agent, session_id, last_at, flag: uncounted });
  }
}

async function booksFromStore(context: Context, withSessions: boolean): Promise<UsageBooks> {
  const { store } = await context.readBooks();
  if (!store.hasUsage) {
    throw new TokentrailError('STORE_MISSING', 'This store has no books of all sessions yet.', {
      suggestions: ['Run `tokentrail usage sync`, or read the logs alone with --no-store.'],
    });
  }
  return store.guarded(async () => {
    const usage = await store.usage();
    const notes = new SessionNotes();
    const logs = withSessions ? await (await store.logFiles()).current() : new Map<string, LogFileRow>();
    for (const { agent, about } of logs.values()) {
      for (const { session_id, parent, flags, uncounted, last_at } of about.sessions)
        if (session_id !== null) notes.add(agent, parent ?? session_id, flags, parent === null ? uncounted : null, last_at);
    }
    const points: UsagePoint[] = [];
    for await (const { columns, rows } of usage.counted(COLUMNS)) for (const i of rows) points.push(pointOf(columns, i));
    return { points, silent: [...notes.silent.values()], flags: notes.flags };
  });
}

async function booksFromLogs(context: Context): Promise<UsageBooks> {
  const notes = new SessionNotes();
  const points: UsagePoint[] = [];
  for (const agent of AGENT_LIST) {
    const all = AllLogs.once(agent, context.reading);
    await all.update((await Promise.all(context.roots(agent).map((root) => agent.reader.logs(root)))).flat());
    context.warnOfUnread(agent, all.unread);
    const rootOf = all.rootOf();
    for (const { session_id, flags, answered, counted, last_at } of all.facts) {
      if (session_id === null) continue;
      const uncounted = answered && !counted && rootOf(session_id) === session_id ? agent.reader.unknownWithoutCounts : null;
      notes.add(agent.name, rootOf(session_id), flags, uncounted, last_at);
    }
    for (const copy of all.counted()) {
      const session = rootOf(copy.session);
      const { at, model, calls, counts, partial } = copy;
      const [folder] = all.entry(copy.log).state.facts.folders;
      const project = folder === undefined ? null : context.tilde(folder);
      const subagent = copy.subagent || session !== copy.session;
      points.push({ agent: agent.name, session, at, model, project, subagent, calls, counts, partial, gone: false });
    }
  }
  return { points, silent: [...notes.silent.values()], flags: notes.flags };
}

/** Where a report's records come from. */
export interface UsageSource {
  /** From the logs alone, without the store. */
  readonly noStore: boolean;
  /** Brings the books up to date first. */
  readonly sync: boolean;
}

/** @param withSessions whether what is known of sessions beside their records is asked for, too. */
export async function usageBooks(context: Context, { noStore, sync }: UsageSource, withSessions = false): Promise<UsageBooks> {
  if (noStore) return booksFromLogs(context);
  if (sync) await syncBooks(context, null, false);
  return booksFromStore(context, withSessions);
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

export const zoneOf = (name: string | undefined): Zone => zoneNamed(name ?? null);
