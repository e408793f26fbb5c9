// Check `vanished`: what was started by an agent that ended without a word is over, however it went.
import { ofEach } from './check.js';

export const vanished = ofEach('vanished', (analysis, { isGone }) => {
  const { id } = analysis;
  if (!isGone(analysis)) return [];
  return [
    {
      level: 'warning',
      code: 'AGENT_GONE',
      id,
      message: `${id} is started, and the agent that started it has ended; what it spent stays.`,
      fix: `End it: tokentrail analysis complete --id ${id} --status failed`,
    },
  ];
});
