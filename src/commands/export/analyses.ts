import * as Flags from '@oclif/core/flags';
import { ExportCommand } from '../../cli/export/command.js';
import { atOf, chosenFlags, exportFlags, requestOf, strictFlag, templateFlag } from '../../cli/export/flags.js';
import { FORMATS } from '../../cli/export/request.js';
import { readTemplate } from '../../cli/export/template.js';

export default class ExportAnalyses extends ExportCommand {
  static override summary = 'Export analyses with all their revisions, for audits and other stores.';
  static override description =
    'YAML and JSON hold every revision, and `import` makes the same rows of them; CSV has a row for each analysis; Markdown and HTML are for reading. The same state and options give the same bytes on any machine: the header tells of which state, never when it was exported. With --out, a manifest beside the file lists the last revision of every analysis; `sha256sum -c` and `export check` verify it. Exit 3 if something in it has no price; --strict makes it 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --out analyses.yaml',
    '<%= config.bin %> <%= command.id %> --format md --since 2026-11-01 --tz Europe/Berlin',
    '<%= config.bin %> <%= command.id %> --format json --at 2026-10-31 --redact',
  ];
  static override flags = {
    format: Flags.option({ options: FORMATS.analyses, default: 'yaml' as const, description: 'Its form.' })(),
    ...chosenFlags(),
    template: templateFlag(),
    ...exportFlags(),
    strict: strictFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(ExportAnalyses);
    const template = readTemplate(this.context, flags.template);
    const now = this.context.now();
    const request = requestOf({ what: 'analyses', format: flags.format }, flags, now, template);
    await this.export({ request, at: atOf(flags, now), out: flags.out, template }, flags.strict);
  }
}
