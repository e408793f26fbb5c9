// GitHub Copilot CLI.
import type { Agent } from '../agent.js';
import { copilotCalls } from './calls.js';
import { beginCopilot, COPILOT_FIELDS, copilotLine } from './parse.js';
import { copilotLogs, copilotLogsAt, copilotLogsOf, copilotRoots } from './paths.js';

export const copilot: Agent = {
  name: 'copilot',
  label: 'Copilot CLI',
  environment: { markers: [['COPILOT_CLI', '1']], sessionIds: ['COPILOT_AGENT_SESSION_ID'], processes: ['copilot'] },
  roots: copilotRoots,
  writesLocally: true,
  coverage: 'partial',
  limits: 'input and cache are only known once a session was ended; of a running or crashed one the output alone is',
  reader: {
    version: 2,
    keeps: 'heaviest',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: true,
    unknownWithoutCounts: 'no_token_counts',
    logs: copilotLogs,
    logsOf: copilotLogsOf,
    logsAt: copilotLogsAt,
    fields: COPILOT_FIELDS,
    begin: beginCopilot,
    line: copilotLine,
    document: beginCopilot,
  },
  calls: copilotCalls,
};
