// OpenCode: known by its environment, so that work inside it is booked as its own; its logs are not read by this version.
import { join } from 'node:path';
import type { Agent } from '../agent.js';

export const opencode: Agent = {
  name: 'opencode',
  label: 'OpenCode',
  environment: { markers: [['OPENCODE', '1']], sessionIds: ['OPENCODE_SESSION_ID'], processes: ['opencode'] },
  roots: ({ home, variables }) => [join(variables['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'opencode')],
  writesLocally: true,
  reader: null,
  limits: 'its logs are not read by this version',
};
