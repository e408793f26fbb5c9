// Reports on all sessions, for people and for programs. The zone of days and times stands under each.
import type { Zone } from '../../report/days.js';
import type { DailyUsage, UsageDay, UsageGroup, UsageModel, UsageSession, UsageSum } from '../../report/usage.js';
import { formatOrNull } from '../../model/time.js';
import { tokensIn, total } from '../../model/tokens.js';
import { grouped, tokens } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';
import { countsJson } from './usage-json.js';

const sumJson = ({ records, counts, known, partial_records, gone_records }: UsageSum): object => ({
  records,
  usage: { ...countsJson(counts), ...(total(counts) === null ? { total_known: known } : {}) },
  partial_records,
  gone_records,
});

const groupJson = (group: UsageGroup): object => ({
  ...sumJson(group),
  sessions: group.sessions,
  by_model: Object.fromEntries(group.by_model.map(([model, sum]) => [model, sumJson(sum)])),
});

export const dailyJson = ({ days, total }: DailyUsage, zone: Zone): object => ({
  tz: zone.name,
  days: days.map((day) => ({ day: day.day, ...groupJson(day), undated_records: day.undated_records })),
  total: groupJson(total),
});

export const modelsJson = ({ models, total }: { models: readonly UsageModel[]; total: UsageGroup }, zone: Zone): object => ({
  tz: zone.name,
  models: models.map((model) => ({ model: model.model, agents: model.agents, ...sumJson(model), sessions: model.sessions })),
  total: groupJson(total),
});

export const usageSessionsJson = (sessions: readonly UsageSession[], matching: number, total: UsageGroup, zone: Zone): object => ({
  tz: zone.name,
  sessions: sessions.map((session) => ({
    agent: session.agent,
    session_id: session.session_id,
    project: session.project,
    first_at: formatOrNull(session.first_at),
    last_at: formatOrNull(session.last_at),
    ...sumJson(session),
    by_model: Object.fromEntries(session.by_model.map(([model, sum]) => [model, sumJson(sum)])),
    subagents: session.subagents === null ? null : sumJson(session.subagents),
    flags: session.flags,
  })),
  matching,
  total: groupJson(total),
});

const isLowerBound = ({ partial_records }: UsageSum): boolean => partial_records > 0;

/** A sum, or of one that has unknown parts what is known, marked as incomplete; N/A where nothing is. */
const sumText = (sum: UsageSum, value: number | null, known: number): string =>
  value === null && known > 0 ? `≥ ${grouped(known)} (incomplete)` : tokens(value, isLowerBound(sum));

/** The columns of counts, which every report has. */
const countColumns: readonly TableColumn<UsageSum>[] = [
  { header: 'requests', align: 'right', cell: ({ records }) => grouped(records) },
  { header: 'tokens', align: 'right', cell: (sum) => sumText(sum, total(sum.counts), sum.known) },
  { header: 'in', align: 'right', cell: (sum) => sumText(sum, tokensIn(sum.counts), sum.known_in) },
  { header: 'cache read', align: 'right', cell: ({ counts }) => tokens(counts.cache_read) },
  { header: 'out', align: 'right', cell: ({ counts, partial_records }) => tokens(counts.output, partial_records > 0) },
];

const noteOf = ({ partial_records, gone_records }: UsageSum): string =>
  [
    ...(partial_records > 0 ? [`${grouped(partial_records)} partial`] : []),
    ...(gone_records > 0 ? [`${grouped(gone_records)} log gone`] : []),
  ].join(', ');

const withTotal = <T>(rows: readonly T[], total: T): readonly T[] => (rows.length === 0 ? [] : [...rows, total]);

const footer = (zone: Zone): string => `Days and times in ${zone.name}.`;

export function renderDaily({ days, total }: DailyUsage, zone: Zone, terminal: boolean): string {
  if (days.length === 0) return `No usage. ${footer(zone)}`;
  const columns: readonly TableColumn<UsageDay & { label: string }>[] = [
    { header: 'day', cell: ({ label }) => label },
    { header: 'sessions', align: 'right', cell: ({ sessions }) => grouped(sessions) },
    ...countColumns,
    { header: 'models', cell: ({ by_model }) => by_model.map(([model]) => model).join(', ') },
    {
      header: 'notes',
      cell: (day) =>
        [noteOf(day), ...(day.undated_records > 0 ? [`${grouped(day.undated_records)} without a time`] : [])]
          .filter((note) => note !== '')
          .join(', '),
    },
  ];
  const rows = days.map((day) => ({ ...day, label: day.day ?? 'no day' }));
  const last = { ...total, label: 'total', day: null, undated_records: 0, by_model: [] };
  return `${renderTable(columns, withTotal(rows, last), terminal)}\n${footer(zone)}`;
}

export function renderModels(
  { models, total }: { models: readonly UsageModel[]; total: UsageGroup },
  zone: Zone,
  terminal: boolean,
): string {
  if (models.length === 0) return `No usage. ${footer(zone)}`;
  const columns: readonly TableColumn<UsageModel>[] = [
    { header: 'model', cell: ({ model }) => model },
    { header: 'agents', cell: ({ agents }) => agents.join(', ') },
    { header: 'sessions', align: 'right', cell: ({ sessions }) => grouped(sessions) },
    ...countColumns,
    { header: 'notes', cell: noteOf },
  ];
  return `${renderTable(columns, withTotal(models, { ...total, model: 'total', agents: [] }), terminal)}\n${footer(zone)}`;
}

export function renderUsageSessions(sessions: readonly UsageSession[], all: UsageGroup, zone: Zone, terminal: boolean): string {
  if (sessions.length === 0) return `No usage. ${footer(zone)}`;
  const columns: readonly TableColumn<UsageSession>[] = [
    { header: 'session', cell: ({ session_id }) => session_id },
    { header: 'agent', cell: ({ agent }) => agent },
    { header: 'project', cell: ({ project }) => project ?? 'N/A' },
    { header: 'last', cell: ({ last_at }) => (last_at === null ? 'N/A' : zone.timeOf(last_at)) },
    ...countColumns,
    { header: 'models', cell: ({ by_model }) => by_model.map(([model]) => model).join(', ') },
    { header: 'notes', cell: (session) => [...session.flags, noteOf(session)].filter((note) => note !== '').join(', ') },
  ];
  return `${renderTable(columns, sessions, terminal)}\n${grouped(all.sessions)} sessions with ${sumText(all, total(all.counts), all.known)} tokens in all. ${footer(zone)}`;
}
