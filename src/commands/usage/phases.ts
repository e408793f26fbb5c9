import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { idFlag } from '../../cli/flags.js';
import { phaseRules, reportPhases } from '../../cli/phases.js';
import { phasesJson, renderPhases, renderRules, rulesJson } from '../../cli/render/phases.js';
import { usageReportFlags } from '../../cli/usage-flags.js';
import { usageFilter, usageSource, zoneOf } from '../../cli/usage.js';

export default class UsagePhases extends BaseCommand {
  static override summary =
    'What was spent on exploration, reading, planning, execution, testing and so on, by the tools that were called.';
  static override description =
    "Reads the books that `usage sync` keeps, and from the logs which tools each request called; nothing of the calls is stored or shown but the names of tools. A request's tokens and cost are split evenly over its calls. `direct` called none; of `unknown` the log is gone, or tells no calls. A request counts in each phase that it has a call of. The rules can be extended under `phases` in tokentrail.yaml.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> --sync',
    '<%= config.bin %> <%= command.id %> --since 7d --by-tool',
    '<%= config.bin %> <%= command.id %> --session 5e551011-0000-4000-8000-000000000001 --no-store --json',
    '<%= config.bin %> <%= command.id %> --rules',
  ];

  static override flags = {
    ...usageReportFlags(),
    session: idFlag('session', 'Only this session, with its sub-agents.'),
    'by-tool': Flags.boolean({ description: 'By tool instead of by phase.' }),
    rules: Flags.boolean({ description: 'Print the rules in force, in their order: the first that fits a call gives its phase.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(UsagePhases);
    const { context } = this;
    if (flags.rules) {
      const rules = await phaseRules(context);
      return this.answer(() => rulesJson(rules), renderRules(rules, context.terminal));
    }
    const zone = zoneOf(flags.tz);
    const [session, byTool] = [flags.session ?? null, flags['by-tool']];
    const report = await reportPhases(context, usageSource(flags), usageFilter(flags, zone), session);
    const money = await context.money();
    await this.answer(() => phasesJson(report, byTool, session, zone, money), renderPhases(report, byTool, money, context.terminal));
  }
}
