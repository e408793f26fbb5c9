import { BaseCommand } from '../../cli/base-command.js';
import { dailyJson, renderDaily } from '../../cli/render/usage.js';
import { usageReportFlags } from '../../cli/usage-flags.js';
import { reportUsage, usageFilter, usageSource, zoneOf } from '../../cli/usage.js';
import { dailyUsage } from '../../report/usage.js';

export default class UsageDaily extends BaseCommand {
  static override summary = 'What all sessions spent, by day.';
  static override description =
    'Reads the books that `usage sync` keeps; days are those of --tz, the local zone by default. "in" is all that was sent: input, cache reads and cache writes.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --sync',
    '<%= config.bin %> <%= command.id %> --since 7d --tz Asia/Kolkata --json',
    '<%= config.bin %> <%= command.id %> --no-store',
  ];

  static override flags = usageReportFlags();

  async run(): Promise<void> {
    const { flags } = await this.begin(UsageDaily);
    const zone = zoneOf(flags.tz);
    const filter = usageFilter(flags, zone);
    const daily = await reportUsage(this.context, usageSource(flags), (notes) => dailyUsage(filter, zone.dayOf, notes));
    const money = await this.context.money();
    await this.answer(() => dailyJson(daily, zone, money), renderDaily(daily, zone, money, this.context.terminal));
  }
}
