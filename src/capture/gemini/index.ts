// Gemini CLI.
import type { Agent } from '../agent.js';
import { geminiCalls } from './calls.js';
import { beginGemini, GEMINI_FIELDS, geminiDocument, geminiLine } from './parse.js';
import { geminiLogs, geminiLogsAt, geminiLogsOf, geminiRoots } from './paths.js';

export const gemini: Agent = {
  name: 'gemini',
  label: 'Gemini CLI',
  environment: { markers: [['GEMINI_CLI', '1']], sessionIds: ['GEMINI_SESSION_ID'], processes: ['gemini'] },
  roots: geminiRoots,
  writesLocally: true,
  coverage: 'full',
  limits: 'calls beside the conversation (compression, routing) are not in its logs',
  reader: {
    version: 2,
    keeps: 'heaviest',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: true,
    unknownWithoutCounts: 'no_token_counts',
    logs: geminiLogs,
    logsOf: geminiLogsOf,
    logsAt: geminiLogsAt,
    fields: GEMINI_FIELDS,
    begin: beginGemini,
    line: geminiLine,
    document: geminiDocument,
  },
  calls: geminiCalls,
};
