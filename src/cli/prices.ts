// The price book of this user, loaded when something is to be priced: the catalogue takes a tenth of a second.
import type { PriceBook } from '../pricing/book.js';
import { namedRules, rulesName, type MoneySettings } from './price-settings.js';

export async function loadPrices({ rules }: Pick<MoneySettings, 'rules'>): Promise<PriceBook> {
  const { makeBook } = await import('../pricing/make-book.js');
  return makeBook(namedRules(rules), rulesName(rules));
}
