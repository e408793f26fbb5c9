import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { textFlag } from '../../cli/flags.js';
import { assembledJson, renderAssembled } from '../../cli/render/skills.js';
import { assembleSkills, hasDrift, isPartlyAssembled } from '../../cli/skills.js';

export default class SkillsAssemble extends BaseCommand {
  static override summary = 'Render templates of skills into a skill for each agent.';
  static override description =
    'One template for each skill, with what agents differ in from `agents.yaml`. A template that names what is not there, or is none, fails all of it, and nothing is written. A skill that breaks the rules of Agent Skills is left out: exit 3, with --strict 1. Files whose template is gone are removed; what tokentrail did not write is left alone.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from ~/my-skills --out ~/my-skills/assembled',
    '<%= config.bin %> <%= command.id %> --from ~/my-skills --out ~/my-skills/assembled --check',
  ];

  static override flags = {
    from: textFlag('from', 'Folder of templates; those of the program if left out.'),
    out: textFlag('out', 'Folder to write to; `assembled` beside the templates if left out.'),
    check: Flags.boolean({ description: 'Write nothing; exit 1 if the folder is not what the templates make.' }),
    strict: Flags.boolean({ description: 'Exit 1 instead of 3 if something was left out.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(SkillsAssemble);
    const assembled = await assembleSkills(this.context, flags);
    const tilde = (path: string): string => this.context.tilde(path);
    await this.answer(() => assembledJson(assembled, tilde), renderAssembled(assembled, tilde));
    if (isPartlyAssembled(assembled)) this.partly(flags.strict);
    if (flags.check && hasDrift(assembled)) this.failed();
  }
}
