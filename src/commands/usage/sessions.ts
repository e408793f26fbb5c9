import { BaseCommand } from '../../cli/base-command.js';
import { limitFlag } from '../../cli/flags.js';
import { renderUsageSessions, usageSessionsJson } from '../../cli/render/usage.js';
import { usageReportFlags } from '../../cli/usage-flags.js';
import { reportUsage, usageFilter, usageSource, zoneOf } from '../../cli/usage.js';
import { usageBySession, type SessionNotes } from '../../report/usage.js';

export default class UsageSessions extends BaseCommand {
  static override summary = 'What each session spent, the last used first; also sessions whose logs are gone.';
  static override description = 'Reads the books that `usage sync` keeps. A session without any count is N/A, never 0.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --sync --limit 50',
    '<%= config.bin %> <%= command.id %> --tool codex --json',
  ];

  static override flags = { ...usageReportFlags(), limit: limitFlag(20) };

  async run(): Promise<void> {
    const { flags } = await this.begin(UsageSessions);
    const { context } = this;
    const zone = zoneOf(flags.tz);
    const filter = usageFilter(flags, zone);
    const fold = (notes: SessionNotes) => usageBySession(filter, notes);
    const usage = await reportUsage(context, usageSource(flags), fold, { flagged: true });
    const shown = usage.sessions.slice(0, flags.limit);
    const money = await context.money();
    context.sayRest(shown.length, usage.sessions.length);
    await this.answer(() => usageSessionsJson(shown, usage, zone, money), renderUsageSessions(shown, usage, zone, money, context.terminal));
  }
}
