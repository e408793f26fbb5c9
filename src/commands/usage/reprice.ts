import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { renderReprice, repriceJson } from '../../cli/render/reprice.js';
import { reprice } from '../../cli/reprice.js';

export default class UsageReprice extends BaseCommand {
  static override summary = 'Price all records, and the analyses that they are in, by the price book as it is now.';
  static override description =
    'What was priced stays priced, also after prices changed or a newer version brought others: only this changes it. Each record is priced at its own time; those whose price is the same are left as they are. Nothing is lost: each change is a revision, and --dry-run shows them all.';
  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run', '<%= config.bin %> <%= command.id %> --json'];

  static override flags = {
    'dry-run': Flags.boolean({ description: 'Show what would change, and write nothing.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(UsageReprice);
    const dryRun = flags['dry-run'];
    const repriced = await reprice(this.context, dryRun);
    await this.answer(() => repriceJson(repriced, dryRun), renderReprice(repriced, dryRun, this.context.terminal));
  }
}
