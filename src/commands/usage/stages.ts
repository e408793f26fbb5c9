import { BaseCommand } from '../../cli/base-command.js';
import { atFlag, idFlag, textFlag, zonedTimeFlag } from '../../cli/flags.js';
import { projectNameOf } from '../../cli/project-name.js';
import { renderStages, stagesReportJson } from '../../cli/render/stages.js';
import { storyFrom } from '../../cli/story.js';
import { usageFilter, zoneOf } from '../../cli/usage.js';
import { allJournals } from '../../lifecycle/journal.js';
import { listAnalyses } from '../../lifecycle/list.js';
import { selectAnalyses } from '../../report/select-analyses.js';
import { usageByStage } from '../../report/stages.js';

export default class UsageStages extends BaseCommand {
  static override summary = 'What stages spent over all analyses: by name, what of it was rework or failed, and what findings cost.';
  static override description =
    'Rework is what attempts spent that were revised or rejected, by their status or by a checkpoint. The cost of an attempt is shared by what it found. What was spent in no stage is not in it, and what lies in two analyses counts in both: `usage daily` tells what was spent in all. Unfinished are whole analyses that failed or were canceled.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --task PROJ-42 --json',
    '<%= config.bin %> <%= command.id %> --since 30d --project .',
  ];

  static override flags = {
    task: idFlag('task', 'Only analyses of this task.'),
    project: textFlag('project', 'Only analyses of the project of this folder.'),
    since: zonedTimeFlag('since', 'Only analyses begun at or after this time.'),
    until: zonedTimeFlag('until', 'Only analyses begun before this time; a date includes its day.'),
    tz: textFlag('tz', 'Time zone of days, as Europe/Berlin; yours if left out.'),
    at: atFlag(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(UsageStages);
    const { context } = this;
    const books = await context.readBooks();
    const { since, until } = usageFilter({ since: flags.since, until: flags.until }, zoneOf(flags.tz));
    const project = flags.project === undefined ? null : projectNameOf(context, flags.project);
    const others = { forgotten: false, sourceId: null, tool: null, status: null, kind: null, tags: [], limit: null };
    const filter = { ...others, task: flags.task ?? null, project, since, until };
    const at = flags.at ?? null;
    const [{ analyses }, journals] = [selectAnalyses(await listAnalyses(books, at), filter), await allJournals(books, at)];
    const report = usageByStage(analyses.map((analysis) => storyFrom(analysis, journals.get(analysis.id) ?? [])));
    await this.answer(() => stagesReportJson(report, analyses.length), renderStages(report, context.terminal));
  }
}
