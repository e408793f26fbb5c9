import { BaseCommand } from '../../cli/base-command.js';
import { toolOfEntry, usageFrom } from '../../cli/usage-from.js';
import {
  countFlag,
  idFlag,
  kindFlag,
  listFlag,
  listOf,
  enteredStatusFlag,
  tagsFlag,
  textFlag,
  timeFlag,
  toolFlag,
} from '../../cli/flags.js';
import { analysisJson } from '../../cli/render/analysis-json.js';
import { addAnalysis, requireAddable, type AddInput } from '../../lifecycle/add.js';
import { toolFromFlag } from '../../model/agents.js';

export default class AnalysisAdd extends BaseCommand {
  static override summary = 'Enter an analysis that was not recorded while it ran.';
  static override description =
    'Tokens are stored as they are entered, or read from the log of a session with --usage-from, all of it or a window. Prints the id.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --source-id smith-2024 --tool manual --tokens-in 12000 --tokens-out 800',
    '<%= config.bin %> <%= command.id %> --task PROJ-42 --usage-from claude:~/.claude/projects/-home-me-p/8f2c0d6e.jsonl',
  ];

  static override flags = {
    'source-id': idFlag('source-id', 'What the analysis is about.'),
    tool: toolFlag(),
    kind: kindFlag(),
    status: enteredStatusFlag(),
    task: textFlag('task', 'Ticket or task that the work belongs to.'),
    pass: countFlag('pass', 'Which time this source is analysed; counted if left out.'),
    model: textFlag('model', 'The model.'),
    cmd: textFlag('cmd', 'The command or skill that did the work.'),
    'framework-version': textFlag('framework-version', 'Version of the framework.'),
    'methodology-version': textFlag('methodology-version', 'Version of the methodology.'),
    'started-at': timeFlag('started-at', 'When the work began.', 'start'),
    'completed-at': timeFlag('completed-at', 'When it ended.', 'end'),
    'duration-seconds': countFlag('duration-seconds', 'How long it took, if not from start to end.'),
    'tokens-in': countFlag('tokens-in', 'Tokens sent, with cache reads and writes.'),
    'tokens-out': countFlag('tokens-out', 'Tokens of output.'),
    'total-tokens': countFlag('total-tokens', 'All tokens.'),
    'usage-from': textFlag(
      'usage-from',
      "AGENT:PATH of a log whose usage is the analysis'; of a session's main log, with all that belongs to it.",
    ),
    'window-start': timeFlag('window-start', 'Of that log only what was told at or after this time.', 'start'),
    'window-end': timeFlag('window-end', 'Of that log only what was told before this time; of a date, before its end.', 'end'),
    'inputs-source-ids': listFlag('inputs-source-ids', 'Sources that it drew on; makes it a synthesis.'),
    'inputs-analysis-ids': listFlag('inputs-analysis-ids', 'Analyses that it drew on; makes it a synthesis.'),
    'claims-extracted': listFlag('claims-extracted', 'Ids of claims.'),
    'claims-updated': listFlag('claims-updated', 'Ids of claims.'),
    tag: tagsFlag(),
    notes: textFlag('notes', 'A remark.'),
    'analysis-file': textFlag('analysis-file', 'The document that holds the analysis.'),
    'git-commit': textFlag('git-commit', 'The commit at which it was made.'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisAdd);
    const { context } = this;
    const from = await usageFrom(context, flags['usage-from']);
    const input: AddInput = {
      tool: toolOfEntry(flags.tool === undefined ? null : toolFromFlag(flags.tool), from),
      sourceId: flags['source-id'] ?? null,
      kind: flags.kind ?? 'analysis',
      status: flags.status,
      task: flags.task ?? null,
      pass: flags.pass ?? null,
      model: flags.model ?? null,
      command: context.storedText(flags.cmd),
      frameworkVersion: flags['framework-version'] ?? null,
      methodologyVersion: flags['methodology-version'] ?? null,
      startedAt: flags['started-at'] ?? null,
      completedAt: flags['completed-at'] ?? null,
      durationSeconds: flags['duration-seconds'] ?? null,
      tokensIn: flags['tokens-in'] ?? null,
      tokensOut: flags['tokens-out'] ?? null,
      totalTokens: flags['total-tokens'] ?? null,
      usageFrom: from,
      foundBy: 'usage_from',
      window:
        flags['window-start'] === undefined && flags['window-end'] === undefined
          ? null
          : { from: flags['window-start'] ?? null, to: flags['window-end'] ?? null },
      inputsSourceIds: listOf(flags['inputs-source-ids']),
      inputsAnalysisIds: listOf(flags['inputs-analysis-ids']),
      claimsExtracted: listOf(flags['claims-extracted']),
      claimsUpdated: listOf(flags['claims-updated']),
      tags: flags.tag ?? [],
      notes: flags.notes ?? null,
      analysisFile: context.storedPath(flags['analysis-file']),
      gitCommit: flags['git-commit'] ?? null,
      project: context.projectName,
    };
    requireAddable(input);
    const { analysis, warnings } = await addAnalysis(await context.books(), input);
    context.warn(warnings);
    context.warnOfLimits(analysis);
    await this.answer(() => ({ analysis: analysisJson(analysis) }), analysis.id);
  }
}
