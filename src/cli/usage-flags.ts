// Flags of the reports on all sessions.
import * as Flags from '@oclif/core/flags';
import { agentFlag, textFlag, zonedTimeFlag } from './flags.js';

export const usageReportFlags = () => ({
  tool: agentFlag(),
  since: zonedTimeFlag('since', 'Only records at or after this time.'),
  until: zonedTimeFlag('until', 'Only records before this time; a date includes its day.'),
  tz: textFlag('tz', 'Time zone of days and times, as Europe/Berlin; the local one if left out.'),
  sync: Flags.boolean({ description: 'Bring the books up to date first, as `usage sync` does.' }),
  'no-store': Flags.boolean({ description: 'Answer from the logs alone, and write nothing.', exclusive: ['sync'] }),
});
