import { BaseCommand } from '../../cli/base-command.js';
import { renderSources, sourceJson } from '../../cli/render/sources.js';
import { listSources } from '../../lifecycle/sources.js';

export default class SourceList extends BaseCommand {
  static override summary = 'List the sources.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.begin(SourceList);
    const sources = await listSources(await this.context.readBooks());
    await this.answer(() => ({ sources: sources.map(sourceJson) }), renderSources(sources, this.context.terminal));
  }
}
