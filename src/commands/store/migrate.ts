import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { evolutionJson, planJson, renderEvolution, renderPlan } from '../../cli/render/store.js';

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
    const books = await context.existingBooks();
    const evolution = await books.store.evolution();
    const shown = (path: string): string => context.tilde(path);
    // Another process may have been first.
    if (evolution === null) await this.answer(() => planJson({ missing: [], foreign: [] }), renderPlan({ missing: [], foreign: [] }));
    else await this.answer(() => evolutionJson(evolution, shown), renderEvolution(evolution, shown));
  }
}
