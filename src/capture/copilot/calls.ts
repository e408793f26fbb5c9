// The tool calls of a Copilot CLI session. A message names those that it asks for. Once a process has ended, its counts are one sum by
// model, so that the calls of all its messages belong to that sum.
import type { CallReader, CallSink, LoggedCall } from '../agent.js';
import type { RecordCopy } from '../../model/record.js';
import { callOf, objectsIn, parsedArguments } from '../calls.js';
import { objectIn, textIn } from '../json-line.js';

type Fields = Readonly<Record<string, unknown>>;

interface Own {
  /** Calls since the last summary, with the model that made them. */
  asked: { readonly model: string | null; readonly call: LoggedCall }[];
}

function readMessage(own: Own, data: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  const copy = copies[0];
  const model = copy?.model ?? textIn(data, 'model', 256);
  for (const asked of objectsIn(data['toolRequests'])) {
    const call = callOf(asked, asked['toolCallId'], parsedArguments(asked['arguments']));
    if (call === null) continue;
    own.asked.push({ model, call });
    if (copy !== undefined) sink({ key: copy.key, session: copy.session }, call);
  }
}

/** The sums of a summary come after what it says of the messages that they cover. */
function readSummary(own: Own, copies: readonly RecordCopy[], sink: CallSink): void {
  const sums = copies.filter(({ until }) => until === null);
  if (sums.length === 0) return;
  for (const { model, call } of own.asked.splice(0)) {
    const { key, session } = sums.find((sum) => sum.model === model) ?? sums[0]!;
    sink({ key, session }, call);
  }
}

function readLine(own: Own, line: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  switch (line['type']) {
    case 'assistant.message':
      readMessage(own, objectIn(line, 'data') ?? {}, copies, sink);
      break;
    case 'session.shutdown':
      readSummary(own, copies, sink);
      break;
    case 'session.resume':
      // Another process: the next summary is of what follows.
      own.asked = [];
      break;
  }
}

export const copilotCalls: CallReader = {
  fields: { data: { toolRequests: 'value' } },
  begin: (): Own => ({ asked: [] }),
  line: (own, line, copies, _state, sink) => readLine(own as Own, line, copies, sink),
  document: () => undefined,
};
