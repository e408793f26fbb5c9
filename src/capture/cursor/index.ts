// Cursor, the editor and its command line.
import type { Agent } from '../agent.js';
import { beginCursor, CURSOR_FIELDS, cursorLine } from './parse.js';
import { cursorLogs, cursorLogsAt, cursorLogsOf, cursorRoots } from './paths.js';

export const cursor: Agent = {
  name: 'cursor',
  label: 'Cursor',
  environment: {
    markers: [['CURSOR_AGENT', '1']],
    sessionIds: ['CURSOR_CONVERSATION_ID', 'CURSOR_TRACE_ID'],
    processes: ['cursor-agent', 'cursor'],
  },
  roots: cursorRoots,
  writesLocally: true,
  coverage: 'unsupported',
  limits: 'its transcripts carry no tokens; only cursor.com knows them',
  reader: {
    version: 1,
    keeps: 'first',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: false,
    unknownWithoutCounts: 'no_usage',
    logs: cursorLogs,
    logsOf: cursorLogsOf,
    logsAt: cursorLogsAt,
    fields: CURSOR_FIELDS,
    begin: beginCursor,
    line: cursorLine,
    document: beginCursor,
  },
  calls: null,
};
