// Sourcegraph Amp.
import type { Agent } from '../agent.js';
import { ampCalls } from './calls.js';
import { ampDocument, beginAmp } from './parse.js';
import { ampLogs, ampLogsAt, ampLogsOf, ampRoots } from './paths.js';

export const amp: Agent = {
  name: 'amp',
  label: 'Amp',
  environment: {
    markers: [['AGENT', 'amp'], ['AMP_CURRENT_THREAD_ID']],
    sessionIds: ['AMP_CURRENT_THREAD_ID', 'AGENT_THREAD_ID'],
    processes: ['amp'],
  },
  roots: ampRoots,
  coverage: 'partial',
  limits: 'threads since about 2026-03-31 are kept on the servers of Amp, not on this machine',
  writesLocally: false,
  reader: {
    version: 2,
    keeps: 'heaviest',
    keyScope: 'everywhere',
    usageMode: 'per_message_sum',
    tellsReasoning: false,
    unknownWithoutCounts: 'no_token_counts',
    logs: ampLogs,
    logsOf: ampLogsOf,
    logsAt: ampLogsAt,
    fields: {},
    begin: beginAmp,
    line: () => undefined,
    document: ampDocument,
  },
  calls: ampCalls,
};
