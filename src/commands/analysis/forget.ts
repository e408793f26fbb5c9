import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base-command.js';
import { requiredText } from '../../cli/flags.js';
import { analysisJson } from '../../cli/render/analysis-json.js';
import { forgetAnalysis } from '../../lifecycle/forget.js';

export default class AnalysisForget extends BaseCommand {
  static override summary = 'Hide an analysis from lists.';
  static override description =
    'Adds a revision that says so and why. The books keep the analysis, `analysis show` still shows it, and no total changes.';
  static override examples = ['<%= config.bin %> <%= command.id %> ANALYSIS-2026-007 --reason "a trial run"'];
  static override args = { id: Args.string({ description: 'The analysis.', required: true }) };
  static override flags = { reason: requiredText('reason', 'Why.') };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(AnalysisForget);
    const analysis = await forgetAnalysis(await this.context.existingBooks(), args.id, flags.reason);
    await this.answer(() => ({ analysis: analysisJson(analysis) }), `${analysis.id} is hidden from lists.`);
  }
}
