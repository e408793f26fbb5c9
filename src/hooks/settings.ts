// Our entries in an agent's settings: put in and taken out of the text, so that comments, order and everything of others stay as they
// are. Pure.
import { applyEdits, modify, parseTree, findNodeAtLocation, getNodeValue, printParseErrorCode, type JSONPath, type Node, type ParseError } from 'jsonc-parser'; // prettier-ignore
import { INSTALLED_EVENTS, type HookAgent } from '../model/hook-event.js';

/** Seconds after which the agent need not wait any more. */
const TIMEOUT_SECONDS = 10;

/** A command of ours, whichever program runs it. */
const OURS = /\bhook [A-Za-z]+ --agent (?:claude|codex|gemini|qwen|copilot)\b/;

const STATUSLINE_OURS = /(?:tokentrail|run\.js)['"]? statusline(?:; fi)?$/;

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
  const tree = parseTree(text, errors, { allowTrailingComma: true });
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

const isOurs = (entry: unknown): boolean => {
  const commands = commandsOf(entry);
  return commands.length > 0 && commands.every((command) => OURS.test(command));
};

function entryOf(agent: HookAgent, command: string): object {
  if (agent === 'copilot') return { type: 'command', bash: command, powershell: command, timeoutSec: TIMEOUT_SECONDS };
  // The forks of Gemini CLI take milliseconds, and wait a minute by themselves.
  const timeout = agent === 'claude' || agent === 'codex' ? { timeout: TIMEOUT_SECONDS } : {};
  return { hooks: [{ type: 'command', command, ...timeout }] };
}

const EMPTY: Readonly<Record<HookAgent, string>> = {
  claude: '{}\n',
  codex: '{}\n',
  gemini: '{}\n',
  qwen: '{}\n',
  copilot: '{\n  "version": 1\n}\n',
};

const change = (text: string, path: JSONPath, value: unknown, insert = false): string =>
  applyEdits(text, modify(text, path, value, { ...formattingOf(text), isArrayInsertion: insert }));

/** Our entry of an event, by its number in the list; −1 if there is none. */
const oursIn = (list: Node | null): number => (list?.children ?? []).findIndex((node) => isOurs(getNodeValue(node)));

/**
 * The settings with our entries.
 *
 * @param text null where there is no file.
 * @param commandOf the command line of an event.
 * @throws SettingsProblem
 */
export function withHooks(text: string | null, agent: HookAgent, commandOf: (event: string) => string): string {
  let next = text === null || text.trim() === '' ? EMPTY[agent] : text;
  for (const event of INSTALLED_EVENTS[agent]) {
    const entry = entryOf(agent, commandOf(event));
    const list = listAt(treeOf(next), ['hooks', event]);
    const at = oursIn(list);
    if (at >= 0 && JSON.stringify(getNodeValue(list!.children![at]!)) === JSON.stringify(entry)) continue;
    if (list === null) next = change(next, ['hooks', event], [entry]);
    else
      next = at >= 0 ? change(next, ['hooks', event, at], entry) : change(next, ['hooks', event, list.children?.length ?? 0], entry, true);
  }
  return next;
}

/** Without them: also where they were put in by hand, or in a file that was changed since. Lists that become empty go. */
export function withoutHooks(text: string): string {
  let next = text;
  const hooks = findNodeAtLocation(treeOf(next), ['hooks']);
  if (hooks?.type !== 'object') return next;
  for (const event of Object.keys(getNodeValue(hooks) as object)) {
    for (;;) {
      const list = findNodeAtLocation(treeOf(next), ['hooks', event]);
      if (list?.type !== 'array') break;
      const at = oursIn(list);
      if (at < 0) break;
      next = change(next, list.children!.length === 1 ? ['hooks', event] : ['hooks', event, at], undefined);
    }
  }
  const left = findNodeAtLocation(treeOf(next), ['hooks']);
  return next !== text && left?.type === 'object' && left.children?.length === 0 ? change(next, ['hooks'], undefined) : next;
}

/** The events for which our entry is there. @throws SettingsProblem */
export function installedEvents(text: string, agent: HookAgent): readonly { readonly event: string; readonly command: string }[] {
  const tree = treeOf(text);
  return INSTALLED_EVENTS[agent].flatMap((event) => {
    const list = listAt(tree, ['hooks', event]);
    const at = oursIn(list);
    return at < 0 ? [] : [{ event, command: commandsOf(getNodeValue(list!.children![at]!))[0]! }];
  });
}

/** What stands where Claude Code's status line is set: nothing, ours, or another's, which is never replaced. */
export function statusLineIn(text: string | null): 'none' | 'ours' | 'foreign' {
  if (text === null || text.trim() === '') return 'none';
  const node = findNodeAtLocation(treeOf(text), ['statusLine']);
  if (node === undefined) return 'none';
  const [command] = commandsOf(getNodeValue(node));
  return command !== undefined && STATUSLINE_OURS.test(command) ? 'ours' : 'foreign';
}

export function withStatusLine(text: string | null, command: string): string {
  const before = text === null || text.trim() === '' ? '{}\n' : text;
  return statusLineIn(before) === 'foreign' ? before : change(before, ['statusLine'], { type: 'command', command });
}

export const withoutStatusLine = (text: string): string => (statusLineIn(text) === 'ours' ? change(text, ['statusLine'], undefined) : text);
