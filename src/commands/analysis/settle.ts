import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { tellJournals } from '../../cli/export/journal-document.js';
import { idFlag, timeFlag } from '../../cli/flags.js';
import { renderSettled, settledJson } from '../../cli/render/verify.js';
import { chosenAnalyses } from '../../cli/session-flags.js';
import { settleAll } from '../../lifecycle/settle.js';

export default class AnalysisSettle extends BaseCommand {
  static override summary = 'Take in what an agent wrote to its log late, under the recorded cuts.';
  static override description =
    'An agent writes some of what it spent only after the command that it ran has answered. All cuts of the analysis are moved by one rule, once each of its logs holds something later or was not written for ten minutes. Other commands do this by themselves for analyses that ended lately.';
  static override examples = ['<%= config.bin %> <%= command.id %> --id ANALYSIS-2026-007', '<%= config.bin %> <%= command.id %> --all'];
  static override flags = {
    id: idFlag('id', 'The analysis.'),
    all: Flags.boolean({ description: 'All analyses.', exclusive: ['id'] }),
    since: timeFlag('since', 'With --all: only those begun at or after this time.', 'start'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisSettle);
    const { context } = this;
    const books = await context.existingBooks();
    const analyses = await chosenAnalyses(context, flags, 'write');
    const settled = await settleAll(
      books,
      analyses.map(({ id }) => id),
    );
    await tellJournals(context, settled);
    await this.answer(() => settledJson(settled), renderSettled(settled, context.terminal));
  }
}
