// Gemini CLI: known by its environment, so that work inside it is booked as its own; its logs are not read by this version.
import { join } from 'node:path';
import type { Agent } from '../agent.js';

export const gemini: Agent = {
  name: 'gemini',
  label: 'Gemini CLI',
  environment: { markers: [['GEMINI_CLI', '1']], sessionIds: ['GEMINI_SESSION_ID'], processes: ['gemini'] },
  roots: ({ home, variables }) => [join(variables['GEMINI_CLI_HOME'] || home, '.gemini')],
  writesLocally: true,
  reader: null,
  limits: 'its logs are not read by this version',
};
