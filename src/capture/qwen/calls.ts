// The tool calls of a Qwen Code chat. The conversation's own stand in the assistant's line, which follows the event with the counts of
// the same response. Of a sub-agent only events are written: one for each response, and one for each tool that it called, which name
// the same prompt.
import type { CallReader, CallSink, RecordName } from '../agent.js';
import type { RecordCopy } from '../../model/record.js';
import { callOf, detailOf, objectsIn } from '../calls.js';
import { geminiDocumentCalls } from '../gemini/calls.js';
import { objectIn, textIn } from '../json-line.js';

type Fields = Readonly<Record<string, unknown>>;

interface Own {
  /** The last record of the conversation itself. */
  last: RecordName | null;
  /** The last record of each sub-agent's prompt. */
  readonly prompts: Map<string, RecordName>;
}

function readAnswer(own: Own, line: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  const record = copies.at(-1) ?? own.last;
  if (record === null) return;
  for (const part of objectsIn(objectIn(line, 'message')?.['parts'])) {
    const called = objectIn(part, 'functionCall');
    const call = called === null ? null : callOf(called, called['id'], called['args']);
    if (call !== null) sink(record, call);
  }
}

function readEvent(own: Own, line: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  const event = objectIn(objectIn(line, 'systemPayload'), 'uiEvent');
  const prompt = textIn(event, 'prompt_id');
  // Records that the event takes back come before its own.
  const copy = copies.at(-1);
  if (copy !== undefined) {
    const record = { key: copy.key, session: copy.session };
    if (!copy.subagent) own.last = record;
    else if (prompt !== null) own.prompts.set(prompt, record);
    return;
  }
  if (event?.['event.name'] !== 'qwen-code.tool_call' || prompt === null) return;
  const record = own.prompts.get(prompt);
  const tool = textIn(event, 'function_name', 200);
  if (record !== undefined && tool !== null)
    sink(record, { id: textIn(line, 'uuid'), call: { tool, ...detailOf(event['function_args']) } });
}

function readLine(own: Own, line: Fields, copies: readonly RecordCopy[], sink: CallSink): void {
  if (line['type'] === 'assistant') readAnswer(own, line, copies, sink);
  else if (line['type'] === 'system') readEvent(own, line, copies, sink);
}

export const qwenCalls: CallReader = {
  fields: { message: { parts: 'value' }, systemPayload: { uiEvent: { function_name: 'value', function_args: 'value' } } },
  begin: (): Own => ({ last: null, prompts: new Map() }),
  line: (own, line, copies, _state, sink) => readLine(own as Own, line, copies, sink),
  document: geminiDocumentCalls,
};
