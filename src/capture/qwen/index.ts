// Qwen Code: known by its environment, so that work inside it is booked as its own; its logs are not read by this version.
import { join } from 'node:path';
import type { Agent } from '../agent.js';

export const qwen: Agent = {
  name: 'qwen',
  label: 'Qwen Code',
  environment: { markers: [['QWEN_CODE', '1']], sessionIds: ['QWEN_CODE_SESSION_ID'], processes: ['qwen'] },
  roots: ({ home, variables }) => [variables['QWEN_RUNTIME_DIR'] || variables['QWEN_HOME'] || join(home, '.qwen')],
  writesLocally: true,
  reader: null,
  limits: 'its logs are not read by this version',
};
