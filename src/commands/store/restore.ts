import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { renderRestored, restoredJson } from '../../cli/render/store.js';

export default class StoreRestore extends BaseCommand {
  static override summary = 'Put a backup in the place of the store.';
  static override description =
    'Verifies each file of the backup and proves each row before anything is replaced. A store that is there is only replaced with --force, and is kept beside the new one.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ~/backups/ledger-2026-11-26 --force',
    '<%= config.bin %> <%= command.id %> ~/backups/ledger-2026-11-26 --store ~/ledger',
  ];
  static override args = { folder: Args.string({ description: 'Folder that `store backup` made.', required: true }) };
  static override flags = { force: Flags.boolean({ description: 'Replace a store that is there.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(StoreRestore);
    const { context } = this;
    const { restore } = await import('../../store/backup.js');
    const from = context.path(args.folder);
    const restored = await restore(from, await context.storeFolder(), flags.force, context.now(), context.progress('Copying files'));
    await this.answer(
      () => restoredJson(restored),
      renderRestored(restored, (path) => context.tilde(path)),
    );
  }
}
