import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { agentFlag, requiredText } from '../cli/flags.js';
import { analysisJson } from '../cli/render/analysis-json.js';
import { renderTagged } from '../cli/render/analysis.js';
import { requiredSession } from '../cli/session-flags.js';
import { tagSession } from '../lifecycle/tag.js';

export default class Tag extends BaseCommand {
  static override summary = 'Link a whole session to a task.';
  static override description =
    'Enters an analysis of that session with the task, whichever work was linked to it otherwise. Tagging it again gives it another task, and what it has spent by now. Work that has times and a project, and no session, is linked by `analysis backfill-usage`.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 8f2c0d6e-1111-4111-8111-111111111111 --task PROJ-42',
    '<%= config.bin %> <%= command.id %> 019a2b3c-1111-7111-8111-111111111111 --tool codex --task PROJ-42 --json',
  ];

  static override args = { session: Args.string({ required: true, description: 'Id of the session; see `analysis sessions list`.' }) };

  static override flags = {
    task: requiredText('task', 'Ticket or task that the session worked on.'),
    tool: agentFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(Tag);
    const { context } = this;
    const { agent, session_id, path } = await requiredSession(context, { tool: flags.tool, 'usage-session-id': args.session });
    const target = { agent, session_id, path };
    const tagged = await tagSession(await context.books(), { target, task: flags.task, project: context.projectName });
    context.warnOfLimits(tagged.analysis);
    context.output.say(renderTagged(tagged));
    await this.answer(() => ({ analysis: analysisJson(tagged.analysis), before: tagged.before }), tagged.analysis.id);
  }
}
