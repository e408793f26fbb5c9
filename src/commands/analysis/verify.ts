import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { idFlag, timeFlag } from '../../cli/flags.js';
import { renderVerifications, verificationsJson } from '../../cli/render/verify.js';
import { chosenAnalyses } from '../../cli/session-flags.js';
import { verifyAll } from '../../lifecycle/verify.js';

export default class AnalysisVerify extends BaseCommand {
  static override summary = "Work out an analysis' numbers again, and compare.";
  static override description =
    'From the logs, up to the recorded cuts; where a log is gone, from the records that the books kept of it. Says verified, differs (what, and by how much) or gone. Without --id the open analysis of the running session is meant. Exit 1 if anything differs. Writes nothing.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --id ANALYSIS-2026-007',
    '<%= config.bin %> <%= command.id %> --all --since 30d --json',
  ];
  static override flags = {
    id: idFlag('id', 'The analysis.'),
    all: Flags.boolean({ description: 'All analyses.', exclusive: ['id'] }),
    since: timeFlag('since', 'With --all: only those begun at or after this time.', 'start'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisVerify);
    const { context } = this;
    const analyses = await chosenAnalyses(context, flags, 'read');
    const verifications = await verifyAll(await context.readBooks(), analyses, context.progress('Verifying analyses'));
    await this.answer(() => verificationsJson(verifications), renderVerifications(verifications, context.terminal));
    if (verifications.some(({ result }) => result === 'differs')) this.failed();
  }
}
