// What the agents' readers of tool calls share: which fields of a call's arguments rules look at.
import type { ToolCall } from '../model/phase.js';
import type { LoggedCall } from './agent.js';
import { isObject, textIn } from './json-line.js';

type Fields = Readonly<Record<string, unknown>>;

/** A longer command line is cut: what it runs stands at its beginning. */
const MOST_COMMAND = 64 * 1024;
const MOST_PATH = 4096;
const MOST_NAME = 200;

const COMMANDS = ['command', 'cmd', 'script'] as const;
const PATHS = ['file_path', 'path', 'filePath', 'absolute_path', 'notebook_path', 'dir_path'] as const;
const AGENT_TYPES = ['subagent_type', 'agent_type', 'subagent_name', 'agent_name'] as const;

const SHELLS: ReadonlySet<string> = new Set(['bash', 'sh', 'zsh', 'dash']);

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A word as a shell would take it for one. */
const quoted = (word: string): string => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The command line of arguments that are a list: what a shell in it is told to run, or the words. */
function lineOf(words: readonly unknown[]): string | null {
  const texts = words.filter((word) => typeof word === 'string');
  if (texts.length === 0 || texts.length < words.length) return null;
  const [program = '', flag = '', line] = texts;
  if (line !== undefined && SHELLS.has(baseName(program)) && /^-[a-z]*c$/.test(flag)) return line;
  return texts.map(quoted).join(' ');
}

/** A command line, whether it was written as a text or as a list of words. */
export function commandIn(value: unknown): string | null {
  const line = Array.isArray(value) ? lineOf(value) : value;
  return typeof line === 'string' && line !== '' ? line.slice(0, MOST_COMMAND) : null;
}

function firstText(args: Fields, names: readonly string[], max: number): string | null {
  for (const name of names) {
    const text = textIn(args, name, max);
    if (text !== null) return text;
  }
  return null;
}

function firstCommand(args: Fields): string | null {
  for (const name of COMMANDS) {
    const line = Object.hasOwn(args, name) ? commandIn(args[name]) : null;
    if (line !== null) return line;
  }
  return null;
}

/** What rules look at in a tool's arguments; nothing else of them is kept. */
export function detailOf(args: unknown): Omit<ToolCall, 'tool'> {
  if (!isObject(args)) return { command: null, path: null, agent_type: null };
  return {
    command: firstCommand(args),
    path: firstText(args, PATHS, MOST_PATH),
    agent_type: firstText(args, AGENT_TYPES, MOST_NAME),
  };
}

/** The arguments of a call that are written as the text of a JSON document. */
export function parsedArguments(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

/** A call of a named tool; null if it has no name. */
export function callOf(named: Fields, id: unknown, args: unknown): LoggedCall | null {
  const tool = textIn(named, 'name', MOST_NAME);
  if (tool === null) return null;
  return { id: typeof id === 'string' && id !== '' ? id : null, call: { tool, ...detailOf(args) } };
}

/** The objects in a list. */
export const objectsIn = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);
