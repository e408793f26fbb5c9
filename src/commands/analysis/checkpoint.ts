import { entryFlags } from '../../cli/journal.js';
import { JournalCommand } from '../../cli/journal-command.js';
import { option, textFlag, timeFlag } from '../../cli/flags.js';
import { DECISIONS } from '../../model/journal.js';

export default class AnalysisCheckpoint extends JournalCommand {
  static override summary = 'Record what was decided on a stage.';
  static override description =
    'On the last attempt of the stage that was closed; without --stage, of the last stage. After revise and reject what that attempt spent is rework. Decisions are kept one after the other and never changed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --decision approve --by ann',
    '<%= config.bin %> <%= command.id %> --stage coding --decision revise --feedback "no test for an empty list" --requested-at 2026-11-22T10:00:00+01:00',
  ];
  static override flags = {
    decision: option(DECISIONS, 'What was decided; auto: nobody was asked.'),
    feedback: textFlag('feedback', 'What was said.'),
    by: textFlag('by', 'Who or what decided.'),
    'requested-at': timeFlag('requested-at', 'Since when the decision was waited for.', 'start'),
    at: timeFlag('at', 'When it was decided; now if left out.', 'start'),
    ...entryFlags(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisCheckpoint);
    await this.record('checkpoint', flags);
  }
}
