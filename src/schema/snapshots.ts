// Table `snapshots`: what sessions had spent when an agent's hook told that they began or ended. The rows of a session are a chain, each
// with the hash of the one before; they are never changed.
import { column, required, type TableSchema } from './columns.js';

export const snapshots: TableSchema = {
  name: 'snapshots',
  key: 'row_key',
  columns: [
    required('id', 'utf8', 'The agent and the session, as `claude:…`.'),
    required('agent', 'utf8', 'Short name of the agent.'),
    required('session_id', 'utf8', 'The session.'),
    required('event', 'utf8', 'start or end of a stretch of the session.'),
    required('told_by', 'utf8', "The agent's own name of the event, or `usage sync` where the session fell silent without one."),
    column(
      'reason',
      'utf8',
      'Why it began or ended, as the agent says: startup, resume, clear, compact, logout …; null if it says nothing.',
    ),
    required('at', 'timestamp', 'When the hook was called.'),
    column('project', 'utf8', 'Working folder that the hook told, home as ~; null if it told none.'),
    column('transcript', 'utf8', 'The transcript that it named, home as ~, also in the names of folders; null if it named none.'),
    column('transcript_bytes', 'int64', 'Length of the transcript by then; null if it was not there.'),
    column('records', 'int64', 'Usage records of the session by then; null where no log of it was found.'),
    column('input', 'int64', 'Uncached input by then; null if unknown, as are all that follow.'),
    column('cache_read', 'int64', 'Cache reads.'),
    column('cache_write_5m', 'int64', 'Five-minute cache writes.'),
    column('cache_write_1h', 'int64', 'One-hour cache writes.'),
    column('output', 'int64', 'Output with its reasoning.'),
    column('reasoning', 'int64', "The part of output that was reasoning; null where the log doesn't tell."),
    column('usage_json', 'utf8', 'The same by model and for sub-agents.'),
    column('cut_json', 'utf8', 'How far the logs had been read, so that it can be counted again.'),
    column('flags', 'utf8', 'What limits the counts, as output_unreliable, parted by blanks; null for ordinary ones.'),
    column('unknown_because', 'utf8', 'Why the counts are unknown; null where they are known.'),
    required('call_id', 'utf8', 'The call of the hook, so that it is stored once.'),
    required('row_key', 'utf8', '`<id>@<revision>`.'),
    required('revision', 'int64', 'Which snapshot of its session, from 1.'),
    required('recorded_at', 'timestamp', 'When it was recorded.'),
    required('recorded_by', 'utf8', 'The command that recorded it.'),
    column('prev_sha256', 'utf8', 'row_sha256 of the snapshot before.'),
    column('row_sha256', 'utf8', "`v1:` and the SHA-256 of this row's canonical form."),
  ],
};
