import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { booksIfThere } from '../cli/ledger.js';
import { importJson, isPartial, renderImport } from '../cli/render/import.js';
import { readRealityCheckFile } from '../exchange/reality-check-file.js';
import { importAnalyses, planImport } from '../lifecycle/import.js';
import { localTime } from '../model/time.js';

export default class Import extends BaseCommand {
  static override summary = 'Take in analyses that Reality Check exported as YAML.';
  static override description =
    "All or none of them. A file can be imported again: what was taken in before is left alone. An id that stands for another analysis here becomes ID~2. Fields that can't be read are kept as they were, and `validate` names them; so are fields that say more than the columns here hold. Times without an offset are read as local. Exit 3 if something was skipped or could not be read; --strict makes it 1.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> analysis-logs.yaml --dry-run',
    '<%= config.bin %> <%= command.id %> analysis-logs.yaml --json',
  ];
  static override args = { file: Args.string({ description: 'The file.', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only say what would be done.' }),
    strict: Flags.boolean({ description: 'Exit 1 instead of 3 if something was skipped or could not be read.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(Import);
    const { context } = this;
    const { rows: given, skipped } = await readRealityCheckFile(context.path(args.file), args.file);
    const asked = { rows: given, local: localTime };
    const dryRun = flags['dry-run'];
    const rows = dryRun
      ? await planImport(await booksIfThere(context), asked, context.now())
      : await importAnalyses(await context.books(), asked);
    await this.answer(() => importJson(rows, skipped, dryRun), renderImport(rows, skipped, dryRun, context.terminal));
    if (isPartial(rows, skipped)) this.partly(flags.strict);
  }
}
