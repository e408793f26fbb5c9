// What was decided, found and tested in an analysis.
import type { Migration } from '../migration.js';

export const journals: Migration = {
  id: 5,
  name: 'journal',
  steps: [
    {
      create: 'journal',
      key: 'row_key',
      columns: [
        ['id', 'utf8', false],
        ['entry', 'utf8', false],
        ['at', 'timestamp', true],
        ['stage', 'utf8', true],
        ['attempt', 'int64', true],
        ['decision', 'utf8', true],
        ['feedback', 'utf8', true],
        ['decided_by', 'utf8', true],
        ['requested_at', 'timestamp', true],
        ['severity', 'utf8', true],
        ['category', 'utf8', true],
        ['file', 'utf8', true],
        ['line', 'int64', true],
        ['message', 'utf8', true],
        ['passed', 'int64', true],
        ['failed', 'int64', true],
        ['errors', 'int64', true],
        ['row_key', 'utf8', false],
        ['revision', 'int64', false],
        ['recorded_at', 'timestamp', false],
        ['recorded_by', 'utf8', false],
        ['prev_sha256', 'utf8', true],
        ['row_sha256', 'utf8', true],
      ],
    },
  ],
};
