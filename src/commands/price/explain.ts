import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { listFlag, listOf, timeFlag } from '../../cli/flags.js';
import { parseModes, parseTokens } from '../../cli/price-flags.js';
import { explainJson, renderExplained } from '../../cli/render/price.js';
import { ZERO } from '../../model/tokens.js';

export default class PriceExplain extends BaseCommand {
  static override summary = 'How a request of a model is priced: the rule that matches, the rates, each step of the sum.';
  static override description =
    'Models are named as logs name them. --tokens are those of one request, since some models cost more where its input is large. Without --tokens it answers the rates alone; a model without a price is unpriced, never $0.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> claude-sonnet-4-5 --at 2025-12-10 --tokens input=150000,cache_read=150000,output=10000',
    '<%= config.bin %> <%= command.id %> claude-opus-4-6 --terms fast --tokens input=10000,output=10000',
    '<%= config.bin %> <%= command.id %> us.anthropic.claude-sonnet-4-5-20250929-v1:0 --json',
  ];

  static override args = { model: Args.string({ required: true, description: 'Model, as a log or a provider names it.' }) };

  static override flags = {
    at: timeFlag('at', 'When the request was made; now if left out.', 'start'),
    tokens: listFlag('tokens', 'Tokens of the request: input=N, cache_read=N, cache_write_5m=N, cache_write_1h=N, output=N.'),
    terms: listFlag('terms', 'What else changes the price: fast, batch, us, web_search:N.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(PriceExplain);
    const counts = parseTokens(listOf(flags.tokens));
    const question = { model: args.model, at: flags.at ?? this.context.now(), terms: parseModes(listOf(flags.terms)), counts };
    const book = await this.context.prices(true);
    const explained = book.explain({ ...question, counts: counts ?? ZERO });
    const { display } = await this.context.money();
    await this.answer(() => explainJson(question, explained, book.name), renderExplained(question, explained, book.name, display));
  }
}
