import * as Flags from '@oclif/core/flags';
import { agentProcess } from '../../cli/process.js';
import { BaseCommand } from '../../cli/base-command.js';
import { countFlag, idFlag, kindFlag, sessionFlags, tagsFlag, textFlag, toolFlag } from '../../cli/flags.js';
import { gitState } from '../../cli/machine.js';
import { analysisJson } from '../../cli/render/analysis-json.js';
import { renderStarted } from '../../cli/render/analysis.js';
import { sessionOf } from '../../cli/session-flags.js';
import { requireStartable, startAnalysis, type StartInput } from '../../lifecycle/start.js';
import { toolFromFlag } from '../../model/agents.js';

export default class AnalysisStart extends BaseCommand {
  static override summary = 'Open an analysis and take the baseline of the running session.';
  static override description = 'Prints the id of the analysis on stdout and nothing else, so that a shell can keep it.';
  static override examples = [
    'ID=$(<%= config.bin %> <%= command.id %> --source-id smith-2024)',
    '<%= config.bin %> <%= command.id %> --task PROJ-42 --tool codex',
    '<%= config.bin %> <%= command.id %> --kind synthesis --usage-session-id 8f2c0d6e-0000-4000-8000-000000000000',
  ];

  static override flags = {
    'source-id': idFlag('source-id', 'What the analysis is about.'),
    tool: toolFlag(),
    model: textFlag('model', 'The model, if it is to be noted.'),
    cmd: textFlag('cmd', 'The command or skill that does the work.'),
    kind: kindFlag(),
    task: textFlag('task', 'Ticket or task that the work belongs to.'),
    pass: countFlag('pass', 'Which time this source is analysed; counted if left out.'),
    tag: tagsFlag(),
    notes: textFlag('notes', 'A remark.'),
    ...sessionFlags(),
    'no-usage': Flags.boolean({ description: 'Start without a session; nothing is measured.' }),
    'tokens-baseline': countFlag('tokens-baseline', 'Tokens at the start, counted by hand; nothing is measured.'),
    'analysis-file': textFlag('analysis-file', 'The document that holds the analysis.'),
    'idempotency-key': idFlag('idempotency-key', 'A second start with the same key gives the same analysis.'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(AnalysisStart);
    const { context } = this;
    const session = await sessionOf(context, { ...flags, 'no-usage': flags['no-usage'] || flags['tokens-baseline'] !== undefined });
    if (session.kind === 'session') await context.openSession(session);
    const git = await gitState(context.folder);
    const input: StartInput = {
      session,
      tool: flags.tool === undefined ? null : toolFromFlag(flags.tool),
      sourceId: flags['source-id'] ?? null,
      kind: flags.kind ?? 'analysis',
      task: flags.task ?? null,
      pass: flags.pass ?? null,
      model: flags.model ?? null,
      command: context.storedText(flags.cmd),
      process: session.kind === 'session' ? await agentProcess(context, session.agent) : null,
      tags: flags.tag ?? [],
      notes: flags.notes ?? null,
      analysisFile: context.storedPath(flags['analysis-file']),
      tokensBaseline: flags['tokens-baseline'] ?? null,
      idempotencyKey: flags['idempotency-key'] ?? null,
      project: context.projectName,
      gitCommit: git.commit,
      gitBranch: git.branch,
    };
    requireStartable(input);
    const { analysis, warnings } = await startAnalysis(await context.books(), input);
    context.warn(warnings);
    context.output.say(renderStarted(analysis));
    await this.answer(() => ({ analysis: analysisJson(analysis) }), analysis.id);
  }
}
