import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ExportCommand } from '../../cli/export/command.js';
import { atOf, exportFlags, requestOf, strictFlag, templateFlag } from '../../cli/export/flags.js';
import { updateJournal } from '../../cli/export/journal-document.js';
import { FORMATS } from '../../cli/export/request.js';
import { readTemplate } from '../../cli/export/template.js';
import { TokentrailError } from '../../model/errors.js';

export default class ExportJournal extends ExportCommand {
  static override summary = 'Export the journal of an analysis: what was done, decided and found in it, and what that took.';
  static override description =
    'Each attempt at each stage with one line of what it spent, its checkpoints, findings, test results and notes; then the outcome, with what was rework, how long people were waited for, and where the status contradicts the journal. With --document it is put into a Markdown file, between two markers; if the analysis names that file (--analysis-file), it is kept up to date there as the work goes on. Exit 3 if something in it has no price; --strict makes it 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --out journal.md',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --format json',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --document notes.md',
  ];
  static override args = { id: Args.string({ description: 'The analysis.', required: true }) };
  static override flags = {
    format: Flags.option({ options: FORMATS.journal, default: 'md' as const, description: 'Its form.' })(),
    document: Flags.string({
      description: 'Put it into this Markdown file, and touch no other byte of it.',
      helpValue: 'FILE',
      exclusive: ['out', 'at', 'format', 'template', 'redact', 'stamp', 'tz'],
    }),
    template: templateFlag(),
    ...exportFlags(),
    strict: strictFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(ExportJournal);
    const { context } = this;
    if (flags.document !== undefined) return this.#put(args.id, flags.document);
    const template = readTemplate(context, flags.template);
    const now = context.now();
    const request = requestOf({ what: 'journal', format: flags.format, id: args.id }, flags, now, template);
    await this.export({ request, at: atOf(flags, now), out: flags.out, template }, flags.strict);
  }

  async #put(id: string, document: string): Promise<void> {
    if (!/\.(md|markdown)$/i.test(document))
      throw new TokentrailError('USAGE', `"${document}" is no Markdown file.`, { suggestions: ['Name one that ends in .md.'] });
    const updated = await updateJournal(this.context, id, document);
    await this.answer(() => updated, `${updated.changed ? 'Updated' : 'Nothing new in'} ${updated.file}: the journal of ${id}.`);
  }
}
