import { BaseCommand } from '../cli/base-command.js';
import { examine } from '../cli/examine.js';
import { renderFindings } from '../cli/render/doctor.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Check this machine and the store: agents, logs, permissions, damage.';
  static override description = 'Exit 1 if a check found an error.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<void> {
    await this.begin(Doctor);
    const findings = await examine(this.context);
    await this.answer(() => ({ findings }), renderFindings(findings));
    if (findings.some(({ level }) => level === 'error')) this.failed();
  }
}
