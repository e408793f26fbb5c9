import { BaseCommand } from '../../cli/base-command.js';
import { requiredId } from '../../cli/flags.js';
import { sourceJson } from '../../cli/render/sources.js';
import { sourceFields, sourceFlags } from '../../cli/source-flags.js';
import { addSource } from '../../lifecycle/sources.js';

export default class SourceAdd extends BaseCommand {
  static override summary = 'Add a source that analyses can be about.';
  static override examples = ['<%= config.bin %> <%= command.id %> --id smith-2024 --title "On caching" --author "A. Smith" --year 2024'];
  static override flags = { id: requiredId('id', 'Its id.'), ...sourceFlags() };

  async run(): Promise<void> {
    const { flags } = await this.begin(SourceAdd);
    const source = await addSource(await this.context.books(), flags.id, sourceFields(this.context, flags));
    await this.answer(() => ({ source: sourceJson(source) }), source.id);
  }
}
