import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { backupJson, renderBackup } from '../../cli/render/store.js';

export default class StoreBackup extends BaseCommand {
  static override summary = 'Copy the store, while nobody writes to it, and prove the copy.';
  static override description =
    'Others may go on reading; who wants to write waits. The copy is a folder with the hash of each file, and can be read with --store as it is.';
  static override examples = ['<%= config.bin %> <%= command.id %> ~/backups/ledger-2026-11-26', '<%= config.bin %> <%= command.id %>'];
  static override args = {
    folder: Args.string({ description: 'Folder to be made; if left out, beside the store, named by the time.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.begin(StoreBackup);
    const { context } = this;
    const { store } = await context.readBooks();
    const { backUp } = await import('../../store/backup.js');
    const folder = context.newFolder(args.folder, `${store.folder}.backup`);
    const backup = await backUp(store, folder, context.now(), context.program, context.progress('Copying files'));
    await this.answer(
      () => backupJson(backup),
      renderBackup(backup, (path) => context.tilde(path)),
    );
  }
}
