import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { analysisJson } from '../../cli/render/analysis-json.js';
import { renderAnalysis } from '../../cli/render/analysis.js';

export default class AnalysisShow extends BaseCommand {
  static override summary = 'Show what the books say of an analysis.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-014 --json',
  ];
  static override args = { id: Args.string({ description: 'The analysis.', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.begin(AnalysisShow);
    const analysis = await (await this.context.readBooks()).analysis(args.id);
    await this.answer(() => ({ analysis: analysisJson(analysis) }), renderAnalysis(analysis, this.context.now()));
  }
}
