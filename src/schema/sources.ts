// Table `sources`: one row per revision of a source. Reality Check's columns, then those of the books.
import { column, required, type TableSchema } from './columns.js';

export const sources: TableSchema = {
  name: 'sources',
  key: 'row_key',
  columns: [
    required('id', 'utf8', 'As given.'),
    column('type', 'utf8', 'Paper, report, article, …'),
    column('title', 'utf8', 'As given.'),
    column('author', 'list<utf8>', 'In order.'),
    column('year', 'int64', 'Of publication.'),
    column('url', 'utf8', 'As given.'),
    column('doi', 'utf8', 'As given.'),
    column('accessed', 'utf8', 'Date, as given.'),
    column('last_checked', 'utf8', 'Date, as given.'),
    column('reliability', 'float64', '0 to 1, as given.'),
    column('bias_notes', 'utf8', 'As given.'),
    column('claims_extracted', 'list<utf8>', 'Ids of claims.'),
    column('analysis_file', 'utf8', 'Document about it, home as ~.'),
    column('topics', 'list<utf8>', 'As given.'),
    column('domains', 'list<utf8>', 'As given.'),
    column('status', 'utf8', 'As given.'),
    required('row_key', 'utf8', '`<id>@<revision>`.'),
    required('revision', 'int64', 'From 1.'),
    required('recorded_at', 'timestamp', 'When this revision was recorded.'),
    required('recorded_by', 'utf8', 'The command that recorded it.'),
    column('prev_sha256', 'utf8', 'row_sha256 of the revision before.'),
    column('row_sha256', 'utf8', "`v1:` and the SHA-256 of this row's canonical form."),
  ],
};
