// The tool calls of OpenCode: parts of a message, in files of their own or in the database. The message's id is its record's key.
import type { CallReader, CallSink, LoggedCall, RecordName } from '../agent.js';
import { callOf } from '../calls.js';
import { isObject, objectIn } from '../json-line.js';
import { withDatabase } from '../sqlite.js';
import { partsOf } from './parse.js';

type Fields = Readonly<Record<string, unknown>>;

const callIn = (part: Fields): LoggedCall | null =>
  callOf({ name: part['tool'] }, part['callID'] ?? part['id'], objectIn(part, 'state')?.['input']);

const callsIn = (parts: readonly unknown[]): LoggedCall[] =>
  parts
    .filter(isObject)
    .filter((part) => part['type'] === 'tool')
    .flatMap((part) => callIn(part) ?? []);

/** Only what is looked at: the parts hold what the tools answered. */
const TOOL_PARTS = `SELECT id, message_id, json_extract(data, '$.tool') AS tool, json_extract(data, '$.callID') AS call,
  json_extract(data, '$.state.input.command') AS command, json_extract(data, '$.state.input.filePath') AS filePath,
  json_extract(data, '$.state.input.path') AS path, json_extract(data, '$.state.input.subagent_type') AS subagent_type
  FROM part WHERE CASE WHEN json_valid(data) THEN json_extract(data, '$.type') = 'tool' END ORDER BY id`;

async function readRows(path: string, records: ReadonlyMap<string, RecordName>, sink: CallSink): Promise<void> {
  const rows = (await withDatabase(path, (query) => query(TOOL_PARTS))) ?? [];
  for (const { id, message_id, tool, call: callID, command, filePath, path: folder, subagent_type } of rows) {
    const record = records.get(String(message_id));
    const call = callIn({ tool, callID: callID ?? id, state: { input: { command, filePath, path: folder, subagent_type } } });
    if (record !== undefined && call !== null) sink(record, call);
  }
}

export const opencodeCalls: CallReader = {
  fields: {},
  begin: () => null,
  line: () => undefined,
  document: (log, _value, copies, sink) => {
    for (const { key, session } of copies) for (const call of callsIn(partsOf(log, key))) sink({ key, session }, call);
  },
  rows: (path, copies, sink) => readRows(path, new Map(copies.map(({ key, session }) => [key, { key, session }])), sink),
};
