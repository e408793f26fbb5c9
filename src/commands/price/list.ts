import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { limitFlag, textFlag, timeFlag } from '../../cli/flags.js';
import { renderPrices, ruleJson } from '../../cli/render/price.js';
import { selectPrices } from '../../report/prices.js';

export default class PriceList extends BaseCommand {
  static override summary = 'The price book: your own prices, then those that are built in.';
  static override description =
    'In the order in which they win: rules of yours under `prices` in tokentrail.yaml, our dated corrections, the catalogue. Dollars per million tokens.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> sonnet',
    '<%= config.bin %> <%= command.id %> --provider anthropic --at 2026-02-10 --json',
  ];

  static override args = { text: Args.string({ description: "Part of a model's name." }) };

  static override flags = {
    provider: textFlag('provider', 'Only of this provider, as anthropic, openai, google, aws; `own` are yours.'),
    at: timeFlag('at', 'Only what holds then.', 'start'),
    limit: limitFlag(50),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(PriceList);
    const book = await this.context.prices(true);
    const found = selectPrices(book, { text: args.text ?? null, provider: flags.provider ?? null, at: flags.at ?? null });
    const shown = found.slice(0, flags.limit);
    this.context.sayRest(shown.length, found.length);
    const text = renderPrices(shown, book.name, this.context.terminal);
    await this.answer(() => ({ book: book.name, prices: shown.map(ruleJson), matching: found.length }), text);
  }
}
