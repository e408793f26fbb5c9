// What a sync did, for people and for programs.
import type { AgentSync } from '../../ingest/sync.js';
import { agentNamed } from '../../capture/agents.js';
import { grouped } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

export const syncJson = (synced: readonly AgentSync[]): object => ({
  agents: synced.map(({ agent, logs, records, added, changed, gone, superseded, held, skipped, unread }) => ({
    agent,
    logs,
    records,
    added,
    changed,
    gone,
    superseded,
    held,
    skipped,
    unreadable: unread,
  })),
});

/** Something in the logs was not counted. */
export const wasPartial = (synced: readonly AgentSync[]): boolean =>
  synced.some(({ skipped, unread }) => skipped.length + unread.length > 0);

const number = (header: string, value: (sync: AgentSync) => number): TableColumn<AgentSync> => ({
  header,
  align: 'right',
  cell: (sync) => grouped(value(sync)),
});

const COLUMNS: readonly TableColumn<AgentSync>[] = [
  { header: 'agent', cell: ({ agent }) => agentNamed(agent).label },
  number('logs', ({ logs }) => logs),
  number('records', ({ records }) => records),
  number('added', ({ added }) => added),
  number('changed', ({ changed }) => changed),
  number('log gone', ({ gone }) => gone),
  number('taken back', ({ superseded }) => superseded),
  number('open', ({ held }) => held),
  {
    header: 'skipped',
    cell: ({ skipped, unread }) => [...skipped, ...byReason(unread)].map(({ reason, count }) => `${count} ${reason}`).join(', '),
  },
];

function byReason(unread: AgentSync['unread']): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { reason } of unread) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count }));
}

export function renderSync(synced: readonly AgentSync[], terminal: boolean): string {
  const found = synced.filter(
    ({ logs, added, changed, gone, superseded, unread }) => logs + added + changed + gone + superseded + unread.length > 0,
  );
  if (found.length === 0) return 'No logs of any agent are here.';
  return renderTable(COLUMNS, found, terminal);
}

/** What one round of a watch brought, a line for each agent. */
export const renderRound = (synced: readonly AgentSync[]): string[] =>
  synced
    .filter(({ added, changed, gone, superseded }) => added + changed + gone + superseded > 0)
    .map((sync) => {
      const parts = [
        [sync.added, 'added'],
        [sync.changed, 'changed'],
        [sync.gone, 'kept whose log is gone'],
        [sync.superseded, 'taken back'],
      ] as const;
      const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${grouped(count)} ${what}`);
      return `${agentNamed(sync.agent).label}: ${told.join(', ')}.`;
    });
