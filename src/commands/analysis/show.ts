import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { atFlag } from '../../cli/flags.js';
import { analysisJson, overlapsJson } from '../../cli/render/analysis-json.js';
import { renderAnalysis } from '../../cli/render/analysis.js';
import { historyJson, renderHistory } from '../../cli/render/history.js';
import { isProcessGone } from '../../cli/process.js';
import { storyDetailJson } from '../../cli/render/story-json.js';
import { storyFrom } from '../../cli/story.js';
import { journalOf } from '../../lifecycle/journal.js';
import { findOverlaps } from '../../lifecycle/overlaps.js';

export default class AnalysisShow extends BaseCommand {
  static override summary = 'Show what the books say of an analysis, now or at an earlier time.';
  static override description =
    'With --history, every revision: when it was recorded, by which command, and what it changed. Revisions are never changed themselves.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --history',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --at 2026-11-01 --json',
  ];
  static override args = { id: Args.string({ description: 'The analysis.', required: true }) };
  static override flags = {
    history: Flags.boolean({ description: 'All revisions, the first one first.' }),
    at: atFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(AnalysisShow);
    const books = await this.context.readBooks();
    const at = flags.at ?? null;
    const analysis = await books.analysis(args.id, at);
    if (!flags.history) {
      const overlaps = (await findOverlaps(books, [analysis], at)).get(analysis.id) ?? [];
      const line = {
        analysis,
        story: storyFrom(analysis, await journalOf(books, analysis.id, at)),
        isGone: at === null && isProcessGone(this.context, analysis),
      };
      const data = (): object => ({
        analysis: {
          ...analysisJson(analysis),
          ...storyDetailJson(line.story),
          overlaps: overlapsJson(overlaps),
          process_gone: line.isGone,
        },
      });
      await this.answer(data, renderAnalysis(line, overlaps, await this.context.money(), at ?? this.context.now()));
      return;
    }
    const history = (await books.history(args.id)).filter(({ revision }) => revision <= analysis.revision);
    const data = (): object => ({ analysis: analysisJson(analysis), history: historyJson(history) });
    await this.answer(data, renderHistory(history, this.context.terminal));
  }
}
