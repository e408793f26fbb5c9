// What is known of the hooks on this machine: where they stand in agents' settings, what they told, and what was stored of it.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { hookFile, type HookScope } from '../../hooks/places.js';
import { installedEvents, SettingsProblem, switchedOff } from '../../hooks/settings.js';
import { TokentrailError } from '../../model/errors.js';
import { HOOK_AGENTS, INSTALLED_EVENTS, type HookAgent } from '../../model/hook-event.js';
import type { SnapshotRow } from '../../model/snapshot-row.js';
import { countHooks, worthOfHooks, type HookCounts, type HookWorth } from '../../report/hooks.js';
import { readHookInstalls } from '../../store/hook-installs.js';
import { readSpool } from '../../store/spool.js';
import type { Context } from '../context.js';
import { spoolOf } from '../fold-hooks.js';
import { hookPlaces, ownProgram, stateFolderOf } from './install.js';

/** The hooks in one file of settings. */
export interface HookFile {
  readonly agent: HookAgent;
  readonly scope: HookScope;
  readonly file: string;
  readonly hooks: readonly { readonly event: string; readonly command: string }[];
  /** Events that should be there, too. */
  readonly missing: readonly string[];
  /** The program that the commands name is not there. */
  readonly broken: string | null;
  /** The setting in it that stops all hooks; null if none does. */
  readonly off: string | null;
  /** Why the file can't be read; null if it can. */
  readonly problem: string | null;
}

export interface HooksReport {
  /** Files in which at least one of our hooks stands, or that can't be read. */
  readonly files: readonly HookFile[];
  readonly counts: HookCounts;
  readonly worth: readonly HookWorth[];
  /** Snapshots in this store by agent and event; null where there is no store. */
  readonly stored: readonly SnapshotRow[] | null;
  /** Lines of the spool that are no events. */
  readonly damaged: number;
}

/** Paths in a command line, of which a script or a program that is gone is told. */
function brokenIn(command: string): string | null {
  const paths = [...command.matchAll(/'([^']+)'|"([^"]+)"|(\/[^\s;]+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
  return paths.find((path) => path.startsWith('/') && !path.startsWith('/dev/') && !existsSync(path)) ?? null;
}

function fileOf(context: Context, agent: HookAgent, scope: HookScope): HookFile | null {
  const file = hookFile(agent, scope, hookPlaces(context));
  if (!existsSync(file)) return null;
  const base = { agent, scope, file, missing: [], broken: null, off: null };
  try {
    const text = readFileSync(file, 'utf8');
    const hooks = installedEvents(text, agent, ownProgram());
    if (hooks.length === 0) return null;
    const missing = INSTALLED_EVENTS[agent].filter((event) => !hooks.some((hook) => hook.event === event));
    const broken = hooks.map(({ command }) => brokenIn(command)).find((path) => path !== null) ?? null;
    return { ...base, hooks, missing, broken, off: switchedOff(text), problem: null };
  } catch (error) {
    if (error instanceof SettingsProblem) return { ...base, hooks: [], problem: error.message };
    return { ...base, hooks: [], problem: `it can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}

/** The snapshots of this store. @throws STORE_MISSING */
export async function snapshotsOf(context: Context): Promise<readonly SnapshotRow[]> {
  const { store } = await context.readBooks();
  return store.guarded(async () => [...((await (await store.snapshots())?.all()) ?? new Map<string, SnapshotRow[]>()).values()].flat());
}

/** The same; null where there is no store. */
async function storedSnapshots(context: Context): Promise<readonly SnapshotRow[] | null> {
  try {
    return await snapshotsOf(context);
  } catch (error) {
    if (error instanceof TokentrailError && error.code === 'STORE_MISSING') return null;
    throw error;
  }
}

/** What is known of the hooks. */
export async function hooksReport(context: Context): Promise<HooksReport> {
  const scopes = ['user', 'project'] as const;
  const files = HOOK_AGENTS.flatMap((agent) => scopes.map((scope) => fileOf(context, agent, scope)))
    .filter((file) => file !== null)
    // In the home folder, a project's settings are the user's.
    .filter(({ file }, i, all) => all.findIndex((one) => one.file === file) === i);
  const { events, damaged } = readSpool(spoolOf(context));
  const now = context.now();
  const counts = countHooks(events, now);
  const installs = readHookInstalls(stateFolderOf(context));
  const installed = files.flatMap(({ agent, file, hooks }) => {
    // Noted is the file that a link leads to.
    const real = realpathSync(file);
    const installed_at = installs.find((one) => one.file === real)?.installed_at ?? null;
    return hooks.map(({ event }) => ({ agent, event, installed_at }));
  });
  return { files, counts, worth: worthOfHooks(installed, counts, now), stored: await storedSnapshots(context), damaged };
}
