import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { deliver } from '../../cli/export/deliver.js';
import { chosenFlags, exportFlags, requestOf } from '../../cli/export/flags.js';
import { exportState } from '../../cli/export/state.js';
import { exportJson, renderExported, unpricedIn } from '../../cli/render/export/exported.js';

export default class ExportAnalyses extends BaseCommand {
  static override summary = 'Export analyses with all their revisions, for audits and other stores.';
  static override description =
    'YAML and JSON hold every revision, and `import` makes the same rows of them. The same state and options give the same bytes on any machine: the header tells of which state, never when it was exported. With --out, a manifest beside the file lists the last revision of every analysis; `sha256sum -c` and `export check` verify it. Exit 3 if something in it has no price; --strict makes it 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --out analyses.yaml',
    '<%= config.bin %> <%= command.id %> --format json --since 2026-11-01 --tz Europe/Berlin',
    '<%= config.bin %> <%= command.id %> --at 2026-10-31 --redact',
  ];
  static override flags = {
    format: Flags.option({ options: ['yaml', 'json'] as const, default: 'yaml' as const, description: 'Its form.' })(),
    ...chosenFlags(),
    ...exportFlags(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(ExportAnalyses);
    const { context } = this;
    const request = requestOf({ what: 'analyses', format: flags.format }, flags, context.now());
    const exported = await deliver(context, await exportState(context, request, flags.at ?? null), request, flags.out);
    const unpriced = unpricedIn(exported);
    context.warn(unpriced === null ? [] : [unpriced]);
    await this.answer(() => exportJson(exported, request), renderExported(exported));
    if (unpriced !== null) this.partly(flags.strict);
  }
}
