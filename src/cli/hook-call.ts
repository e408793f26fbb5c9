// What `hook EVENT` does: reads a payload on stdin, appends what it tells of its session to the spool, and says nothing. An agent waits
// for it at every tool call and takes an exit code of 2 for an order to stop, so it ends with 0 whatever happens; what goes wrong is
// told by `hooks doctor`. It has a door of its own before oclif, and loads nothing but this.
import { appendFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { readPayload } from '../hooks/payload.js';
import { HOOK_AGENTS, isRefused, type HookAgent, type SpooledEvent } from '../model/hook-event.js';
import { appendToSpool } from '../store/spool.js';
import { findProject, homeNames } from './project.js';
import { spoolFolder } from './spool-folder.js';
import { readInput } from './stdin.js';

type Variables = Readonly<Record<string, string | undefined>>;

function sizeOf(path: string): number | null {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : null;
  } catch {
    return null;
  }
}

const isAgent = (name: string | undefined): name is HookAgent => (HOOK_AGENTS as readonly (string | undefined)[]).includes(name);

/** The value of a flag, as `--name value` or `--name=value`; undefined where it is not given. */
function valueOf(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  return at < 0 ? undefined : args[at] === name ? args[at + 1] : args[at]!.slice(name.length + 1);
}

/** What a command line of `hook` names. */
interface NamedCall {
  readonly event: string;
  /** Null: one that there is not. */
  readonly agent: HookAgent | null;
  readonly store: string | null;
}

/** `EVENT [--agent A] [--store S]`; without an agent it is Claude Code's, as its plugin calls it. */
export function callOf(args: readonly string[]): NamedCall {
  const given = valueOf(args, '--agent');
  const event = args.find((arg, i) => !arg.startsWith('-') && !['--agent', '--store'].includes(args[i - 1] ?? ''));
  return {
    event: event ?? '',
    agent: given === undefined ? 'claude' : isAgent(given) ? given : null,
    store: valueOf(args, '--store') || null,
  };
}

/** The folder in which the hook was called; null if it is gone. */
function folderHere(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

/**
 * Before 2.1.132 Claude Code does not tell the session's id to the commands that it runs, but lets a SessionStart hook set variables
 * for them. From then on the same variable is there already.
 */
function tellSession(event: SpooledEvent, variables: Variables): void {
  const file = variables['CLAUDE_ENV_FILE'];
  if (file === undefined || file === '' || variables['CLAUDE_CODE_SESSION_ID']) return;
  if (isRefused(event) || event.agent !== 'claude' || event.kind !== 'start' || !/^[\w-]{1,128}$/.test(event.session_id)) return;
  // A pipe would wait for a reader.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) return;
  appendFileSync(file, `export CLAUDE_CODE_SESSION_ID=${event.session_id}\n`);
}

/** Takes one call of a hook. Never throws, prints nothing. */
export function takeHookCall(args: readonly string[]): void {
  const { env } = process;
  try {
    const home = env['HOME'] || homedir();
    const now = Date.now() * 1000;
    const id = `${now.toString(36)}-${process.pid.toString(36)}-${process.hrtime()[1].toString(36)}`;
    const { event: named, agent, store: given } = callOf(args);
    const store = given ?? (env['TOKENTRAIL_STORE'] || null);
    const projectOf = (folder: string): string => findProject(folder).root;
    const call = { event: named, agent, id, at: now, store, homes: homeNames(home), folder: folderHere(), projectOf, sizeOf };
    const event = readPayload(readInput(), call);
    appendToSpool(spoolFolder(env, home), event);
    tellSession(event, env);
  } catch {
    // Nobody may be told here; the doctor finds that nothing came.
  }
}
