import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { hookAgentOf, hookAgentsFlag, scopeFlags } from '../../cli/flags.js';
import { installHooks } from '../../cli/hooks/install.js';
import { hookChangesJson, renderHookChanges } from '../../cli/render/hooks.js';

export default class HooksInstall extends BaseCommand {
  static override summary = "Put tokentrail's hooks into the settings of agents.";
  static override description =
    'Sessions then leave a snapshot when they begin and end, without the help of the agent. Only our entries are added; twice is as once; `hooks uninstall` puts the file back to its very bytes. A file that can not be changed is left alone, and the others are done, with exit 1. Agents with hooks are Claude Code, Codex, Gemini CLI, Qwen Code and Copilot CLI.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --agent claude --statusline',
    '<%= config.bin %> <%= command.id %> --agent codex --project',
  ];

  static override flags = {
    agent: hookAgentsFlag(),
    ...scopeFlags(),
    statusline: Flags.boolean({ description: "Also set Claude Code's status line, unless another one is set." }),
    'dry-run': Flags.boolean({ description: 'Show what would change, and change nothing.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(HooksInstall);
    const { context } = this;
    const dryRun = flags['dry-run'];
    const scope = flags.project ? 'project' : 'user';
    const changes = installHooks(context, { agents: (flags.agent ?? []).map(hookAgentOf), scope, statusline: flags.statusline, dryRun });
    await this.answer(
      () => hookChangesJson(changes, dryRun),
      renderHookChanges(changes, dryRun, (path) => context.tilde(path)),
    );
    if (changes.some(({ state }) => state === 'refused')) this.failed();
  }
}
