import { allSessions } from '../../../cli/all-sessions.js';
import { BaseCommand } from '../../../cli/base-command.js';
import { limitFlag, textFlag, timeFlag, agentFlag } from '../../../cli/flags.js';
import { renderSessions, sessionJson } from '../../../cli/render/sessions.js';
import { selectSessions } from '../../../report/select-sessions.js';

export default class AnalysisSessionsList extends BaseCommand {
  static override summary = 'List the sessions that agents logged on this machine, the last changed first.';
  static override description = 'Reads the logs, not the store. Classes are disjoint; what a log cannot tell is N/A, never 0.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --tool claude --limit 5',
    '<%= config.bin %> <%= command.id %> --project . --since 7d --json',
  ];

  static override flags = {
    tool: agentFlag(),
    limit: limitFlag(10),
    project: textFlag('project', 'Only sessions with a working folder in the project of this folder.'),
    since: timeFlag('since', 'Only sessions changed at or after this time.', 'start'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisSessionsList);
    const { context } = this;
    const all = await allSessions(context, flags.tool ?? null);
    const { sessions, matching } = selectSessions(all, {
      inProject: context.projectTest(flags.project),
      since: flags.since ?? null,
      limit: flags.limit,
    });
    const text = renderSessions(sessions, matching, (path) => context.tilde(path), context.terminal);
    context.sayRest(sessions.length, matching);
    await this.answer(() => ({ sessions: sessions.map(sessionJson), matching }), text);
  }
}
