// What `hooks install` and `hooks uninstall` do to the agents' settings.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { agentFolder, hookFile, type HookPlaces, type HookScope } from '../../hooks/places.js';
import { SettingsProblem, withHooks, withoutHooks, withoutStatusLine, withStatusLine, statusLineIn } from '../../hooks/settings.js';
import { TokentrailError } from '../../model/errors.js';
import { HOOK_AGENTS, type HookAgent } from '../../model/hook-event.js';
import { fileFailure } from '../../store/failures.js';
import { writeFileAtomically } from '../../store/files.js';
import { noteHookInstall, readHookInstalls, type HookInstall } from '../../store/hook-installs.js';
import type { Context } from '../context.js';
import { spoolOf } from '../fold-hooks.js';
import { commandLine } from './program.js';

export interface HookChange {
  readonly agent: HookAgent;
  readonly file: string;
  readonly state: 'installed' | 'updated' | 'unchanged' | 'removed' | 'not_installed';
  /** The text of the file before and after; null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
  /** What the user should know of it; null if nothing. */
  readonly note: string | null;
}

export interface HookRequest {
  /** Agents that were named; empty: those that are used here. */
  readonly agents: readonly HookAgent[];
  readonly scope: HookScope;
  readonly statusline: boolean;
  readonly dryRun: boolean;
}

export const hookPlaces = (context: Context): HookPlaces => ({
  home: context.surroundings.home,
  project: context.project.root,
  variables: context.surroundings.variables,
});

/** The folder of what is of this user on this machine. */
export const stateFolderOf = (context: Context): string => dirname(spoolOf(context));

/** The agents that are meant. @throws USAGE where none is named and none is used here */
function chosen(context: Context, agents: readonly HookAgent[]): readonly HookAgent[] {
  if (agents.length > 0) return agents;
  const used = HOOK_AGENTS.filter((agent) => existsSync(agentFolder(agent, hookPlaces(context))));
  if (used.length > 0) return used;
  throw new TokentrailError('USAGE', 'No agent that has hooks is used by this user.', {
    suggestions: [`Name one with --agent: ${HOOK_AGENTS.join(', ')}.`],
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A file's own path where it is a link, as people keep their settings elsewhere. */
const realFile = (file: string): string => (existsSync(file) ? realpathSync(file) : file);

const bytesOf = (file: string): Buffer | null => (existsSync(file) ? readFileSync(file) : null);

function write(file: string, bytes: Uint8Array): string[] {
  const made: string[] = [];
  for (let folder = dirname(file); !existsSync(folder); folder = dirname(folder)) made.unshift(folder);
  try {
    // Readable as the agent's own folders and files are.
    for (const folder of made) mkdirSync(folder, { mode: 0o755 });
    const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o644;
    writeFileAtomically(file, [bytes], true, mode);
  } catch (error) {
    throw fileFailure(error, file, 'its hooks were not changed');
  }
  return made;
}

/** Runs a change of settings; what is wrong with them is the user's to mend. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SettingsProblem)) throw error;
    throw new TokentrailError('CONFIG_INVALID', `${file}: ${error.message}, so it was left as it is.`, {
      suggestions: ['Mend the file; the agent can’t read it either.'],
      details: { file },
    });
  }
}

const NOTES: Readonly<Partial<Record<HookAgent, string>>> = {
  codex: 'Codex runs hooks only once you trust them: it asks at its next start, or see /hooks.',
  claude: 'Claude Code reads them at its next start.',
};

function installOne(context: Context, agent: HookAgent, { scope, statusline, dryRun }: HookRequest): HookChange {
  const named = hookFile(agent, scope, hookPlaces(context));
  const file = realFile(named);
  const bytes = bytesOf(file);
  const before = bytes === null ? null : bytes.toString('utf8');
  const run = commandLine(scope, context.surroundings.variables['PATH'] ?? '');
  const isForeign = statusline && agent === 'claude' && guarded(named, () => statusLineIn(before)) === 'foreign';
  const after = guarded(named, () => {
    const hooked = withHooks(before, agent, (event) => run(`hook ${event} --agent ${agent}`));
    return statusline && agent === 'claude' ? withStatusLine(hooked, run('statusline')) : hooked;
  });
  const note = isForeign ? 'Another status line is set and stays; remove it and install again to have this one.' : (NOTES[agent] ?? null);
  if (after === before) return { agent, file: named, state: 'unchanged', before, after, note: isForeign ? note : null };
  const hadOurs = before !== null && guarded(named, () => withoutStatusLine(withoutHooks(before))) !== before;
  if (!dryRun) {
    const state = stateFolderOf(context);
    const known = readHookInstalls(state).find((one) => one.file === file);
    const isAsLeft = known !== undefined && bytes !== null && known.after_sha256 === sha256(bytes);
    const original = isAsLeft
      ? known.before
      : before === null
        ? null
        : hadOurs
          ? toBase64(withoutStatusLine(withoutHooks(before)))
          : toBase64(bytes!);
    const written = Buffer.from(after);
    const made = write(file, written);
    const install: HookInstall = {
      file,
      agent,
      scope,
      installed_at: isAsLeft ? known.installed_at : context.now(),
      before: original,
      after_sha256: sha256(written),
      made: isAsLeft ? known.made : made,
    };
    noteHookInstall(state, file, install);
  }
  return { agent, file: named, state: hadOurs ? 'updated' : 'installed', before, after, note };
}

const toBase64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

/** Puts our hooks into the settings of agents; what is there of others stays as it is. @throws CONFIG_INVALID, USAGE */
export const installHooks = (context: Context, request: HookRequest): HookChange[] =>
  chosen(context, request.agents).map((agent) => installOne(context, agent, request));

/** Folders that were made for a file, if nothing else came into them since; the innermost first. */
function removeFolders(made: readonly string[]): void {
  for (const folder of [...made].reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

function uninstallOne(context: Context, agent: HookAgent, { scope, dryRun }: HookRequest): HookChange {
  const named = hookFile(agent, scope, hookPlaces(context));
  const file = realFile(named);
  const bytes = bytesOf(file);
  const state = stateFolderOf(context);
  const known = readHookInstalls(state).find((one) => one.file === file);
  const before = bytes === null ? null : bytes.toString('utf8');
  if (bytes === null || before === null) {
    if (known !== undefined && !dryRun) noteHookInstall(state, file, null);
    return { agent, file: named, state: 'not_installed', before, after: null, note: null };
  }
  const isAsLeft = known !== undefined && known.after_sha256 === sha256(bytes);
  const original = known?.before ?? null;
  const taken = guarded(named, () => withoutStatusLine(withoutHooks(before)));
  // A file of which nothing is left that was not made for us goes, too.
  const isBare = known !== undefined && original === null && /^\s*\{\s*(?:"version"\s*:\s*1\s*,?)?\s*\}\s*$/.test(taken);
  const after = isAsLeft ? (original === null ? null : Buffer.from(original, 'base64').toString('utf8')) : isBare ? null : taken;
  if (after === before) return { agent, file: named, state: 'not_installed', before, after, note: null };
  if (!dryRun) {
    if (after === null) rmSync(file);
    else write(file, isAsLeft ? Buffer.from(original!, 'base64') : Buffer.from(after));
    if (after === null && known !== undefined) removeFolders(known.made);
    if (known !== undefined) noteHookInstall(state, file, null);
  }
  const note = isAsLeft ? null : 'The file was changed since the installation: our entries were taken out of it, the rest stays.';
  return { agent, file: named, state: 'removed', before, after, note };
}

/** Takes them out again: a file that nobody changed since has the very bytes that it had before. @throws CONFIG_INVALID, USAGE */
export function uninstallHooks(context: Context, request: HookRequest): HookChange[] {
  const agents = request.agents.length > 0 ? request.agents : HOOK_AGENTS;
  return agents.map((agent) => uninstallOne(context, agent, request));
}
