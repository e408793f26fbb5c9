// Check `cost`: a cost says how it is known, what is unpriced has none, and its parts add up to it.
import type { Analysis } from '../../model/analysis.js';
import { amountIn, knownAmount, provenanceOf, type Cost } from '../../model/price.js';
import { ofEach } from './check.js';

const sum = (costs: readonly Cost[]): bigint => costs.reduce((all, cost) => all + knownAmount(cost), 0n);

/** What is wrong with it; null if nothing is. */
function wrongIn({ cost_pico_usd, cost_provenance, costs }: Analysis): string | null {
  const isPriced = cost_provenance !== null && cost_provenance !== 'unpriced';
  if ((cost_pico_usd !== null) !== isPriced || (cost_pico_usd ?? 0n) < 0n) {
    return `has ${cost_pico_usd === null ? 'no cost' : `a cost of ${cost_pico_usd} pico-dollars`}, and its provenance is ${cost_provenance ?? 'null'}`;
  }
  if (costs === null) return null;
  if (amountIn(costs.whole) !== cost_pico_usd || provenanceOf(costs.whole) !== cost_provenance)
    return 'has a cost that its parts do not make';
  if (sum(Object.values(costs.by_model)) !== knownAmount(costs.whole)) return 'has costs by model that do not add up to its own';
  if (sum(costs.stages.filter((cost) => cost !== null)) > knownAmount(costs.whole)) return 'has stages that cost more than it did';
  return null;
}

export const cost = ofEach('cost', (analysis) => {
  const wrong = wrongIn(analysis);
  if (wrong === null) return [];
  const { id } = analysis;
  const message = `${id} ${wrong}.`;
  return [{ level: 'error', code: 'COST_PROVENANCE', id, message, fix: `See how it came to be: tokentrail analysis show ${id} --history` }];
});
