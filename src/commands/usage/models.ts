import { BaseCommand } from '../../cli/base-command.js';
import { modelsJson, renderModels } from '../../cli/render/usage.js';
import { usageReportFlags } from '../../cli/usage-flags.js';
import { reportUsage, usageFilter, usageSource, zoneOf } from '../../cli/usage.js';
import { usageByModel } from '../../report/usage.js';

export default class UsageModels extends BaseCommand {
  static override summary = 'What all sessions spent, by model.';
  static override description = 'Reads the books that `usage sync` keeps.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --sync',
    '<%= config.bin %> <%= command.id %> --since 30d --tool claude',
  ];

  static override flags = usageReportFlags();

  async run(): Promise<void> {
    const { flags } = await this.begin(UsageModels);
    const zone = zoneOf(flags.tz);
    const filter = usageFilter(flags, zone);
    const models = await reportUsage(this.context, usageSource(flags), (notes) => usageByModel(filter, notes));
    const money = await this.context.money();
    const book = await this.context.prices();
    const pricedAs = (model: string): string | null => book.entryName(model);
    const text = renderModels(models, zone, money, pricedAs, this.context.terminal);
    await this.answer(() => modelsJson(models, zone, money, pricedAs), text);
  }
}
