// Claude Code.
import type { Agent } from '../agent.js';
import { claudeCalls } from './calls.js';
import { beginClaude, CLAUDE_FIELDS, claudeLine } from './parse.js';
import { claudeLogs, claudeLogsAt, claudeLogsOf, claudeRoots } from './paths.js';

export const claude: Agent = {
  name: 'claude',
  label: 'Claude Code',
  environment: { markers: [['CLAUDECODE', '1']], sessionIds: ['CLAUDE_CODE_SESSION_ID'], processes: ['claude'] },
  roots: claudeRoots,
  coverage: 'full',
  limits: null,
  writesLocally: true,
  reader: {
    version: 3,
    keeps: 'heaviest',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: false,
    unknownWithoutCounts: 'no_token_counts',
    logs: claudeLogs,
    logsOf: claudeLogsOf,
    logsAt: claudeLogsAt,
    fields: CLAUDE_FIELDS,
    begin: beginClaude,
    line: claudeLine,
    document: (log) => beginClaude(log),
  },
  calls: claudeCalls,
};
