// Qwen Code.
import type { Agent } from '../agent.js';
import { qwenCalls } from './calls.js';
import { beginQwen, QWEN_FIELDS, qwenDocument, qwenLine } from './parse.js';
import { qwenLogs, qwenLogsAt, qwenLogsOf, qwenRoots } from './paths.js';

export const qwen: Agent = {
  name: 'qwen',
  label: 'Qwen Code',
  environment: { markers: [['QWEN_CODE', '1']], sessionIds: ['QWEN_CODE_SESSION_ID'], processes: ['qwen'] },
  roots: qwenRoots,
  writesLocally: true,
  coverage: 'full',
  limits: 'calls for titles and recaps are not in its logs',
  reader: {
    version: 2,
    keeps: 'heaviest',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: true,
    unknownWithoutCounts: 'no_token_counts',
    logs: qwenLogs,
    logsOf: qwenLogsOf,
    logsAt: qwenLogsAt,
    fields: QWEN_FIELDS,
    begin: beginQwen,
    line: qwenLine,
    document: qwenDocument,
  },
  calls: qwenCalls,
};
