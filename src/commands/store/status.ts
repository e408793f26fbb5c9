import { BaseCommand } from '../../cli/base-command.js';
import { renderStatus, statusJson } from '../../cli/render/store.js';

export default class StoreStatus extends BaseCommand {
  static override summary = 'Where the store is, what it holds, and how large it is.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --store ~/ledger --json'];

  async run(): Promise<void> {
    await this.begin(StoreStatus);
    const { context } = this;
    const { store } = await context.readBooks();
    const [tables, migrations] = [await store.status(), await store.migrations()];
    const status = { store: context.tilde(store.folder), tables, migrations };
    await this.answer(() => statusJson(status), renderStatus(status, context.terminal));
  }
}
