// Our entries in an agent's settings: put in and taken out of the text, so that comments, order and everything of others stay as they
// are. Pure.
import { applyEdits, createScanner, modify, parseTree, findNodeAtLocation, getNodeValue, printParseErrorCode, type JSONPath, type Node, type ParseError } from 'jsonc-parser'; // prettier-ignore
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

/** How a text is laid out: what a level is indented by, and how its lines end. */
const layoutOf = (text: string): { readonly unit: string; readonly eol: string } => ({
  unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ',
  eol: text.includes('\r\n') ? '\r\n' : '\n',
});

/** What the line of a place is indented by. */
function indentAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))![0];
}

/** On one line, with spaces as people write it. */
const written = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replaceAll(/\n */g, ' ')
    .replaceAll(/\[ (?=\S)/g, '[')
    .replaceAll(/(?<=\S) \]/g, ']');

/** A key that an object has twice; null if there is none. */
function repeatedKey(node: Node | undefined): string | null {
  const keys = node?.type === 'object' ? (node.children ?? []).map((property) => String(property.children?.[0]?.value)) : [];
  return keys.find((key, i) => keys.indexOf(key) !== i) ?? null;
}

function treeOf(text: string): Node {
  const errors: ParseError[] = [];
  const tree = parseTree(text.replace(BOM, ''), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || tree === undefined) {
    const line = text.slice(0, error?.offset ?? 0).split('\n').length;
    throw new SettingsProblem(`it is no JSON (line ${line}: ${error === undefined ? 'empty' : printParseErrorCode(error.error)})`);
  }
  if (tree.type !== 'object') throw new SettingsProblem('it holds no object');
  for (const node of [tree, findNodeAtLocation(tree, ['hooks'])]) {
    const twice = repeatedKey(node);
    if (twice !== null) throw new SettingsProblem(`"${twice}" stands in it twice, and of the two only one counts`);
  }
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

/** Without the mark of its encoding, which is put back. */
function unmarked(text: string, work: (plain: string) => string): string {
  return `${BOM.exec(text)?.[0] ?? ''}${work(text.replace(BOM, ''))}`;
}

/** Replaces a value; nothing else is touched. */
const change = (text: string, path: JSONPath, value: unknown): string =>
  unmarked(text, (plain) => applyEdits(plain, modify(plain, path, value, {})));

/** Removes a value with what parts it from its neighbours. */
function remove(text: string, path: JSONPath): string {
  return unmarked(text, (plain) => {
    const value = findNodeAtLocation(treeOf(plain), path)!;
    const node = value.parent!.type === 'property' ? value.parent! : value;
    const parent = node.parent!;
    const siblings = parent.children!;
    const at = siblings.indexOf(node);
    const [before, after] = [siblings[at - 1], siblings[at + 1]];
    const end = node.offset + node.length;
    // The last one goes with the comma before it, or with all that is in the braces.
    if (before !== undefined) return plain.slice(0, before.offset + before.length) + plain.slice(end);
    if (after !== undefined) return plain.slice(0, node.offset) + plain.slice(after.offset);
    const [inner, last] = [parent.offset + 1, parent.offset + parent.length - 1];
    const isAlone = plain.slice(inner, node.offset).trim() === '' && plain.slice(end, last).trim() === '';
    return isAlone ? plain.slice(0, inner) + plain.slice(last) : plain.slice(0, node.offset) + plain.slice(end);
  });
}

/** Whether a comma follows a place, behind blanks and comments; where it ends, else −1. */
function commaAfter(text: string, at: number): number {
  const scanner = createScanner(text, true);
  scanner.setPosition(at);
  return (scanner.scan() as number) === COMMA ? scanner.getTokenOffset() + 1 : -1;
}

/** Kind of that token. */
const COMMA = 5;

/** Puts a line of its own at the end of an object or a list; what is there is not laid out anew. */
function insertLast(text: string, path: JSONPath, content: string): string {
  return unmarked(text, (plain) => {
    const { unit, eol } = layoutOf(plain);
    const parent = path.length === 0 ? treeOf(plain) : findNodeAtLocation(treeOf(plain), path)!;
    const outer = indentAt(plain, parent.offset);
    const last = parent.children?.at(-1);
    if (last === undefined) {
      const rest = plain.slice(parent.offset + 1);
      const isBlank = /^\s*[\]}]/.test(rest);
      const end = isBlank ? rest.trimStart() : rest;
      return `${plain.slice(0, parent.offset + 1)}${eol}${outer}${unit}${content}${eol}${outer}${end}`;
    }
    const end = last.offset + last.length;
    const comma = commaAfter(plain, end);
    const isOwnLine = plain.slice(plain.lastIndexOf('\n', last.offset - 1) + 1, last.offset).trim() === '';
    const indent = isOwnLine ? indentAt(plain, last.offset) : outer + unit;
    const at = comma < 0 ? end : comma;
    return `${plain.slice(0, at)}${comma < 0 ? ',' : ''}${eol}${indent}${content}${plain.slice(at)}`;
  });
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
    if (at >= 0) next = change(next, ['hooks', event, at], entry);
    else if (list !== null) next = insertLast(next, ['hooks', event], written(entry));
    else {
      if (findNodeAtLocation(treeOf(next), ['hooks']) === undefined) next = insertLast(next, [], '"hooks": {}');
      next = insertLast(next, ['hooks'], `${JSON.stringify(event)}: ${written([entry])}`);
    }
  }
  return next;
}

/** Without them: also where they were put in by hand, or in a file that was changed since. Lists that become empty go. */
export function withoutHooks(text: string, program: OwnProgram): string {
  if (text.trim() === '') return text;
  let next = text;
  const hooks = findNodeAtLocation(treeOf(next), ['hooks']);
  if (hooks?.type !== 'object') return next;
  for (const event of Object.keys(getNodeValue(hooks) as object)) {
    for (;;) {
      const list = findNodeAtLocation(treeOf(next), ['hooks', event]);
      if (list?.type !== 'array') break;
      const at = oursIn(list, program);
      if (at < 0) break;
      next = remove(next, list.children!.length === 1 ? ['hooks', event] : ['hooks', event, at]);
    }
  }
  const left = findNodeAtLocation(treeOf(next), ['hooks']);
  return next !== text && left?.type === 'object' && left.children?.length === 0 ? remove(next, ['hooks']) : next;
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

/** Settings by which agents run no hooks at all: of Claude Code and Copilot CLI, of Gemini CLI and its forks, and what they were before. */
const SWITCHES: readonly { readonly path: JSONPath; readonly off: boolean }[] = [
  { path: ['disableAllHooks'], off: true },
  { path: ['hooksConfig', 'enabled'], off: false },
  { path: ['hooks', 'enabled'], off: false },
  { path: ['tools', 'enableHooks'], off: false },
];

/** The setting that stops all hooks, as `name: value`; null if none does. @throws SettingsProblem */
export function switchedOff(text: string): string | null {
  const tree = treeOf(text);
  const found = SWITCHES.find(({ path, off }) => findNodeAtLocation(tree, [...path])?.value === off);
  return found === undefined ? null : `${found.path.join('.')}: ${found.off}`;
}

/** What stands where Claude Code's status line is set: nothing, ours, or another's, which is never replaced. */
export function statusLineIn(text: string | null, program: OwnProgram): 'none' | 'ours' | 'foreign' {
  if (text === null || text.trim() === '') return 'none';
  const node = findNodeAtLocation(treeOf(text), ['statusLine']);
  if (node === undefined) return 'none';
  const [command] = commandsOf(getNodeValue(node));
  return command !== undefined && isOwnCommand(command, 'statusline', program) ? 'ours' : 'foreign';
}

/** The settings with ours, unless another one is set. */
export function withStatusLine(text: string | null, program: OwnProgram, command: string): string {
  const before = text === null || text.trim() === '' ? '{}\n' : text;
  const line = { type: 'command', command };
  switch (statusLineIn(before, program)) {
    case 'foreign':
      return before;
    case 'none':
      return insertLast(before, [], `"statusLine": ${written(line)}`);
    case 'ours': {
      const now: unknown = getNodeValue(findNodeAtLocation(treeOf(before), ['statusLine'])!);
      return JSON.stringify(now) === JSON.stringify(line) ? before : change(before, ['statusLine'], line);
    }
  }
}

/** The settings without ours. */
export const withoutStatusLine = (text: string, program: OwnProgram): string =>
  statusLineIn(text, program) === 'ours' ? remove(text, ['statusLine']) : text;
