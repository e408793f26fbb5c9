import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { importFile } from '../cli/import.js';
import { importJson, isPartial, renderImport } from '../cli/render/import.js';

export default class Import extends BaseCommand {
  static override summary =
    'Take in analyses: an export of tokentrail (YAML or JSON), the YAML that Reality Check exports, or run journals of LevelUp.';
  static override description =
    "All or none of them. A file can be imported again: what was taken in before is left alone. An id that stands for another analysis here becomes ID~2. An export of tokentrail gives every revision as it was recorded, each proved by its hash; a file that was changed is refused. Of another program's rows, fields that can't be read are kept as they were, and `validate` names them; so are fields that say more than the columns here hold. Times without an offset are read as local. A run journal gives an analysis with its stages, decisions, findings and test results, known again by its run id; its tokens are unknown, and one without an outcome is incomplete; of a folder every Markdown file is read. Exit 3 if something was skipped or could not be read; --strict makes it 1.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> analyses.yaml --dry-run',
    '<%= config.bin %> <%= command.id %> analysis-logs.yaml --json',
    '<%= config.bin %> <%= command.id %> levelup/ --dry-run',
  ];
  static override args = { file: Args.string({ description: 'The file, or a folder of run journals.', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only say what would be done.', default: false }),
    strict: Flags.boolean({ description: 'Exit 1 instead of 3 if something was skipped or could not be read.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(Import);
    const dryRun = flags['dry-run'];
    const imported = await importFile(this.context, args.file, dryRun);
    await this.answer(() => importJson(imported, dryRun), renderImport(imported, dryRun, this.context.terminal));
    if (isPartial(imported)) this.partly(flags.strict);
  }
}
