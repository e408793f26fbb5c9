// The tool calls of a Gemini CLI chat: they stand in the message that has the counts, which is written again when they are answered.
import type { CallReader, CallSink } from '../agent.js';
import type { RecordCopy } from '../../model/record.js';
import { callOf, objectsIn } from '../calls.js';
import { isObject, textIn } from '../json-line.js';

type Fields = Readonly<Record<string, unknown>>;

function readMessages(messages: readonly Fields[], copies: readonly RecordCopy[], sink: CallSink): void {
  const session = copies[0]?.session;
  if (session === undefined) return;
  const keys = new Set(copies.map(({ key }) => key));
  for (const message of messages) {
    const id = textIn(message, 'id');
    // One without an id has a key of its counts.
    const key = id === null ? (copies.length === 1 ? copies[0]!.key : null) : `${session}|${id}`;
    if (key === null || !keys.has(key)) continue;
    for (const called of objectsIn(message['toolCalls'])) {
      const call = callOf(called, called['id'], called['args']);
      if (call !== null) sink({ key, session }, call);
    }
  }
}

const messagesIn = (value: unknown): Fields[] => (isObject(value) ? objectsIn(value['messages']) : []);

/** Also of Qwen Code's documents, which have the same form. */
export const geminiDocumentCalls: CallReader['document'] = (_log, value, copies, sink) => readMessages(messagesIn(value), copies, sink);

export const geminiCalls: CallReader = {
  fields: { toolCalls: 'value' },
  begin: () => null,
  line: (_own, line, copies, _state, sink) => readMessages([line, ...messagesIn(line['$set'])], copies, sink),
  document: geminiDocumentCalls,
};
