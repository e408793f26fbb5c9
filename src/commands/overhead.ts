import { BaseCommand } from '../cli/base-command.js';
import { examineHooks } from '../cli/hooks/doctor.js';
import { overheadJson, renderOverhead } from '../cli/render/hooks-report.js';

export default class Overhead extends BaseCommand {
  static override summary = "What tokentrail itself costs: the tokens that its hooks add to a model's context.";
  static override description =
    'Measured: the hook is called as each agent calls it, and what it prints is counted. Nothing printed is 0 tokens.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<void> {
    await this.begin(Overhead);
    const examined = await examineHooks(this.context);
    await this.answer(() => overheadJson(examined), renderOverhead(examined));
  }
}
