// Our entries in an agent's settings: put in and taken out of the text, so that comments, order and everything of others stay as they
// are. Pure.
import { applyEdits, modify, parseTree, findNodeAtLocation, getNodeValue, printParseErrorCode, type JSONPath, type Node, type ParseError } from 'jsonc-parser'; // prettier-ignore
import { INSTALLED_EVENTS, type HookAgent } from '../model/hook-event.js';

/** Seconds after which the agent need not wait any more. */
const TIMEOUT_SECONDS = 10;

/** Commands of this program, by its name or, where it is called by node, by the paths of its script, wherever it was installed. */
export interface OwnProgram {
  /** The script that runs now. */
  readonly script: string;
}

const WORDS = { hook: /^hook [A-Za-z]+ --agent (?:claude|codex|gemini|qwen|copilot)(?:; fi| \})?$/, statusline: /^statusline(?:; fi)?$/ };

/** What stands before the words of ours: a name of the program, or its script in a folder `tokentrail/bin`. */
const isProgram = (text: string, { script }: OwnProgram): boolean => {
  const plain = text.replaceAll(/['"]/g, '').replaceAll('\\', '/');
  return /(?:^|[\s/])tokentrail(?:\/bin\/run\.js)?$/.test(plain) || plain.endsWith(script.replaceAll('\\', '/'));
};

function isOwnCommand(command: string, kind: keyof typeof WORDS, program: OwnProgram): boolean {
  const at = command.lastIndexOf(` ${kind}`);
  return at > 0 && WORDS[kind].test(command.slice(at + 1)) && isProgram(command.slice(0, at), program);
}

/** With which some editors begin a file, and the parser takes it for a mistake. */
const BOM = /^\ufeff/;

/** The settings are not what the agent could read, or hold something else where hooks should be. */
export class SettingsProblem extends Error {}

const formattingOf = (text: string) => {
  const indented = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const tabs = indented.startsWith('\t');
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return { formattingOptions: { insertSpaces: !tabs, tabSize: tabs ? 1 : indented.length, eol, insertFinalNewline: false } };
};

function treeOf(text: string): Node {
  const errors: ParseError[] = [];
  const tree = parseTree(text.replace(BOM, ''), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || tree === undefined) {
    const line = text.slice(0, error?.offset ?? 0).split('\n').length;
    throw new SettingsProblem(`it is no JSON (line ${line}: ${error === undefined ? 'empty' : printParseErrorCode(error.error)})`);
  }
  if (tree.type !== 'object') throw new SettingsProblem('it holds no object');
  return tree;
}

/** A list inside of it; null where there is none. @throws SettingsProblem if something else is there */
function listAt(tree: Node, path: JSONPath): Node | null {
  for (let depth = 1; depth <= path.length; depth++) {
    const node = findNodeAtLocation(tree, path.slice(0, depth));
    if (node === undefined) return null;
    const wanted = depth === path.length ? 'array' : 'object';
    if (node.type !== wanted)
      throw new SettingsProblem(`"${path.slice(0, depth).join('.')}" is no ${wanted === 'array' ? 'list' : 'object'}`);
    if (depth === path.length) return node;
  }
  return null;
}

/** The commands that an entry of an event's list runs. */
function commandsOf(entry: unknown): string[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { command, bash, hooks } = entry as { command?: unknown; bash?: unknown; hooks?: unknown };
  const own = [command, bash].filter((text) => typeof text === 'string');
  return Array.isArray(hooks) ? [...own, ...hooks.flatMap(commandsOf)] : own;
}

const isOurs = (entry: unknown, program: OwnProgram): boolean => {
  const commands = commandsOf(entry);
  return commands.length > 0 && commands.every((command) => isOwnCommand(command, 'hook', program));
};

function entryOf(agent: HookAgent, { bash: command, powershell }: CommandLines): object {
  if (agent === 'copilot') return { type: 'command', bash: command, powershell, timeoutSec: TIMEOUT_SECONDS };
  // The forks of Gemini CLI take milliseconds, and wait a minute by themselves.
  const timeout = agent === 'claude' || agent === 'codex' ? { timeout: TIMEOUT_SECONDS } : {};
  return { hooks: [{ type: 'command', command, ...timeout }] };
}

/** How an event calls this program, by the shells that agents have. */
export interface CommandLines {
  readonly bash: string;
  readonly powershell: string;
}

const EMPTY: Readonly<Record<HookAgent, string>> = {
  claude: '{}\n',
  codex: '{}\n',
  gemini: '{}\n',
  qwen: '{}\n',
  copilot: '{\n  "version": 1\n}\n',
};

function change(text: string, path: JSONPath, value: unknown, insert = false): string {
  const plain = text.replace(BOM, '');
  const changed = applyEdits(plain, modify(plain, path, value, { ...formattingOf(plain), isArrayInsertion: insert }));
  return `${BOM.exec(text)?.[0] ?? ''}${changed}`;
}

/** Our entry of an event, by its number in the list; −1 if there is none. */
const oursIn = (list: Node | null, program: OwnProgram): number =>
  (list?.children ?? []).findIndex((node) => isOurs(getNodeValue(node), program));

/**
 * The settings with our entries.
 *
 * @param text null where there is no file.
 * @param linesOf the command lines of an event.
 * @throws SettingsProblem
 */
export function withHooks(text: string | null, agent: HookAgent, program: OwnProgram, linesOf: (event: string) => CommandLines): string {
  let next = text === null || text.trim() === '' ? EMPTY[agent] : text;
  for (const event of INSTALLED_EVENTS[agent]) {
    const entry = entryOf(agent, linesOf(event));
    const list = listAt(treeOf(next), ['hooks', event]);
    const at = oursIn(list, program);
    if (at >= 0 && JSON.stringify(getNodeValue(list!.children![at]!)) === JSON.stringify(entry)) continue;
    if (list === null) next = change(next, ['hooks', event], [entry]);
    else
      next = at >= 0 ? change(next, ['hooks', event, at], entry) : change(next, ['hooks', event, list.children?.length ?? 0], entry, true);
  }
  return next;
}

/** Without them: also where they were put in by hand, or in a file that was changed since. Lists that become empty go. */
export function withoutHooks(text: string, program: OwnProgram): string {
  let next = text;
  const hooks = findNodeAtLocation(treeOf(next), ['hooks']);
  if (hooks?.type !== 'object') return next;
  for (const event of Object.keys(getNodeValue(hooks) as object)) {
    for (;;) {
      const list = findNodeAtLocation(treeOf(next), ['hooks', event]);
      if (list?.type !== 'array') break;
      const at = oursIn(list, program);
      if (at < 0) break;
      next = change(next, list.children!.length === 1 ? ['hooks', event] : ['hooks', event, at], undefined);
    }
  }
  const left = findNodeAtLocation(treeOf(next), ['hooks']);
  return next !== text && left?.type === 'object' && left.children?.length === 0 ? change(next, ['hooks'], undefined) : next;
}

/** The events for which our entry is there. @throws SettingsProblem */
export function installedEvents(
  text: string,
  agent: HookAgent,
  program: OwnProgram,
): readonly { readonly event: string; readonly command: string }[] {
  const tree = treeOf(text);
  return INSTALLED_EVENTS[agent].flatMap((event) => {
    const list = listAt(tree, ['hooks', event]);
    const at = oursIn(list, program);
    return at < 0 ? [] : [{ event, command: commandsOf(getNodeValue(list!.children![at]!))[0]! }];
  });
}

/** What stands where Claude Code's status line is set: nothing, ours, or another's, which is never replaced. */
export function statusLineIn(text: string | null, program: OwnProgram): 'none' | 'ours' | 'foreign' {
  if (text === null || text.trim() === '') return 'none';
  const node = findNodeAtLocation(treeOf(text), ['statusLine']);
  if (node === undefined) return 'none';
  const [command] = commandsOf(getNodeValue(node));
  return command !== undefined && isOwnCommand(command, 'statusline', program) ? 'ours' : 'foreign';
}

export function withStatusLine(text: string | null, program: OwnProgram, command: string): string {
  const before = text === null || text.trim() === '' ? '{}\n' : text;
  return statusLineIn(before, program) === 'foreign' ? before : change(before, ['statusLine'], { type: 'command', command });
}

export const withoutStatusLine = (text: string, program: OwnProgram): string =>
  statusLineIn(text, program) === 'ours' ? change(text, ['statusLine'], undefined) : text;
