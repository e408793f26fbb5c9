// The tool calls of a Codex rollout. A call has no id of the response that issued it; where it stands among the counts tells. Builds
// of 2025 write a response's token_count first and its items after it (0.34, 0.36); newer ones write the items first (0.104). Which it
// is shows at the first call of a turn: whether counts were written since the turn began.
import { isObject, objectIn, textIn } from '../json-line.js';
import type { CallReader, CallSink, LoggedCall, LogState, RecordName } from '../agent.js';
import type { RecordCopy } from '../../model/record.js';
import { callOf, commandIn, parsedArguments } from '../calls.js';
import { isInherited } from './parse.js';

type Fields = Readonly<Record<string, unknown>>;

interface Own {
  /** Keys that were seen: a repeated vector is no new record. */
  readonly seen: Set<string>;
  /** The last record since the turn began. */
  last: RecordName | null;
  /** Calls follow the counts of their response; null until the turn's first call tells. */
  follows: boolean | null;
  /** A turn began with a call: this build never writes counts before the calls of their response. */
  itemsFirst: boolean;
  /** Calls whose counts are still to come. */
  pending: LoggedCall[];
}

function beginTurn(own: Own): void {
  own.last = null;
  own.follows = null;
  // Their response was broken off, and its counts were never written.
  own.pending = [];
}

/** The oldest build that is known to write the items of a response before its counts. */
const ITEMS_FIRST = [0, 104] as const;

function isItemsFirst(version: string | null): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return major !== undefined && (Number(major) > ITEMS_FIRST[0] || Number(minor) >= ITEMS_FIRST[1]);
}

/** A command that the program ran for the model, as `local_shell_call` tells it. */
function shellCall(item: Fields): LoggedCall {
  const command = commandIn(objectIn(item, 'action')?.['command']);
  return { id: textIn(item, 'call_id') ?? textIn(item, 'id'), call: { tool: 'local_shell', command, path: null, agent_type: null } };
}

/** The call that an item of a response is; null if it is none. */
function callIn(item: Fields): LoggedCall | null {
  const id = textIn(item, 'call_id') ?? textIn(item, 'id');
  switch (item['type']) {
    case 'function_call':
      return callOf(item, id, parsedArguments(item['arguments']));
    case 'custom_tool_call':
      return callOf(item, id, parsedArguments(item['input']));
    case 'local_shell_call':
      return shellCall(item);
    case 'web_search_call':
      return { id, call: { tool: 'web_search', command: null, path: null, agent_type: null } };
    default:
      return null;
  }
}

function beginsTurn(line: Fields, payload: Fields): boolean {
  if (line['type'] === 'compacted') return true;
  if (line['type'] === 'event_msg') return payload['type'] === 'user_message' || payload['type'] === 'task_started';
  return line['type'] === 'response_item' && payload['type'] === 'message' && payload['role'] === 'user';
}

function readLine(own: Own, line: Fields, copies: readonly RecordCopy[], state: LogState, sink: CallSink): void {
  const payload = line['payload'];
  if (!isObject(payload) || isInherited(state, line)) return;
  for (const { key, session } of copies) {
    if (own.seen.has(key)) continue;
    own.seen.add(key);
    own.last = { key, session };
    for (const call of own.pending.splice(0)) sink(own.last, call);
  }
  if (beginsTurn(line, payload)) beginTurn(own);
  const call = line['type'] === 'response_item' ? callIn(payload) : null;
  if (call === null) return;
  own.itemsFirst ||= own.last === null || isItemsFirst(state.facts.version);
  own.follows ??= !own.itemsFirst;
  if (own.follows && own.last !== null) sink(own.last, call);
  else own.pending.push(call);
}

export const codexCalls: CallReader = {
  fields: { payload: { name: 'value', arguments: 'value', input: 'value', call_id: 'value', action: 'value' } },
  begin: (): Own => ({ seen: new Set(), last: null, follows: null, itemsFirst: false, pending: [] }),
  line: (own, line, copies, state, sink) => readLine(own as Own, line, copies, state, sink),
  document: () => undefined,
};
