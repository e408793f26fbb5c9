import { entryFlags } from '../../cli/journal.js';
import { JournalCommand } from '../../cli/journal-command.js';
import { countFlag, timeFlag } from '../../cli/flags.js';

export default class AnalysisResult extends JournalCommand {
  static override summary = 'Record how tests came out.';
  static override description =
    'The last one counts: an analysis that is completed although its last tests failed, or none ran, is marked as a contradiction in lists and journals.';
  static override examples = ['<%= config.bin %> <%= command.id %> --stage coding --passed 41 --failed 2 --errors 0'];
  static override flags = {
    passed: countFlag('passed', 'Tests that passed.'),
    failed: countFlag('failed', 'Tests that failed.'),
    errors: countFlag('errors', 'Tests that could not run.'),
    at: timeFlag('at', 'When they ran; now if left out.', 'start'),
    ...entryFlags(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisResult);
    await this.record('result', flags);
  }
}
