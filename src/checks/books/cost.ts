// Check `cost`: a cost says how it is known, and what is unpriced has none.
import { ofEach } from './check.js';

export const cost = ofEach('cost', ({ id, cost_pico_usd, cost_provenance }) => {
  const isPriced = cost_provenance === 'reported' || cost_provenance === 'estimated';
  if ((cost_pico_usd !== null) === isPriced && (cost_pico_usd ?? 0n) >= 0n) return [];
  const message = `${id} has ${cost_pico_usd === null ? 'no cost' : `a cost of ${cost_pico_usd} pico-dollars`}, and its provenance is ${cost_provenance ?? 'null'}.`;
  return [{ level: 'error', code: 'COST_PROVENANCE', id, message, fix: `See how it came to be: tokentrail analysis show ${id} --history` }];
});
