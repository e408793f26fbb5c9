import { entryFlags } from '../../cli/journal.js';
import { JournalCommand } from '../../cli/journal-command.js';
import { countFlag, option, textFlag, timeFlag } from '../../cli/flags.js';
import { SEVERITIES } from '../../model/journal.js';

export default class AnalysisFinding extends JournalCommand {
  static override summary = 'Record what a review or a check found.';
  static override description =
    'Findings are counted by severity in lists and journals, and `usage stages` tells what one cost. Of a stage, they are about its last attempt, or about the next one if that failed or was refused.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --stage review --severity warning --file src/a.ts --line 12 --message "unused"',
    'jq -c ".[]" findings.json | <%= config.bin %> <%= command.id %> --from -',
  ];
  static override flags = {
    severity: option(SEVERITIES, 'How grave it is.'),
    category: textFlag('category', 'Its kind, as review, security or style.'),
    file: textFlag('file', 'The file that it is in.'),
    line: countFlag('line', 'The line in the file, from 1.'),
    message: textFlag('message', 'What was found.'),
    at: timeFlag('at', 'When it was found; now if left out.', 'start'),
    ...entryFlags(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisFinding);
    await this.record('finding', flags);
  }
}
