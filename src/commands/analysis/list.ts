import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { atFlag, idFlag, kindFlag, limitFlag, statusFlag, timeFlag, toolFlag } from '../../cli/flags.js';
import { analysisLineJson } from '../../cli/render/analysis-json.js';
import { renderAnalyses } from '../../cli/render/analysis.js';
import { chosenAnalyses } from '../../lifecycle/list.js';
import { toolFromFlag } from '../../model/agents.js';
import { selectAnalyses } from '../../report/select-analyses.js';

export default class AnalysisList extends BaseCommand {
  static override summary = 'List analyses, the newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --since 7d',
    '<%= config.bin %> <%= command.id %> --tag team=search --status completed --all --json',
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
    const text = renderAnalyses(analyses, matching, this.context.now(), this.context.terminal);
    this.context.sayRest(analyses.length, matching);
    await this.answer(() => ({ analyses: analyses.map(analysisLineJson), matching }), text);
  }
}
