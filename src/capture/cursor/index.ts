// Cursor: known by its environment, so that work inside it is booked as its own; its transcripts carry no tokens.
import { join } from 'node:path';
import type { Agent } from '../agent.js';

export const cursor: Agent = {
  name: 'cursor',
  label: 'Cursor',
  environment: {
    markers: [['CURSOR_AGENT', '1']],
    sessionIds: ['CURSOR_CONVERSATION_ID', 'CURSOR_TRACE_ID'],
    processes: ['cursor-agent', 'cursor'],
  },
  roots: ({ home }) => [join(home, '.cursor')],
  writesLocally: true,
  reader: null,
  limits: 'its transcripts carry no tokens',
};
