import { BaseCommand } from '../../cli/base-command.js';
import { driftJson, renderDrift } from '../../cli/render/skills.js';
import { fromFlag, placeFlags } from '../../cli/skill-flags.js';
import { listAll } from '../../cli/skills.js';
import { drifted, present } from '../../skills/list.js';

export default class SkillsCheck extends BaseCommand {
  static override summary = 'Check that installed skills are what the program would install.';
  static override description =
    'Exit 1 if one is outdated, changed by hand, gone from the program, or broken: a link that leads nowhere, a text that no agent takes. Each is told with the command that mends it.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --project --json'];

  static override flags = { ...placeFlags('all'), from: fromFlag() };

  async run(): Promise<void> {
    const { flags } = await this.begin(SkillsCheck);
    const listed = await listAll(this.context, flags);
    const found = drifted(listed);
    const tilde = (path: string): string => this.context.tilde(path);
    await this.answer(() => driftJson(found, present(listed).length, tilde), renderDrift(found, tilde));
    if (found.length > 0) this.failed();
  }
}
