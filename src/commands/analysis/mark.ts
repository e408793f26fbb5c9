import * as Flags from '@oclif/core/flags';
import { tellJournal } from '../../cli/export/journal-document.js';
import { unlistedStage } from '../../cli/stage-names.js';
import { agentProcess } from '../../cli/process.js';
import { BaseCommand } from '../../cli/base-command.js';
import { envelopeFrom } from '../../cli/envelope.js';
import { currentIdFlag, requiredText, stageStatusFlag, textFlag } from '../../cli/flags.js';
import { stagesJson } from '../../cli/render/analysis-json.js';
import { renderMarked } from '../../cli/render/analysis.js';
import { analysisIdOf, runningSession, warnOfJoined } from '../../cli/session-flags.js';
import { markStage } from '../../lifecycle/mark.js';

export default class AnalysisMark extends BaseCommand {
  static override summary = 'Close a stage of an analysis and book what it spent.';
  static override description = 'The stage gets what was spent since the last mark, or the start. The same name again is its next attempt.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --stage extract',
    '<%= config.bin %> <%= command.id %> --id ANALYSIS-2026-014 --stage review --status failed',
    'claude -p "…" --output-format json | <%= config.bin %> <%= command.id %> --id ANALYSIS-2026-014 --stage plan --usage-from-envelope -',
  ];

  static override flags = {
    id: currentIdFlag(),
    stage: requiredText('stage', 'Name of the stage that ends now.'),
    status: stageStatusFlag(),
    notes: textFlag('notes', 'A remark on the stage.'),
    'usage-from-envelope': Flags.string({
      helpValue: 'FILE|-',
      description: 'Book what `claude -p --output-format json` printed: its tokens by model, and its own figure of the cost.',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisMark);
    const id = await analysisIdOf(this.context, flags.id, 'write');
    const envelope = await envelopeFrom(this.context, flags['usage-from-envelope']);
    const running = await runningSession(this.context);
    const marked = await markStage(await this.context.existingBooks(), {
      id,
      stage: flags.stage,
      status: flags.status,
      notes: flags.notes ?? null,
      running,
      process: running === null ? null : await agentProcess(this.context, running.target.agent),
      envelope,
    });
    const { analysis, stage } = marked;
    warnOfJoined(this.context, marked);
    this.context.warn(await unlistedStage(this.context, stage.stage));
    this.context.warnOfLimits(analysis);
    await tellJournal(this.context, analysis);
    this.context.output.say(renderMarked(stage, analysis.costs?.stages.at(-1) ?? null));
    await this.answer(() => ({ id: analysis.id, revision: analysis.revision, stage: stagesJson(analysis).at(-1) }), '');
  }
}
