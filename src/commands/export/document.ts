import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { updateDocument } from '../../cli/document.js';
import { analysesText } from '../../cli/render/numbers.js';

export default class ExportDocument extends BaseCommand {
  static override summary = 'Keep the table of its analyses inside a Markdown document up to date.';
  static override description =
    'The document is one that analyses name with --analysis-file. Its table stands below the heading "## Analysis Log", between two markers; it is put there if it is not there yet. What stands between the markers is written anew each time, and no other byte is changed. `analysis complete --analysis-file` does the same by itself.';
  static override examples = ['<%= config.bin %> <%= command.id %> analysis.md'];
  static override args = { file: Args.string({ description: 'The document.', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.begin(ExportDocument);
    const updated = await updateDocument(this.context, args.file);
    const words = updated.changed ? 'Updated' : 'Nothing new in';
    await this.answer(() => updated, `${words} ${updated.file}: ${analysesText(updated.analyses)}.`);
  }
}
