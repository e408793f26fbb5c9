import { BaseCommand } from '../../cli/base-command.js';
import { examineHooks } from '../../cli/hooks/doctor.js';
import { hooksExaminedJson, renderHooksExamined } from '../../cli/render/hooks-report.js';

export default class HooksDoctor extends BaseCommand {
  static override summary = 'Check the hooks: where they are installed, what fired, what was not understood.';
  static override description =
    'By agent and event: how often the hook fired, how many payloads were understood, how many snapshots of this store came of it, and when it fired last. Then payloads of every event of every agent are replayed: each must be understood and no text kept, and the program, called as agents call it, must end with 0 and print nothing. Exit 1 if a check found an error.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<void> {
    await this.begin(HooksDoctor);
    const examined = await examineHooks(this.context);
    await this.answer(() => hooksExaminedJson(examined), renderHooksExamined(examined, this.context.terminal));
    if (examined.findings.some(({ level }) => level === 'error')) this.failed();
  }
}
