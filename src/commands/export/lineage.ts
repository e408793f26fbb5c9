import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ExportCommand } from '../../cli/export/command.js';
import { atOf, chosenFlags, exportFlags, requestOf, strictFlag } from '../../cli/export/flags.js';
import { FORMATS } from '../../cli/export/request.js';

export default class ExportLineage extends ExportCommand {
  static override summary = 'Export what came of what: analyses, syntheses and sources, in standard forms.';
  static override description =
    'W3C PROV-JSON, OpenLineage run events (one a line), or a Mermaid graph. With the id of a synthesis or its document only what went into that; else all analyses. Exit 3 if something in it has no price; --strict makes it 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --format prov --out lineage.json',
    '<%= config.bin %> <%= command.id %> report-7 --format mermaid',
    '<%= config.bin %> <%= command.id %> --format openlineage --since 2026-11-01',
  ];
  static override args = { id: Args.string({ description: 'A synthesis, or its document; all analyses if left out.' }) };
  static override flags = {
    format: Flags.option({ options: FORMATS.lineage, required: true, description: 'Its form.' })(),
    ...chosenFlags(),
    ...exportFlags(),
    strict: strictFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(ExportLineage);
    const asked = { what: 'lineage', format: flags.format, ...(args.id === undefined ? {} : { id: args.id }) } as const;
    const now = this.context.now();
    const request = requestOf(asked, flags, now, null);
    await this.export({ request, at: atOf(flags, now), out: flags.out, template: null }, flags.strict);
  }
}
