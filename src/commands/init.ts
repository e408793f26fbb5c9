import { BaseCommand } from '../cli/base-command.js';
import { initialise } from '../cli/initialise.js';

export default class Init extends BaseCommand {
  static override summary = 'Make this folder a project: write tokentrail.yaml and create the store.';
  static override description = 'Running it again changes nothing.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --store ~/ledger'];

  async run(): Promise<void> {
    const { flags } = await this.begin(Init);
    const made = await initialise(this.context, flags.store ?? null);
    await this.answer(() => made, `The store is ${this.context.tilde(made.store)}.`);
  }
}
