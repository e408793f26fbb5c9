// Check `stale`: what was started more than a day ago, in a session that was not written to since, was forgotten.
import { formatDuration, MICROS_PER_SECOND } from '../../model/time.js';
import { ofEach } from './check.js';

const DAY = 24 * 60 * 60 * MICROS_PER_SECOND;

export const stale = ofEach('stale', ({ id, status, started_at, created_at, sessions }, { now, writtenAt }) => {
  const began = started_at ?? created_at;
  if (status !== 'started' || now - began < DAY) return [];
  const isAtWork = sessions.some(({ agent, session_id }) => now - (writtenAt(agent, session_id) ?? -Infinity) < DAY);
  if (isAtWork) return [];
  const message = `${id} was started ${formatDuration((now - began) / MICROS_PER_SECOND)} ago, and its session is over.`;
  return [
    {
      level: 'warning',
      code: 'STALE_STARTED',
      id,
      message,
      fix: `End it: tokentrail analysis complete --id ${id} --status completed|failed|canceled`,
    },
  ];
});
