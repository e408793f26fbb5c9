// The sessions of an analysis, and what each spent in it.
import { spentIn } from '../../lifecycle/advance.js';
import type { Analysis } from '../../model/analysis.js';
import type { SessionPart } from '../../model/cut.js';
import { formatLocal } from '../../model/time.js';
import { analysisJson } from './analysis-json.js';
import { totalText } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

export const sessionsJson = (analysis: Analysis): object => ({
  id: analysis.id,
  revision: analysis.revision,
  sessions: (analysisJson(analysis) as { sessions: object[] }).sessions,
});

const COLUMNS: readonly TableColumn<SessionPart>[] = [
  { header: 'agent', cell: ({ agent }) => agent },
  { header: 'session', cell: ({ session_id }) => session_id },
  { header: 'from', cell: ({ baseline }) => (baseline.cut.at === 0 ? 'its beginning' : formatLocal(baseline.cut.at)) },
  { header: 'to', cell: ({ final }) => (final === null ? '' : formatLocal(final.cut.at)) },
  { header: 'tokens', align: 'right', cell: (part) => (part.final === null ? 'N/A' : totalText(spentIn(part).counts)) },
  { header: 'found by', cell: ({ found_by }) => found_by },
];

export const renderSessions = ({ id, sessions }: Analysis, terminal: boolean): string =>
  sessions.length === 0 ? `${id} has no session.` : renderTable(COLUMNS, sessions, terminal);
