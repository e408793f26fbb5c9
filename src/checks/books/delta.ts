// Check `delta`: what an analysis spent is what its sessions counted at the end, less what they counted at the beginning.
import { ofEach } from './check.js';

export const delta = ofEach('delta', ({ id, tokens_baseline, tokens_final, tokens_check }) => {
  if (tokens_baseline === null || tokens_final === null || tokens_check === tokens_final - tokens_baseline) return [];
  const message = `${id} spent ${tokens_check ?? 'an unknown number of'} tokens, but its counters went from ${tokens_baseline} to ${tokens_final}.`;
  return [{ level: 'error', code: 'DELTA_MISMATCH', id, message, fix: `See how it came to be: tokentrail analysis show ${id} --history` }];
});
