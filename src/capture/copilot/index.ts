// Copilot CLI: known by its environment, so that work inside it is booked as its own; its logs are not read by this version.
import { join } from 'node:path';
import type { Agent } from '../agent.js';

export const copilot: Agent = {
  name: 'copilot',
  label: 'Copilot CLI',
  environment: { markers: [['COPILOT_CLI', '1']], sessionIds: ['COPILOT_AGENT_SESSION_ID'], processes: ['copilot'] },
  roots: ({ home, variables }) => [variables['COPILOT_HOME'] || join(home, '.copilot')],
  writesLocally: true,
  reader: null,
  limits: 'its logs are not read by this version',
};
