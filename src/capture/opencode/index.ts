// OpenCode.
import type { Agent } from '../agent.js';
import { opencodeCalls } from './calls.js';
import { beginOpencode, opencodeDocument, opencodeRows } from './parse.js';
import { opencodeLogs, opencodeLogsAt, opencodeLogsOf, opencodeRoots } from './paths.js';

export const opencode: Agent = {
  name: 'opencode',
  label: 'OpenCode',
  environment: { markers: [['OPENCODE', '1']], sessionIds: ['OPENCODE_SESSION_ID'], processes: ['opencode'] },
  roots: opencodeRoots,
  writesLocally: true,
  coverage: 'full',
  limits: null,
  reader: {
    version: 3,
    keeps: 'first',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: true,
    unknownWithoutCounts: 'no_token_counts',
    logs: opencodeLogs,
    logsOf: opencodeLogsOf,
    logsAt: opencodeLogsAt,
    fields: {},
    begin: beginOpencode,
    line: () => undefined,
    document: opencodeDocument,
    rows: opencodeRows,
  },
  calls: opencodeCalls,
};
