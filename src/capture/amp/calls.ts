// The tool calls of an Amp thread: blocks of a message. Where the thread has a ledger, the message's record is the event of the inference
// that it answers; what sub-agents called is not told.
import type { CallReader, CallSink } from '../agent.js';
import type { RecordCopy } from '../../model/record.js';
import { callOf, objectsIn } from '../calls.js';
import { isObject, objectIn } from '../json-line.js';

type Fields = Readonly<Record<string, unknown>>;

function readBlocks(message: Fields, { key, session }: RecordCopy, sink: CallSink): void {
  objectsIn(message['content']).forEach((block, n) => {
    const call = block['type'] === 'tool_use' ? callOf(block, block['id'] ?? `#${n}`, block['input']) : null;
    if (call !== null) sink({ key, session }, call);
  });
}

function readThread(thread: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  const messages = objectsIn(thread['messages']);
  const events = objectsIn(objectIn(thread, 'usageLedger')?.['events']);
  const answers = new Map(messages.map((message) => [message['messageId'], message]));
  for (const copy of copies) {
    if (events.length === 0) {
      const message = messages[copy.position];
      if (message !== undefined) readBlocks(message, copy, sink);
      continue;
    }
    const event = events[copy.position];
    const message = event?.['operationType'] === 'inference' ? answers.get(event['toMessageId']) : undefined;
    if (message === undefined) continue;
    // A message is the answer of one call.
    answers.delete(event!['toMessageId']);
    readBlocks(message, copy, sink);
  }
}

export const ampCalls: CallReader = {
  fields: {},
  begin: () => null,
  line: () => undefined,
  document: (_log, value, copies, sink) => {
    if (isObject(value)) readThread(value, copies, sink);
  },
};
