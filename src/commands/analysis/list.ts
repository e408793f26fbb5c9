import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { atFlag, idFlag, kindFlag, limitFlag, statusFlag, timeFlag, toolFlag } from '../../cli/flags.js';
import { analysisLineJson, overlapsJson, togetherJson } from '../../cli/render/analysis-json.js';
import { renderAnalyses, renderTogether } from '../../cli/render/analysis.js';
import { chosenAnalyses } from '../../lifecycle/list.js';
import { findOverlaps } from '../../lifecycle/overlaps.js';
import { spentTogether } from '../../lifecycle/together.js';
import { toolFromFlag } from '../../model/agents.js';
import type { Analysis } from '../../model/analysis.js';
import { selectAnalyses } from '../../report/select-analyses.js';

export default class AnalysisList extends BaseCommand {
  static override summary = 'List analyses, the newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since 7d',
    '<%= config.bin %> <%= command.id %> --tag team=search --status completed --all --json',
    '<%= config.bin %> <%= command.id %> --source-id report-7 --all --total',
  ];

  static override flags = {
    'source-id': idFlag('source-id', 'Only those about this source.'),
    tool: toolFlag(),
    status: statusFlag(),
    kind: kindFlag(),
    tag: Flags.string({ description: 'Only those with this label, KEY=VALUE or KEY; may be repeated.', multiple: true }),
    since: timeFlag('since', 'Only those begun at or after this time.', 'start'),
    until: timeFlag('until', 'Only those begun before the end of this time.', 'end'),
    at: atFlag(),
    limit: limitFlag(20),
    all: Flags.boolean({ description: 'All of them.' }),
    total: Flags.boolean({ description: 'Also what those that are listed spent together, each usage record once, however they overlap.' }),
    forgotten: Flags.boolean({ description: 'Those that `analysis forget` hid, too.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisList);
    const filter = {
      forgotten: flags.forgotten,
      sourceId: flags['source-id'] ?? null,
      tool: flags.tool === undefined ? null : toolFromFlag(flags.tool),
      status: flags.status ?? null,
      kind: flags.kind ?? null,
      tags: flags.tag ?? [],
      since: flags.since ?? null,
      until: flags.until ?? null,
      limit: flags.all ? null : flags.limit,
    };
    const books = await this.context.readBooks();
    const { analyses, matching } = await chosenAnalyses(books, flags.at ?? null, (all) => selectAnalyses(all, filter));
    const overlaps = await findOverlaps(books, analyses, flags.at ?? null);
    const table = renderAnalyses(analyses, overlaps, this.context.now(), this.context.terminal);
    const together = flags.total ? await spentTogether(books, analyses, this.context.progress('Adding up analyses')) : null;
    this.context.sayRest(analyses.length, matching);
    const line = (analysis: Analysis): object => ({
      ...analysisLineJson(analysis),
      overlaps: overlapsJson(overlaps.get(analysis.id) ?? []),
    });
    const data = (): object => ({
      analyses: analyses.map(line),
      matching,
      ...(together === null ? {} : { total: togetherJson(together) }),
    });
    await this.answer(data, together === null ? table : `${table}\n\n${renderTogether(together)}`);
  }
}
