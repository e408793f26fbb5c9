import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { atFlag, idFlag, kindFlag, limitFlag, option, statusFlag, textFlag, timeFlag, toolFlag } from '../../cli/flags.js';
import { analysisLineJson, overlapsJson, togetherJson } from '../../cli/render/analysis-json.js';
import { renderAnalyses, renderTogether, type AnalysisLine } from '../../cli/render/analysis.js';
import { perCompletedJson, renderPerCompleted, storyLineJson } from '../../cli/render/story-line.js';
import { isProcessGone } from '../../cli/process.js';
import { projectNameOf } from '../../cli/project-name.js';
import { storyFrom } from '../../cli/story.js';
import { allJournals } from '../../lifecycle/journal.js';
import { chosenAnalyses, listAnalyses } from '../../lifecycle/list.js';
import { findOverlaps } from '../../lifecycle/overlaps.js';
import { spentTogether } from '../../lifecycle/together.js';
import { toolFromFlag } from '../../model/agents.js';
import type { Analysis } from '../../model/analysis.js';
import { SEVERITIES } from '../../model/journal.js';
import type { Story } from '../../report/journal.js';
import { selectAnalyses, type Selection } from '../../report/select-analyses.js';

export default class AnalysisList extends BaseCommand {
  static override summary = 'List analyses, the newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since 7d',
    '<%= config.bin %> <%= command.id %> --tag team=search --status completed --all --json',
    '<%= config.bin %> <%= command.id %> --source-id report-7 --all --total',
    '<%= config.bin %> <%= command.id %> --task PROJ-42',
  ];

  static override flags = {
    'source-id': idFlag('source-id', 'Only those about this source.'),
    task: idFlag('task', 'Only those of this task, and what all of them took.'),
    project: textFlag('project', 'Only those of the project of this folder.'),
    model: textFlag('model', 'Only those that this model worked on.'),
    tool: toolFlag(),
    status: statusFlag(),
    kind: kindFlag(),
    tag: Flags.string({ description: 'Only those with this label, KEY=VALUE or KEY; may be repeated.', multiple: true }),
    since: timeFlag('since', 'Only those begun at or after this time.', 'start'),
    until: timeFlag('until', 'Only those begun before the end of this time.', 'end'),
    at: atFlag(),
    severity: option(SEVERITIES, 'Only those with a finding of this severity.'),
    contradictions: Flags.boolean({
      description: 'Only completed ones that their journal contradicts: tests that failed, a stage that was refused.',
    }),
    limit: limitFlag(20),
    all: Flags.boolean({ description: 'All of them.' }),
    total: Flags.boolean({ description: 'Also what those that are listed spent together, each usage record once, however they overlap.' }),
    forgotten: Flags.boolean({ description: 'Those that `analysis forget` hid, too.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisList);
    const { context } = this;
    const filter = {
      forgotten: flags.forgotten,
      sourceId: flags['source-id'] ?? null,
      task: flags.task ?? null,
      project: flags.project === undefined ? null : projectNameOf(context, flags.project),
      model: flags.model ?? null,
      tool: flags.tool === undefined ? null : toolFromFlag(flags.tool),
      status: flags.status ?? null,
      kind: flags.kind ?? null,
      tags: flags.tag ?? [],
      since: flags.since ?? null,
      until: flags.until ?? null,
      limit: flags.all ? null : flags.limit,
    };
    const books = await context.readBooks();
    const at = flags.at ?? null;
    const journals = await allJournals(books, at);
    const storyOf = (analysis: Analysis): Story => storyFrom(analysis, journals.get(analysis.id) ?? []);
    const isWanted = (analysis: Analysis): boolean => {
      if (flags.severity !== undefined && !(journals.get(analysis.id) ?? []).some(({ severity }) => severity === flags.severity))
        return false;
      return !flags.contradictions || storyOf(analysis).outcome.contradictions.length > 0;
    };
    const choose = (limit: number | null) => (all: readonly Analysis[]) => selectAnalyses(all.filter(isWanted), { ...filter, limit });
    const found = (limit: number | null): Promise<Selection> =>
      // Outlines tell no stages and no models.
      flags.contradictions || filter.model !== null
        ? listAnalyses(books, at).then(choose(limit))
        : chosenAnalyses(books, at, choose(limit));
    const { analyses, matching } = await found(filter.limit);
    const overlaps = await findOverlaps(books, analyses, at);
    const lines = analyses.map((analysis) => ({
      analysis,
      story: storyOf(analysis),
      isGone: at === null && isProcessGone(context, analysis),
    }));
    const table = renderAnalyses(lines, overlaps, context.now(), context.terminal);
    const summed = flags.task === undefined ? analyses : (await found(null)).analyses;
    const isSummed = flags.total || (flags.task !== undefined && summed.length > 0);
    const together = isSummed ? await spentTogether(books, summed, context.progress('Adding up analyses')) : null;
    const completed = summed.filter(({ status }) => status === 'completed').length;
    context.sayRest(analyses.length, matching);
    const line = (item: AnalysisLine): object => ({
      ...analysisLineJson(item.analysis),
      ...storyLineJson(item),
      overlaps: overlapsJson(overlaps.get(item.analysis.id) ?? []),
    });
    const data = (): object => ({
      analyses: lines.map(line),
      matching,
      ...(together === null ? {} : { total: { ...togetherJson(together), ...perCompletedJson(together, completed) } }),
    });
    await this.answer(
      data,
      together === null
        ? table
        : `${table}\n\n${renderTogether(together)}${flags.task === undefined ? '' : `\n${renderPerCompleted(together, completed)}`}`,
    );
  }
}
