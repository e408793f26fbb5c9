import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { hooksReport } from '../cli/hooks/report.js';
import { renderWorth, worthJson } from '../cli/render/hooks-report.js';

export default class SelfCheck extends BaseCommand {
  static override summary = 'Whether what is installed is worth it: hooks that never fire are reported as dead.';
  static override description =
    'A hook that did not fire in 14 days is dead, unless it was installed less than 14 days ago. Exit 1 if one is, or if settings can not be read.';
  static override examples = ['<%= config.bin %> <%= command.id %> --roi', '<%= config.bin %> <%= command.id %> --json'];

  static override flags = { roi: Flags.boolean({ description: 'What each hook is worth (as if left out: it is the only check).' }) };

  async run(): Promise<void> {
    await this.begin(SelfCheck);
    const report = await hooksReport(this.context);
    await this.answer(
      () => worthJson(report),
      renderWorth(report, (path) => this.context.tilde(path)),
    );
    const isDead = report.worth.some(({ state }) => state === 'dead');
    if (isDead || report.files.some(({ problem }) => problem !== null)) this.failed();
  }
}
