// OpenAI Codex: the command line, the desktop program and the extensions of editors, which all write rollouts.
import type { Agent } from '../agent.js';
import { codexCalls } from './calls.js';
import { beginCodex, CODEX_FIELDS, codexLine } from './parse.js';
import { codexLogs, codexLogsAt, codexLogsOf, codexRepeated, codexRoots } from './paths.js';

export const codex: Agent = {
  name: 'codex',
  label: 'Codex',
  environment: { markers: [['CODEX_THREAD_ID'], ['CODEX_CI'], ['CODEX_SANDBOX']], sessionIds: ['CODEX_THREAD_ID'], processes: ['codex'] },
  roots: codexRoots,
  coverage: 'full',
  limits: null,
  writesLocally: true,
  reader: {
    version: 2,
    keeps: 'first',
    keyScope: 'family',
    usageMode: 'counter_delta',
    tellsReasoning: true,
    unknownWithoutCounts: 'no_token_counts',
    logs: codexLogs,
    logsOf: codexLogsOf,
    logsAt: codexLogsAt,
    repeated: codexRepeated,
    fields: CODEX_FIELDS,
    begin: beginCodex,
    line: codexLine,
    document: beginCodex,
  },
  calls: codexCalls,
};
