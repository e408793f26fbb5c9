import { BaseCommand } from '../../cli/base-command.js';
import { tellJournal } from '../../cli/export/journal-document.js';
import { currentIdFlag, requiredId } from '../../cli/flags.js';
import { renderSessions, sessionsJson } from '../../cli/render/attached.js';
import { analysisIdOf } from '../../cli/session-flags.js';
import { detachSession } from '../../lifecycle/attach.js';

export default class AnalysisDetach extends BaseCommand {
  static override summary = 'Take a session away from an analysis.';
  static override description = 'What it spent leaves the totals and the stages. The revisions before tell what they were.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --id ANALYSIS-2026-007 --usage-session-id 8f2c0d6e-0000-4000-8000-000000000002',
  ];
  static override flags = {
    id: currentIdFlag(),
    'usage-session-id': requiredId('usage-session-id', 'The session.'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisDetach);
    const { context } = this;
    const id = await analysisIdOf(context, flags.id, 'write');
    const analysis = await detachSession(await context.existingBooks(), id, flags['usage-session-id']);
    await tellJournal(context, analysis);
    await this.answer(() => sessionsJson(analysis), renderSessions(analysis, context.terminal));
  }
}
