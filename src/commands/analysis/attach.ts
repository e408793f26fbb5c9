import { BaseCommand } from '../../cli/base-command.js';
import { tellJournal } from '../../cli/export/journal-document.js';
import { currentIdFlag, sessionFlags, timeFlag, toolFlag } from '../../cli/flags.js';
import { renderSessions, sessionsJson } from '../../cli/render/attached.js';
import { analysisIdOf, requiredSession } from '../../cli/session-flags.js';
import { attachSession } from '../../lifecycle/attach.js';

export default class AnalysisAttach extends BaseCommand {
  static override summary = 'Add a session to an analysis that spans several.';
  static override description =
    'What the session spends from the last snapshot of the analysis on counts as well; of one that began later, all of it. mark and complete do this by themselves when the environment tells that the agent goes on in a new session. Of an analysis that has ended, up to its end.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --usage-session-id 8f2c0d6e-0000-4000-8000-000000000002',
    '<%= config.bin %> <%= command.id %> --id ANALYSIS-2026-007 --tool codex --usage-session-id 0199… --from 2026-11-26T09:00:00+01:00',
  ];
  static override flags = {
    id: currentIdFlag(),
    tool: toolFlag(),
    ...sessionFlags(),
    from: timeFlag('from', 'From when it counts.', 'start'),
    to: timeFlag('to', 'Until when it counts; of a date, until its end.', 'end'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisAttach);
    const { context } = this;
    const id = await analysisIdOf(context, flags.id, 'write');
    const { agent, session_id, path, found_by } = await requiredSession(context, flags);
    const analysis = await attachSession(await context.existingBooks(), {
      id,
      target: { agent, session_id, path },
      foundBy: found_by,
      from: flags.from ?? null,
      to: flags.to ?? null,
    });
    context.warnOfLimits(analysis);
    await tellJournal(context, analysis);
    await this.answer(() => sessionsJson(analysis), renderSessions(analysis, context.terminal));
  }
}
