// What of a request changes its price. Costs and rate cards have had their columns since the second one.
import type { Migration } from '../migration.js';

export const prices: Migration = {
  id: 4,
  name: 'prices',
  steps: [{ add: 'usage', columns: [['terms', 'word', true]] }],
};
