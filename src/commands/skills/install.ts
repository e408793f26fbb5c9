import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { doneJson, renderDone } from '../../cli/render/skills.js';
import { dryRunFlag, forceFlag, fromFlag, placeFlags, skillsArg } from '../../cli/skill-flags.js';
import { installAll } from '../../cli/skills.js';

export default class SkillsInstall extends BaseCommand {
  static override summary = 'Put skills into the folders where agents look for them.';
  static override description =
    'For each agent that was used on this machine, for all projects, unless flags say otherwise. A skill that is there already and right is left as it is. What tokentrail did not write is never touched, what was changed by hand only with --force; then exit 1, and the others are installed all the same.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> tokentrail-check --agent claude --agent codex',
    '<%= config.bin %> <%= command.id %> --project',
  ];

  static override args = skillsArg();

  static override flags = {
    ...placeFlags('all that were used on this machine'),
    link: Flags.boolean({
      description: 'As links to the files of the program, which follow its updates, instead of copies.',
      default: false,
    }),
    force: forceFlag('Overwrite what was changed by hand.'),
    from: fromFlag(),
    'dry-run': dryRunFlag(),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.begin(SkillsInstall);
    const done = await installAll(this.context, flags, args.skill ?? []);
    const tilde = (path: string): string => this.context.tilde(path);
    await this.answer(() => doneJson(done, flags['dry-run'], tilde), renderDone(done, flags['dry-run'], tilde));
    if (done.some(({ outcome }) => outcome === 'refused')) this.failed();
  }
}
