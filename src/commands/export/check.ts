import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { checkExport, isBroken } from '../../cli/export/check.js';
import { checkedJson, renderChecked } from '../../cli/render/export/checked.js';

export default class ExportCheck extends BaseCommand {
  static override summary = 'Check an exported file against its manifest, and against the store.';
  static override description =
    'The file must be, to the last byte, the one that was written. Where there is a store, it must have every revision that the manifest lists, and the export made again from the books of then must be the same file. Exit 1 if not. Without a store, the file alone is checked.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> analyses.yaml',
    '<%= config.bin %> <%= command.id %> analyses.yaml --json',
  ];
  static override args = { file: Args.string({ description: 'The file; its manifest lies beside it.', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.begin(ExportCheck);
    const checked = await checkExport(this.context, args.file);
    await this.answer(() => checkedJson(checked), renderChecked(checked));
    if (isBroken(checked)) this.failed();
  }
}
