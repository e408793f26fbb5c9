import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { agentNamed } from '../../capture/agents.js';
import { BaseCommand } from '../../cli/base-command.js';
import { requireConsent } from '../../cli/consent.js';
import { requiredText } from '../../cli/flags.js';
import { analysisJson } from '../../cli/render/analysis-json.js';
import { renderForgotten } from '../../cli/render/analysis.js';
import { purgePart } from '../../ingest/purge.js';
import { forgetAnalysis } from '../../lifecycle/forget.js';
import type { SessionPart } from '../../model/cut.js';

export default class AnalysisForget extends BaseCommand {
  static override summary = 'Hide an analysis from lists.';
  static override description =
    'Adds a revision that says so and why. The books keep the analysis, `analysis show` still shows it, and no total changes. With --purge-usage what it spent is taken out of the totals of all sessions, for good; the logs and --no-store still tell it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-007 --reason "a trial run"',
    '<%= config.bin %> <%= command.id %> ANALYSIS-2026-007 --reason "a test with made-up work" --purge-usage --yes',
  ];
  static override args = { id: Args.string({ description: 'The analysis.', required: true }) };
  static override flags = {
    reason: requiredText('reason', 'Why.'),
    'purge-usage': Flags.boolean({ description: 'Take what it spent out of all totals, too; asks first.' }),
    yes: Flags.boolean({ description: "Don't ask.", dependsOn: ['purge-usage'] }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.begin(AnalysisForget);
    const { context } = this;
    const books = await context.existingBooks();
    await books.analysis(args.id);
    if (flags['purge-usage'] && !flags.yes) await requireConsent(`Take what ${args.id} spent out of all totals, for good?`, context.output);
    const purge = async (part: SessionPart): Promise<number> =>
      purgePart(books.store, books.targetOf(part), part, await context.syncParts([agentNamed(part.agent)], false));
    const forgotten = await forgetAnalysis(books, args.id, flags.reason, flags['purge-usage'] ? purge : null);
    await this.answer(() => ({ analysis: analysisJson(forgotten.analysis), purged_records: forgotten.purged }), renderForgotten(forgotten));
  }
}
