import { BaseCommand } from '../../cli/base-command.js';
import { listedJson, renderListed } from '../../cli/render/skills.js';
import { fromFlag, placeFlags } from '../../cli/skill-flags.js';
import { listAll } from '../../cli/skills.js';

export default class SkillsList extends BaseCommand {
  static override summary = 'Show which skills are installed for which agent, and in which state.';
  static override description =
    'installed (a copy), linked, outdated (a newer text is there), edited (changed by hand), retired (there is no such skill any more), broken, foreign (not from tokentrail), or - for none.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --agent codex --project --json'];

  static override flags = { ...placeFlags('those that were used on this machine, or hold a skill'), from: fromFlag() };

  async run(): Promise<void> {
    const { flags } = await this.begin(SkillsList);
    const listed = await listAll(this.context, flags);
    const tilde = (path: string): string => this.context.tilde(path);
    await this.answer(() => listedJson(listed, tilde), renderListed(listed, tilde, this.context.terminal));
  }
}
