// The tool calls of a Claude Code transcript. A line holds one block of a response; the lines of a response share its record.
import type { CallReader, CallSink, RecordName } from '../agent.js';
import type { RecordCopy } from '../../model/record.js';
import { callOf, objectsIn } from '../calls.js';
import { objectIn, textIn } from '../json-line.js';
import { SHORTEST_OWN_ID } from './parse.js';

type Fields = Readonly<Record<string, unknown>>;

/** Calls that the program carries out, and those that the provider does. */
const BLOCKS: ReadonlySet<unknown> = new Set(['tool_use', 'server_tool_use', 'mcp_tool_use']);

/** The record of a line: an advisor's come first. Lines that begin a response may have no counts, but its id. */
function recordOf(line: Fields, message: Fields, copies: readonly RecordCopy[]): RecordName | null {
  const answer = copies.at(-1);
  if (answer !== undefined) return answer;
  const key = textIn(message, 'id');
  return key === null || key.length < SHORTEST_OWN_ID ? null : { key, session: textIn(line, 'sessionId') ?? '' };
}

function readLine(line: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  // What a progress line repeats stands in the sub-agent's own log.
  if (line['type'] !== 'assistant') return;
  const message = objectIn(line, 'message');
  const record = message === null ? null : recordOf(line, message, copies);
  if (message === null || record === null) return;
  objectsIn(message['content']).forEach((block, n) => {
    if (!BLOCKS.has(block['type'])) return;
    const call = callOf(block, block['id'] ?? `${textIn(line, 'uuid') ?? ''}#${n}`, block['input']);
    if (call !== null) sink(record, call);
  });
}

export const claudeCalls: CallReader = {
  fields: { message: { content: 'value' } },
  begin: () => null,
  line: (_own, line, copies, _state, sink) => readLine(line, copies, sink),
  document: () => undefined,
};
