import { tellDocument } from '../../cli/document.js';
import { tellJournal } from '../../cli/export/journal-document.js';
import { BaseCommand } from '../../cli/base-command.js';
import { countFlag, currentIdFlag, endStatusFlag, listFlag, listOf, textFlag } from '../../cli/flags.js';
import { analysisJson } from '../../cli/render/analysis-json.js';
import { sayStages } from '../../cli/story.js';
import { renderEnded } from '../../cli/render/analysis.js';
import { analysisIdOf, runningSession, warnOfJoined } from '../../cli/session-flags.js';
import { completeAnalysis } from '../../lifecycle/complete.js';

export default class AnalysisComplete extends BaseCommand {
  static override summary = 'End an analysis: book its last tokens and say what it spent.';
  static override description =
    'A failed or canceled analysis keeps its usage. An ended one is only changed with --amend, which takes no snapshot.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --id ANALYSIS-2026-014 --status failed --notes "the source is gone"',
    '<%= config.bin %> <%= command.id %> --inputs-analysis-ids ANALYSIS-2026-012,ANALYSIS-2026-013',
  ];

  static override flags = {
    id: currentIdFlag(),
    status: endStatusFlag(),
    notes: textFlag('notes', 'A remark.'),
    'claims-extracted': listFlag('claims-extracted', 'Ids of claims.'),
    'claims-updated': listFlag('claims-updated', 'Ids of claims.'),
    'inputs-source-ids': listFlag('inputs-source-ids', 'Sources that it drew on; makes it a synthesis.'),
    'inputs-analysis-ids': listFlag('inputs-analysis-ids', 'Analyses that it drew on; makes it a synthesis.'),
    'analysis-file': textFlag(
      'analysis-file',
      'The document that holds the analysis; a table of its analyses is kept in it if it is Markdown.',
    ),
    'tokens-final': countFlag('tokens-final', 'Tokens at the end, counted by hand; for analyses with nothing measured.'),
    amend: textFlag('amend', 'Change fields of an ended analysis, and say why.'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisComplete);
    const id = await analysisIdOf(this.context, flags.id, 'write');
    const completed = await completeAnalysis(await this.context.existingBooks(), {
      id,
      status: flags.status ?? null,
      notes: flags.notes ?? null,
      analysisFile: this.context.storedPath(flags['analysis-file']),
      claimsExtracted: listOf(flags['claims-extracted']),
      claimsUpdated: listOf(flags['claims-updated']),
      inputsSourceIds: listOf(flags['inputs-source-ids']),
      inputsAnalysisIds: listOf(flags['inputs-analysis-ids']),
      tokensFinal: flags['tokens-final'] ?? null,
      amend: flags.amend ?? null,
      running: await runningSession(this.context),
    });
    const { analysis, warnings } = completed;
    warnOfJoined(this.context, completed);
    this.context.warn(warnings);
    this.context.warnOfLimits(analysis);
    await tellDocument(this.context, analysis, flags['analysis-file'] !== undefined);
    await tellJournal(this.context, analysis);
    await sayStages(this.context, analysis);
    await this.answer(() => ({ analysis: analysisJson(analysis) }), renderEnded(analysis));
  }
}
