import { BaseCommand } from '../../cli/base-command.js';
import { doneJson, renderDone } from '../../cli/render/skills.js';
import { dryRunFlag, forceFlag, fromFlag, placeFlags, skillsArg } from '../../cli/skill-flags.js';
import { uninstallAll } from '../../cli/skills.js';

export default class SkillsUninstall extends BaseCommand {
  static override summary = 'Remove skills from the folders of agents: what was installed, and nothing else.';
  static override description =
    'Folders that were made for them go, too, if nothing else is in them. Files that were changed by hand, or are not from tokentrail, stay, and are told; then exit 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> tokentrail-report --agent gemini',
    '<%= config.bin %> <%= command.id %> --project --dry-run',
  ];

  static override args = skillsArg();

  static override flags = {
    ...placeFlags('all'),
    force: forceFlag('Remove what was changed by hand, too.'),
    from: fromFlag(),
    'dry-run': dryRunFlag(),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.begin(SkillsUninstall);
    const done = await uninstallAll(this.context, flags, args.skill ?? []);
    const tilde = (path: string): string => this.context.tilde(path);
    await this.answer(() => doneJson(done, flags['dry-run'], tilde), renderDone(done, flags['dry-run'], tilde));
    if (done.some(({ outcome }) => outcome === 'refused' || outcome === 'kept')) this.failed();
  }
}
