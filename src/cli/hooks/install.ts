// What `hooks install` and `hooks uninstall` do to the agents' settings.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownFolder } from '../../capture/own-folders.js';
import { hookFile, type HookPlaces, type HookScope } from '../../hooks/places.js';
import { planInstall, planRemoval } from '../../hooks/plan.js';
import { SettingsProblem, type OwnProgram } from '../../hooks/settings.js';
import { TokentrailError } from '../../model/errors.js';
import { HOOK_AGENTS, type HookAgent } from '../../model/hook-event.js';
import { writeFileAtomically } from '../../store/files.js';
import { noteHookInstall, readHookInstalls, type HookInstall } from '../../store/hook-installs.js';
import type { Context } from '../context.js';
import { spoolOf } from '../fold-hooks.js';
import { checkoutOf } from '../project.js';
import { commandLines, scriptPath } from './program.js';

export interface HookChange {
  readonly agent: HookAgent;
  readonly file: string;
  /** `refused`: the file is not what can be changed, and was left as it is; the note says why. */
  readonly state: 'installed' | 'updated' | 'unchanged' | 'removed' | 'not_installed' | 'refused';
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

/** Settings of a project are those of the checkout that one works in. */
export const hookPlaces = (context: Context): HookPlaces => ({ ...context.surroundings, project: checkoutOf(context.folder) });

/** The folder of what is of this user on this machine. */
export const stateFolderOf = (context: Context): string => dirname(spoolOf(context));

/** By which our own commands are known. */
export const ownProgram = (): OwnProgram => ({ script: scriptPath() });

/** The agents that are meant. @throws USAGE where none is named and none is used here */
function chosen(context: Context, agents: readonly HookAgent[]): readonly HookAgent[] {
  if (agents.length > 0) return [...new Set(agents)];
  const used = HOOK_AGENTS.filter((agent) => existsSync(ownFolder(agent, context.surroundings)));
  if (used.length > 0) return used;
  throw new TokentrailError('USAGE', 'No agent that has hooks is used by this user.', {
    suggestions: [`Name one with --agent: ${HOOK_AGENTS.join(', ')}.`],
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const toBase64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

/** A file of settings where it really is, since people keep theirs elsewhere, and what it holds; null where there is none. */
interface Found {
  readonly file: string;
  readonly bytes: Buffer | null;
  readonly text: string | null;
}

/** @throws SettingsProblem for what can't be changed without damage */
function find(named: string): Found {
  if (!existsSync(named)) {
    if (lstatSync(named, { throwIfNoEntry: false }) !== undefined) throw new SettingsProblem('it is a link that leads nowhere');
    return { file: named, bytes: null, text: null };
  }
  const file = realpathSync(named);
  if (!statSync(file).isFile()) throw new SettingsProblem('it is no file');
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new SettingsProblem(`it can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  if (!isUtf8(bytes)) throw new SettingsProblem('it is no UTF-8, and what is not could not be kept');
  return { file, bytes, text: bytes.toString('utf8') };
}

/** Folders that are lacking, the outermost first. */
function lacking(file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); !existsSync(folder); folder = dirname(folder)) folders.unshift(folder);
  return folders;
}

function write(file: string, bytes: Uint8Array): void {
  // Readable as the agent's own folders and files are.
  for (const folder of lacking(file)) mkdirSync(folder, { mode: 0o755 });
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o644;
  writeFileAtomically(file, [bytes], true, mode);
}

/** Does it for one agent; what stands in the way there does not stop the others. */
function guarded(agent: HookAgent, file: string, work: () => HookChange): HookChange {
  const refused = (note: string): HookChange => ({ agent, file, state: 'refused', before: null, after: null, note });
  try {
    return work();
  } catch (error) {
    if (error instanceof SettingsProblem) return refused(`It was left as it is: ${error.message}.`);
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
    return refused(`It, or the note of how to undo it, can't be written (${code}); nothing was changed.`);
  }
}

const NOTES: Readonly<Partial<Record<HookAgent, string>>> = {
  codex: 'Codex runs hooks only once you trust them: it asks at its next start, or see /hooks.',
  claude: 'Claude Code reads them at its next start.',
};

function installOne(context: Context, agent: HookAgent, named: string, { scope, statusline, dryRun }: HookRequest): HookChange {
  const { file, bytes, text: before } = find(named);
  const lines = commandLines(scope, context.surroundings.variables['PATH'] ?? '');
  const { after, stripped, isForeign } = planInstall(before, agent, {
    program: ownProgram(),
    linesOf: (event) => lines(`hook ${event} --agent ${agent}`),
    statusline: statusline && agent === 'claude' ? lines('statusline').bash : null,
  });
  const note = isForeign ? 'Another status line is set and stays; remove it and install again to have this one.' : (NOTES[agent] ?? null);
  if (after === before) return { agent, file: named, state: 'unchanged', before, after, note: isForeign ? note : null };
  const hadOurs = stripped !== before;
  if (!dryRun) {
    const state = stateFolderOf(context);
    const known = readHookInstalls(state).find((one) => one.file === file);
    const isAsLeft = known !== undefined && bytes !== null && known.after_sha256 === sha256(bytes);
    const original = stripped === null ? null : toBase64(hadOurs ? stripped : bytes!);
    const written = Buffer.from(after);
    const install: HookInstall = {
      file,
      agent,
      scope,
      installed_at: isAsLeft ? known.installed_at : context.now(),
      before: isAsLeft ? known.before : original,
      after_sha256: sha256(written),
      made: isAsLeft ? known.made : lacking(file),
    };
    // First the way back: between the two, a kill leaves a file that nobody changed.
    noteHookInstall(state, file, install);
    write(file, written);
  }
  return { agent, file: named, state: hadOurs ? 'updated' : 'installed', before, after, note };
}

/** Puts our hooks into the settings of agents; what is there of others stays as it is. @throws USAGE */
export const installHooks = (context: Context, request: HookRequest): HookChange[] =>
  chosen(context, request.agents).map((agent) => {
    const named = hookFile(agent, request.scope, hookPlaces(context));
    return guarded(agent, named, () => installOne(context, agent, named, request));
  });

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

function uninstallOne(context: Context, agent: HookAgent, named: string, { dryRun }: HookRequest): HookChange {
  const { file, bytes, text: before } = find(named);
  const state = stateFolderOf(context);
  const known = readHookInstalls(state).find((one) => one.file === file);
  const forget = (): void => {
    if (known !== undefined && !dryRun) noteHookInstall(state, file, null);
  };
  if (bytes === null || before === null) {
    forget();
    return { agent, file: named, state: 'not_installed', before, after: null, note: null };
  }
  const isAsLeft = known?.after_sha256 === sha256(bytes);
  const bytesBefore = known === undefined || known.before === null ? null : Buffer.from(known.before, 'base64');
  const original = planRemoval(before, known === undefined ? null : { before: bytesBefore, isAsLeft }, ownProgram());
  const after = original === null ? null : Buffer.from(original).toString('utf8');
  if (after === before) {
    forget();
    return { agent, file: named, state: 'not_installed', before, after, note: null };
  }
  if (!dryRun) {
    if (original === null) rmSync(file);
    else write(file, original);
    if (original === null && known !== undefined) removeFolders(known.made);
    forget();
  }
  const note = isAsLeft ? null : 'The file was changed since the installation: our entries were taken out of it, the rest stays.';
  return { agent, file: named, state: 'removed', before, after, note };
}

/** Takes them out again: a file that nobody changed since has the very bytes that it had before. */
export function uninstallHooks(context: Context, request: HookRequest): HookChange[] {
  const agents = request.agents.length > 0 ? [...new Set(request.agents)] : HOOK_AGENTS;
  return agents.map((agent) => {
    const named = hookFile(agent, request.scope, hookPlaces(context));
    return guarded(agent, named, () => uninstallOne(context, agent, named, request));
  });
}
