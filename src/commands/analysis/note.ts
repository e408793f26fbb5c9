import { entryFlags } from '../../cli/journal.js';
import { JournalCommand } from '../../cli/journal-command.js';
import { textFlag, timeFlag } from '../../cli/flags.js';

export default class AnalysisNote extends JournalCommand {
  static override summary = 'Record a remark.';
  static override description = 'It stands in the journal of the analysis, in the stage that it names.';
  static override examples = ['<%= config.bin %> <%= command.id %> --text "waiting for the data of March"'];
  static override flags = {
    text: textFlag('text', 'The remark.'),
    at: timeFlag('at', 'When it was made; now if left out.', 'start'),
    ...entryFlags(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisNote);
    await this.record('note', flags);
  }
}
