import * as Flags from '@oclif/core/flags';
import { ExportCommand } from '../../cli/export/command.js';
import { atOf, exportFlags, requestOf } from '../../cli/export/flags.js';
import { FORMATS, USAGE_SUBJECTS } from '../../cli/export/request.js';
import { agentFlag, zonedTimeFlag } from '../../cli/flags.js';

export default class ExportUsage extends ExportCommand {
  static override summary = 'Export the books of all sessions: every usage record, or sums by session, day, project or model.';
  static override description =
    'All rows, with or without analyses; what is exported adds up to what `usage` reports tell for the same filters. Unknown is an empty cell in CSV and null in JSON, never 0. Headers never change; more columns come at the end. With --at, the records as they were recorded by then.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --what requests --out requests.csv',
    '<%= config.bin %> <%= command.id %> --what daily --since 2026-11-01 --tz Europe/Berlin',
    '<%= config.bin %> <%= command.id %> --what sessions --tool codex --format jsonl',
  ];
  static override flags = {
    what: Flags.option({ options: USAGE_SUBJECTS, default: 'requests' as const, description: 'What a row is.' })(),
    format: Flags.option({ options: FORMATS.usage, default: 'csv' as const, description: 'Its form.' })(),
    tool: agentFlag(),
    since: zonedTimeFlag('since', 'Only records at or after this time.'),
    until: zonedTimeFlag('until', 'Only records before this time; a date includes its day.'),
    ...exportFlags(),
  };

  async run(): Promise<void> {
    const { flags } = await this.begin(ExportUsage);
    const asked = { what: 'usage', format: flags.format, rows: flags.what } as const;
    const now = this.context.now();
    const request = requestOf(asked, flags, now, null);
    await this.export({ request, at: atOf(flags, now), out: flags.out, template: null }, false);
  }
}
