import { BaseCommand } from '../../cli/base-command.js';
import { requiredId } from '../../cli/flags.js';
import { sourceJson } from '../../cli/render/sources.js';
import { sourceFields, sourceFlags } from '../../cli/source-flags.js';
import { updateSource } from '../../lifecycle/sources.js';

export default class SourceUpdate extends BaseCommand {
  static override summary = 'Change fields of a source; the books keep what was there.';
  static override examples = ['<%= config.bin %> <%= command.id %> --id smith-2024 --reliability 0.8'];
  static override flags = { id: requiredId('id', 'The source.'), ...sourceFlags() };

  async run(): Promise<void> {
    const { flags } = await this.begin(SourceUpdate);
    const source = await updateSource(await this.context.existingBooks(), flags.id, sourceFields(this.context, flags));
    await this.answer(() => ({ source: sourceJson(source) }), source.id);
  }
}
