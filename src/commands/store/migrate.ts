import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { planJson, renderPlan } from '../../cli/render/store.js';

export default class StoreMigrate extends BaseCommand {
  static override summary = 'Bring a store of an older release, or of Reality Check, to the schema of this program.';
  static override description =
    'Writing commands do this by themselves. The store as it was is copied first, into its folder backups/, which `store restore` takes; a migration that fails is taken back.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --store data/realitycheck.lance',
  ];
  static override flags = { 'dry-run': Flags.boolean({ description: 'Only say what would be done.' }) };

  async run(): Promise<void> {
    const { flags } = await this.begin(StoreMigrate);
    const { context } = this;
    const { Store } = await import('../../store/store.js');
    const plan = await Store.plan(await context.storeFolder());
    if (flags['dry-run'] || plan.missing.length === 0) {
      await this.answer(() => planJson(plan), renderPlan(plan));
      return;
    }
    const evolution = await (await context.existingBooks()).store.evolution();
    // What was done is said to people when the command ends, as after any other that does it.
    await this.answer(() => evolution ?? planJson(plan), '');
  }
}
