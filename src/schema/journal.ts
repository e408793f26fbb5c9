// Table `journal`: what was decided, found, noted and tested in an analysis. Its entries are a chain, each with the hash of the one
// before; they are never changed.
import { column, required, type TableSchema } from './columns.js';

export const journal: TableSchema = {
  name: 'journal',
  key: 'row_key',
  columns: [
    required('id', 'utf8', 'The analysis.'),
    required('entry', 'utf8', 'checkpoint, finding, note or result.'),
    column('at', 'timestamp', 'When it was decided, found, noted or tested; null where an import told no time.'),
    column('stage', 'utf8', 'The stage that it is about; null where it is about none.'),
    column('attempt', 'int64', 'Which attempt of the stage, from 1; null without a stage.'),
    column('decision', 'utf8', 'Of a checkpoint: approve, revise, reject, instruct or auto.'),
    column('feedback', 'utf8', 'Of a checkpoint: what was said, as given.'),
    column('decided_by', 'utf8', 'Of a checkpoint: who or what decided, as given.'),
    column('requested_at', 'timestamp', 'Of a checkpoint: since when the decision was waited for; null if unknown.'),
    column('severity', 'utf8', 'Of a finding: critical, high, error, medium, warning, low or info.'),
    column('category', 'utf8', 'Of a finding: review, security, …, as given.'),
    column('file', 'utf8', 'Of a finding: the file that it is in, home as ~.'),
    column('line', 'int64', 'Of a finding: the line in the file, from 1.'),
    column('message', 'utf8', 'Of a finding and a note: its text, as given.'),
    column('passed', 'int64', 'Of a result: tests that passed; null if unknown.'),
    column('failed', 'int64', 'Of a result: tests that failed; null if unknown.'),
    column('errors', 'int64', 'Of a result: tests that could not run; null if unknown.'),
    required('row_key', 'utf8', '`<id>@<revision>`.'),
    required('revision', 'int64', 'Which entry of its analysis, from 1.'),
    required('recorded_at', 'timestamp', 'When it was recorded.'),
    required('recorded_by', 'utf8', 'The command that recorded it.'),
    column('prev_sha256', 'utf8', 'row_sha256 of the entry before.'),
    column('row_sha256', 'utf8', "`v1:` and the SHA-256 of this row's canonical form."),
  ],
};
