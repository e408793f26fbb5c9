import { BaseCommand } from '../cli/base-command.js';
import { statusLineNow } from '../cli/statusline.js';

export default class Statusline extends BaseCommand {
  static override summary = "Print one line for Claude Code's status line: the session, today, the budget, the context.";
  static override description =
    "Reads what Claude Code tells on stdin. The session's cost is the agent's own estimate; today's is what the books told at the last `tokentrail usage sync`, with its time. Works without a store. `tokentrail hooks install --statusline` sets it up.";
  static override examples = ['<%= config.bin %> <%= command.id %> < status.json'];

  async run(): Promise<void> {
    await this.begin(Statusline);
    const line = statusLineNow();
    await this.answer(() => ({ line }), line);
  }
}
