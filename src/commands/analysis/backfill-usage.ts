import * as Flags from '@oclif/core/flags';
import { backfill } from '../../cli/backfill.js';
import { BaseCommand } from '../../cli/base-command.js';
import { timeFlag, toolFlag } from '../../cli/flags.js';
import { backfillJson, isUnfilled, renderBackfill } from '../../cli/render/backfill.js';
import { CONFIDENCES } from '../../lifecycle/backfill.js';

export default class AnalysisBackfillUsage extends BaseCommand {
  static override summary = 'Give tokens to work that was recorded without.';
  static override description =
    'Reads the logs first, as `usage sync` does. An analysis gets the records of its session between its start and its end: of the session that it recorded, else of the only one of its project that was at work then. Several are never chosen from: name one. A record that lies in several windows belongs to what was measured, else to the analysis that began last. Running it again changes nothing. Exit 3 if some stay without tokens that need not.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --tool claude --since 2026-10-01 --until 2026-10-31',
    '<%= config.bin %> <%= command.id %> --usage-session-id ANALYSIS-2026-007=8f2c0d6e-0000-4000-8000-000000000002',
  ];
  static override flags = {
    tool: toolFlag(),
    since: timeFlag('since', 'Only those begun at or after this time.', 'start'),
    until: timeFlag('until', 'Only those begun before the end of this time.', 'end'),
    limit: Flags.integer({ description: 'So many at most, the newest first.', min: 1 }),
    'usage-session-id': Flags.string({
      description: 'The session of an analysis; may be repeated.',
      multiple: true,
      helpValue: 'ID=SESSION',
    }),
    'min-confidence': Flags.option({
      options: CONFIDENCES,
      default: 'low' as const,
      description: 'Only matches that are at least so sure.',
    })(),
    force: Flags.boolean({ description: 'Fill anew what was measured or entered by hand, too.' }),
    'dry-run': Flags.boolean({ description: 'Only say what would be done.' }),
    strict: Flags.boolean({ description: 'Exit 1 instead of 3.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisBackfillUsage);
    const done = await backfill(this.context, flags);
    const dryRun = flags['dry-run'];
    await this.answer(() => backfillJson(done, dryRun), renderBackfill(done, dryRun, this.context.terminal));
    if (isUnfilled(done)) this.partly(flags.strict);
  }
}
