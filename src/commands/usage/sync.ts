import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.js';
import { agentFlag } from '../../cli/flags.js';
import { renderRound, renderSync, syncJson, wasPartial } from '../../cli/render/sync.js';
import { syncBooks, warnOfSkips, watchBooks } from '../../cli/usage.js';

export default class UsageSync extends BaseCommand {
  static override summary = 'Bring the books of all sessions up to what the logs say.';
  static override description =
    'Reads only what was written since the last sync. Records whose log is deleted stay ("log gone" counts those that lost it since), records that the logs turned out not to tell are taken back, open ones are still being written and wait. Exit 3 if something in the logs was skipped or could not be read; --strict makes it 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --rebuild --json',
    '<%= config.bin %> <%= command.id %> --watch',
  ];

  static override flags = {
    tool: agentFlag(),
    rebuild: Flags.boolean({ description: 'Read every log from its beginning.' }),
    watch: Flags.boolean({
      description: 'Go on until interrupted: what an agent has finished is in the books two seconds later, however it ends.',
      exclusive: ['rebuild', 'strict'],
    }),
    strict: Flags.boolean({ description: 'Exit 1 instead of 3 if something was skipped.' }),
  };

  protected override readonly folds = 'always';

  async run(): Promise<void> {
    const { flags } = await this.begin(UsageSync);
    const { context } = this;
    if (flags.watch)
      await watchBooks(context, flags.tool ?? null, (found) => renderRound(found).forEach((line) => context.output.say(line)));
    const synced = await syncBooks(this.context, flags.tool ?? null, flags.rebuild);
    warnOfSkips(this.context, synced);
    await this.answer(() => syncJson(synced), renderSync(synced, this.context.terminal));
    if (wasPartial(synced)) this.partly(flags.strict);
  }
}
