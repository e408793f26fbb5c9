// Table `log_files`: one row per log and revision. A sync first says which totals it is about to make, then writes the records, then
// says that it is done, so that a kill in between is seen (semantics 35).
import { column, required, type TableSchema } from './columns.js';

export const logFiles: TableSchema = {
  name: 'log_files',
  key: null,
  columns: [
    required('log_file_id', 'utf8', 'Hash of the agent, the origin and the path.'),
    required('revision', 'int64', 'From 1; the last one holds.'),
    required('recorded_at', 'timestamp', 'When this revision was recorded.'),
    required('state', 'word', 'pending while its records are being written, then done.'),
    required('agent', 'word', 'Short name of the agent.'),
    column('session_id', 'utf8', 'The session, or the first one of a database.'),
    required('path', 'utf8', "Relative to the agent's root."),
    required('origin', 'word', 'Hash of the machine and the root: a log of another machine is not gone because it is not here.'),
    required('kind', 'word', 'append, document or rows.'),
    required('size', 'int64', 'Bytes of the file when it was read.'),
    required('written_at', 'timestamp', 'When the file was last written, as of that reading.'),
    required('read_to', 'int64', 'Bytes of text that were read, or records of a document or database.'),
    required('head_sha256', 'utf8', 'SHA-256 of the first 4 KiB of its text.'),
    column('prefix_sha256', 'utf8', 'Chained hash of the text that was read; null for documents and databases.'),
    required('reader_version', 'int64', 'Version of the reader that read it.'),
    required('state_json', 'json', 'What the log says of its session: parents, flags, what was skipped.'),
    required('totals_before', 'json', "Sums of its records' known counts before the sync."),
    required('totals_after', 'json', 'The same after it; with `done` they hold.'),
    column('gone_at', 'timestamp', 'When the log was found to be gone; null while it is there.'),
    column('row_sha256', 'utf8', "`v1:` and the SHA-256 of this row's canonical form; null in rows older than schema 3."),
  ],
};
