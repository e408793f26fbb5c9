import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ExportCommand } from '../../cli/export/command.js';
import { atOf, exportFlags, requestOf, strictFlag, templateFlag } from '../../cli/export/flags.js';
import { FORMATS } from '../../cli/export/request.js';
import { readTemplate } from '../../cli/export/template.js';

export default class ExportSynthesis extends ExportCommand {
  static override summary = 'Export a synthesis with all that went into it, and what it took end to end.';
  static override description =
    'Its stages and cost, its inputs however they nest, their sources, and the total of all of them, in which each usage record counts once. What is shared is marked, and what is unknown is said. By what the books hold alone, so that it is the same on any machine. Exit 3 if something in it has no price; --strict makes it 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014',
    '<%= config.bin %> <%= command.id %> report-7 --out report-7.md',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --format json --at 2026-10-31',
  ];
  static override args = {
    id: Args.string({ description: 'The synthesis, or its document, of which the newest completed one is taken.', required: true }),
  };
  static override flags = {
    format: Flags.option({ options: FORMATS.synthesis, default: 'md' as const, description: 'Its form.' })(),
    template: templateFlag(),
    ...exportFlags(),
    strict: strictFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(ExportSynthesis);
    const template = readTemplate(this.context, flags.template);
    const now = this.context.now();
    const request = requestOf({ what: 'synthesis', format: flags.format, id: args.id }, flags, now, template);
    await this.export({ request, at: atOf(flags, now), out: flags.out, template }, flags.strict);
  }
}
