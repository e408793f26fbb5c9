import { BaseCommand } from '../../cli/base-command.js';
import { analysisIdOf } from '../../cli/session-flags.js';

export default class AnalysisCurrent extends BaseCommand {
  static override summary = 'Print the id of the only started analysis of this session.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    await this.begin(AnalysisCurrent);
    const id = await analysisIdOf(this.context, undefined, 'read');
    await this.answer(() => ({ id }), id);
  }
}
