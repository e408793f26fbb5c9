// What sessions had spent when hooks told that they began or ended.
import type { Migration } from '../migration.js';

export const snapshotTable: Migration = {
  id: 6,
  name: 'snapshots',
  steps: [
    {
      create: 'snapshots',
      key: 'row_key',
      columns: [
        ['id', 'utf8', false],
        ['agent', 'utf8', false],
        ['session_id', 'utf8', false],
        ['event', 'utf8', false],
        ['told_by', 'utf8', false],
        ['reason', 'utf8', true],
        ['at', 'timestamp', false],
        ['project', 'utf8', true],
        ['transcript', 'utf8', true],
        ['transcript_bytes', 'int64', true],
        ['records', 'int64', true],
        ['input', 'int64', true],
        ['cache_read', 'int64', true],
        ['cache_write_5m', 'int64', true],
        ['cache_write_1h', 'int64', true],
        ['output', 'int64', true],
        ['reasoning', 'int64', true],
        ['usage_json', 'utf8', true],
        ['cut_json', 'utf8', true],
        ['flags', 'utf8', true],
        ['unknown_because', 'utf8', true],
        ['call_id', 'utf8', false],
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
