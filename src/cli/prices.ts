// The price book of this user, loaded when something is to be priced: the catalogue takes a tenth of a second.
import { TokentrailError, type Warning } from '../model/errors.js';
import type { PriceBook } from '../pricing/book.js';
import { readConfig, type Config } from './config.js';
import { mergedMoney, namedRules, rulesName, type MoneySettings } from './price-settings.js';

/** @param warn is told of rules that are like a model which nobody lists: they price nothing */
export async function loadPrices({ rules }: Pick<MoneySettings, 'rules'>, warn: (warning: Warning) => void): Promise<PriceBook> {
  const { makeBook } = await import('../pricing/make-book.js');
  const book = makeBook(namedRules(rules), rulesName(rules));
  const unknown = rules.flatMap(({ like }) => (like === null || book.knows(like) ? [] : [like]));
  if (unknown.length > 0) {
    const message = `Under "prices", "like: ${unknown[0]!}" names a model that is not listed; see \`tokentrail price list\`.`;
    warn({ code: 'CONFIG_INVALID', message, models: unknown });
  }
  return book;
}

/** What configuration files say of money, and the first thing that is wrong with them; what is right counts all the same. */
export async function readMoneyIn(files: readonly string[]): Promise<{ money: MoneySettings; problem: TokentrailError | null }> {
  const configs: Config[] = [];
  const problems: TokentrailError[] = [];
  for (const file of files) {
    try {
      const config = await readConfig(file);
      if (config !== null) configs.push(config);
      if (config !== null && config.problem !== null) problems.push(config.problem);
    } catch (error) {
      if (!(error instanceof TokentrailError)) throw error;
      problems.push(error);
    }
  }
  return { money: mergedMoney(configs.map(({ money }) => money)), problem: problems[0] ?? null };
}
