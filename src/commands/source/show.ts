import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { renderSource, sourceJson } from '../../cli/render/sources.js';
import { findSource } from '../../lifecycle/sources.js';

export default class SourceShow extends BaseCommand {
  static override summary = 'Show a source.';
  static override examples = ['<%= config.bin %> <%= command.id %> smith-2024'];
  static override args = { id: Args.string({ description: 'The source.', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.begin(SourceShow);
    const source = await findSource(await this.context.readBooks(), args.id);
    await this.answer(() => ({ source: sourceJson(source) }), renderSource(source));
  }
}
