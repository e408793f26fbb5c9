// Sessions for people and for programs.
import type { SessionSummary } from '../../ingest/sessions.js';
import { formatInstant, formatLocal, formatOrNull } from '../../model/time.js';
import { grouped, tokens, totalText } from './numbers.js';
import { tokensIn } from '../../model/tokens.js';
import { renderTable, type TableColumn } from './table.js';
import { byModelJson, countsJson, subagentsJson } from './usage-json.js';

export function sessionJson(session: SessionSummary): object {
  return {
    agent: session.agent,
    session_id: session.session_id,
    project: session.project,
    models: session.models,
    first_at: formatOrNull(session.first_at),
    last_at: formatOrNull(session.last_at),
    changed_at: formatInstant(session.changed_at),
    records: session.usage.records,
    usage: countsJson(session.usage.counts),
    by_model: byModelJson(session.usage),
    subagents: subagentsJson(session.usage),
    flags: session.flags,
    partial_records: session.partial_records,
    turns: session.turns,
    skipped: session.skipped,
    path: session.path,
  };
}

const LOWER_BOUND = ['output_unreliable', 'subagent_usage_only_in_progress_lines'];

const tokensText = ({ usage, flags, partial_records }: SessionSummary): string =>
  totalText(usage.counts, partial_records > 0 || flags.some((flag) => LOWER_BOUND.includes(flag)));

const columns = (shorten: (path: string) => string): readonly TableColumn<SessionSummary>[] => [
  { header: 'session', cell: ({ session_id }) => session_id },
  { header: 'agent', cell: ({ agent }) => agent },
  { header: 'project', cell: ({ project }) => (project === null ? 'N/A' : shorten(project)) },
  { header: 'changed', cell: ({ changed_at }) => formatLocal(changed_at) },
  { header: 'requests', align: 'right', cell: ({ usage }) => grouped(usage.records) },
  { header: 'tokens', align: 'right', cell: tokensText },
  { header: 'in', align: 'right', cell: ({ usage: { counts } }) => tokens(tokensIn(counts)) },
  { header: 'out', align: 'right', cell: ({ usage: { counts } }) => tokens(counts.output) },
  { header: 'models', cell: ({ models }) => models.join(', ') },
  { header: 'flags', cell: ({ flags, skipped }) => [...flags, ...skipped.map(({ reason, count }) => `${count} ${reason}`)].join(', ') },
];

export function renderSessions(
  sessions: readonly SessionSummary[],
  matching: number,
  shorten: (path: string) => string,
  terminal: boolean,
): string {
  if (matching === 0) return 'No sessions.';
  return renderTable(columns(shorten), sessions, terminal);
}
