import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { hookAgentOf, hookAgentsFlag, scopeFlags } from '../../cli/flags.js';
import { uninstallHooks } from '../../cli/hooks/install.js';
import { hookChangesJson, renderHookChanges } from '../../cli/render/hooks.js';

export default class HooksUninstall extends BaseCommand {
  static override summary = "Take tokentrail's hooks out of the settings of agents.";
  static override description =
    'A file that nobody changed since has the very bytes that it had before; of one that was changed only our entries go. What hooks told so far stays in the books.';
  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run', '<%= config.bin %> <%= command.id %> --agent claude'];

  static override flags = {
    agent: hookAgentsFlag(),
    ...scopeFlags(),
    'dry-run': Flags.boolean({ description: 'Show what would change, and change nothing.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(HooksUninstall);
    const { context } = this;
    const dryRun = flags['dry-run'];
    const scope = flags.project ? 'project' : 'user';
    const changes = uninstallHooks(context, { agents: (flags.agent ?? []).map(hookAgentOf), scope, statusline: false, dryRun });
    await this.answer(
      () => hookChangesJson(changes, dryRun),
      renderHookChanges(changes, dryRun, (path) => context.tilde(path)),
    );
    if (changes.some(({ state }) => state === 'refused')) this.failed();
  }
}
