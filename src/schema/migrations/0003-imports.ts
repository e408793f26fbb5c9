// Rows that came from elsewhere, rows that are hidden, and a hash for each row of `log_files`.
import type { Migration } from '../migration.js';

export const imports: Migration = {
  id: 3,
  name: 'imports',
  steps: [
    {
      add: 'analysis_logs',
      columns: [
        ['forgotten_at', 'timestamp', true],
        ['imported_json', 'json', true],
      ],
    },
    { add: 'usage', columns: [['purged_at', 'timestamp', true]] },
    { add: 'log_files', columns: [['row_sha256', 'utf8', true]] },
  ],
};
