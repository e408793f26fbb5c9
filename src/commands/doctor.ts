import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { examine } from '../cli/examine.js';
import { renderFindings } from '../cli/render/doctor.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Check this machine and the store: agents, logs, permissions, damage.';
  static override description =
    'Every row of the store is proved by its hash, every chain of revisions by its links, the records of each log by their sums. With --deep every log is read anew, from its beginning, and compared with the books. Exit 1 if a check found an error.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --deep --json'];

  static override flags = { deep: Flags.boolean({ description: 'Read every log anew and compare it with the books.' }) };

  async run(): Promise<void> {
    const { flags } = await this.begin(Doctor);
    const findings = await examine(this.context, flags.deep);
    await this.answer(() => ({ findings }), renderFindings(findings));
    if (findings.some(({ level }) => level === 'error')) this.failed();
  }
}
