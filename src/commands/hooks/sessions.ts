import { BaseCommand } from '../../cli/base-command.js';
import { limitFlag, timeFlag } from '../../cli/flags.js';
import { snapshotsOf } from '../../cli/hooks/report.js';
import { hookSegments } from '../../cli/hooks/sessions.js';
import { renderSegments, segmentJson } from '../../cli/render/hooks-report.js';

export default class HooksSessions extends BaseCommand {
  static override summary = 'Sessions that hooks saw begin and end, with what each stretch spent.';
  static override description =
    'A session that is resumed, cleared or compacted begins another stretch, which counts only what came after. One that ended without a word ends when the next sync finds it silent for ten minutes, or when it begins again.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --since 7d --json'];

  static override flags = {
    limit: limitFlag(20),
    since: timeFlag('since', 'Only stretches begun at or after this time.', 'start'),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(HooksSessions);
    const { context } = this;
    const rows = await snapshotsOf(context);
    const { segments, matching } = await hookSegments(context, rows, { since: flags.since ?? null, limit: flags.limit });
    context.sayRest(segments.length, matching);
    const text = renderSegments(segments, rows.length > 0, (path) => context.tilde(path), context.terminal);
    await this.answer(() => ({ segments: segments.map(segmentJson), matching }), text);
  }
}
