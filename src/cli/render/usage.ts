// Reports on all sessions, for people and for programs. The zone of days and times stands under each.
import type { Zone } from '../../report/days.js';
import type { DailyUsage, ModelUsage, SessionUsage, UsageDay, UsageGroup, UsageModel, UsageSession } from '../../report/usage.js';
import type { SubagentUsage, UsageSum } from '../../report/usage-sum.js';
import { formatOrNull } from '../../model/time.js';
import { isUnknown, tokensIn, total } from '../../model/tokens.js';
import { costFooter, costJson, costText, type Display } from './cost.js';
import { grouped, plural, tokens } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';
import { countsJson } from './usage-json.js';

/** `known`: by class what is known of it, where the sum of another one is not. */
export function sumJson({ records, counts, known_counts, cost, partial_records, gone_records }: UsageSum): object {
  const known = total(counts) === null ? { total_known: total(known_counts), known: known_counts } : {};
  // What is not known to have been spent has no cost, not even $0.
  const isSilent = records === 0 && isUnknown(counts);
  return { records, usage: { ...countsJson(counts), ...known }, cost: isSilent ? null : costJson(cost), partial_records, gone_records };
}

/** Sub-agents as a whole, and by their type. */
const subagentsJson = (subagents: SubagentUsage | null): object | null =>
  subagents === null
    ? null
    : { ...sumJson(subagents), by_type: Object.fromEntries(subagents.by_type.map(([type, sum]) => [type, sumJson(sum)])) };

/** How costs are shown: agents that are paid by subscription, and a currency beside dollars. */
export interface Money {
  readonly plans: readonly string[];
  readonly display: Display | null;
}

/** On which basis the costs of a report stand. */
export const moneyJson = ({ plans, display }: Money): object => ({
  prices: {
    api_equivalent: plans,
    display: display === null ? null : { currency: display.code, rate: display.rate, date: display.date },
  },
});

const groupJson = (group: UsageGroup): object => ({
  ...sumJson(group),
  sessions: group.sessions,
  by_model: Object.fromEntries(group.by_model.map(([model, sum]) => [model, sumJson(sum)])),
});

export const dailyJson = ({ days, total, uncounted_sessions }: DailyUsage, zone: Zone, money: Money): object => ({
  tz: zone.name,
  ...moneyJson(money),
  days: days.map((day) => ({ day: day.day, ...groupJson(day), undated_records: day.undated_records })),
  total: groupJson(total),
  uncounted_sessions,
});

/** The entry of the price book by which a model is priced, as `provider/model`; null: by none. */
export type PricedAs = (model: string) => string | null;

export const modelsJson = (
  { newest_at, models, total, uncounted_sessions }: ModelUsage,
  zone: Zone,
  money: Money,
  pricedAs: PricedAs,
): object => ({
  tz: zone.name,
  ...moneyJson(money),
  newest_at: formatOrNull(newest_at),
  models: models.map((model) => ({
    model: model.model,
    priced_as: pricedAs(model.model),
    agents: model.agents,
    ...sumJson(model),
    sessions: model.sessions,
  })),
  total: groupJson(total),
  uncounted_sessions,
});

/** `shown`: those that are told one by one. */
export const usageSessionsJson = (
  shown: readonly UsageSession[],
  { sessions, total, subagents }: SessionUsage,
  zone: Zone,
  money: Money,
): object => ({
  tz: zone.name,
  ...moneyJson(money),
  sessions: shown.map((session) => ({
    agent: session.agent,
    session_id: session.session_id,
    project: session.project,
    first_at: formatOrNull(session.first_at),
    last_at: formatOrNull(session.last_at),
    ...sumJson(session),
    by_model: Object.fromEntries(session.by_model.map(([model, sum]) => [model, sumJson(sum)])),
    subagents: subagentsJson(session.subagents),
    flags: session.flags,
  })),
  matching: sessions.length,
  subagents: subagentsJson(subagents),
  total: groupJson(total),
});

export const isLowerBound = ({ partial_records }: UsageSum): boolean => partial_records > 0;

/** A sum, or of one that has unknown parts what is known, marked as incomplete; N/A where nothing is. */
export const sumText = (value: number | null, known: number | null, lowerBound = false): string =>
  value === null && known !== null && known > 0 ? `≥ ${grouped(known)} (incomplete)` : tokens(value, lowerBound);

/** Nothing was told of it, so that nothing is known of its cost. */
const isEmpty = ({ records, cost }: UsageSum): boolean => records === 0 && cost.priced_tokens + cost.unpriced_tokens === 0;

/** The columns of counts, which every report has. */
const countColumns: readonly TableColumn<UsageSum>[] = [
  { header: 'requests', align: 'right', cell: ({ records }) => grouped(records) },
  { header: 'tokens', align: 'right', cell: (sum) => sumText(total(sum.counts), total(sum.known_counts), isLowerBound(sum)) },
  { header: 'in', align: 'right', cell: ({ counts, known_counts }) => sumText(tokensIn(counts), tokensIn(known_counts)) },
  { header: 'cache read', align: 'right', cell: ({ counts, known_counts }) => sumText(counts.cache_read, known_counts.cache_read) },
  { header: 'out', align: 'right', cell: (sum) => sumText(sum.counts.output, sum.known_counts.output, isLowerBound(sum)) },
  { header: 'cost', align: 'right', cell: (sum) => (isEmpty(sum) ? 'N/A' : costText(sum.cost, isLowerBound(sum))) },
];

const noteOf = ({ partial_records, gone_records }: UsageSum): string =>
  [
    ...(partial_records > 0 ? [`${grouped(partial_records)} partial`] : []),
    ...(gone_records > 0 ? [`${grouped(gone_records)} log gone`] : []),
  ].join(', ');

const withTotal = <T>(rows: readonly T[], total: T): readonly T[] => (rows.length === 0 ? [] : [...rows, total]);

/** What stands under each report. */
const footer = (zone: Zone, { cost }: UsageSum, { plans, display }: Money): string =>
  [`Days and times in ${zone.name}.`, costFooter(cost, plans, display)].filter((part) => part !== '').join(' ');

/** What stands under sums that some sessions are missing from. */
const uncounted = (sessions: number): string =>
  sessions === 0 ? '' : `${plural(sessions, 'session')} without any token count, in no sum: see \`tokentrail usage sessions\`. `;

export function renderDaily({ days, total, uncounted_sessions }: DailyUsage, zone: Zone, money: Money, terminal: boolean): string {
  const below = uncounted(uncounted_sessions) + footer(zone, total, money);
  if (days.length === 0) return `No usage. ${below}`;
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
  const undated_records = days.reduce((sum, day) => sum + day.undated_records, 0);
  const last = { ...total, label: 'total', day: null, undated_records, by_model: [] };
  return `${renderTable(columns, withTotal(rows, last), terminal)}\n${below}`;
}

export function renderModels(
  { newest_at, models, total, uncounted_sessions }: ModelUsage,
  zone: Zone,
  money: Money,
  pricedAs: PricedAs,
  terminal: boolean,
): string {
  const fresh = newest_at === null ? '' : ` The newest record is of ${zone.timeOf(newest_at)}.`;
  const below = uncounted(uncounted_sessions) + footer(zone, total, money) + fresh;
  if (models.length === 0) return `No usage. ${below}`;
  const columns: readonly TableColumn<UsageModel>[] = [
    { header: 'model', cell: ({ model }) => model },
    { header: 'priced as', cell: ({ model }) => (model === 'total' ? '' : (pricedAs(model) ?? 'not listed')) },
    { header: 'agents', cell: ({ agents }) => agents.join(', ') },
    { header: 'sessions', align: 'right', cell: ({ sessions }) => grouped(sessions) },
    ...countColumns,
    { header: 'notes', cell: noteOf },
  ];
  return `${renderTable(columns, withTotal(models, { ...total, model: 'total', agents: [] }), terminal)}\n${below}`;
}

/** `Sub-agents: 12,345 tokens; Explore 10,000, unknown 2,345.` */
function subagentsLine(subagents: SubagentUsage | null): string {
  if (subagents === null) return '';
  const tokensOf = (sum: UsageSum): string => sumText(total(sum.counts), total(sum.known_counts), isLowerBound(sum));
  const types = subagents.by_type.map(([type, sum]) => `${type} ${tokensOf(sum)}, ${costText(sum.cost, isLowerBound(sum))}`);
  return `\nOf that, sub-agents: ${tokensOf(subagents)} tokens. By type: ${types.join('; ')}.`;
}

export function renderUsageSessions(
  sessions: readonly UsageSession[],
  { total: all, subagents }: SessionUsage,
  zone: Zone,
  money: Money,
  terminal: boolean,
): string {
  if (sessions.length === 0) return `No usage. ${footer(zone, all, money)}`;
  const columns: readonly TableColumn<UsageSession>[] = [
    { header: 'session', cell: ({ session_id }) => session_id },
    { header: 'agent', cell: ({ agent }) => agent },
    { header: 'project', cell: ({ project }) => project ?? 'N/A' },
    { header: 'last', cell: ({ last_at }) => (last_at === null ? 'N/A' : zone.timeOf(last_at)) },
    ...countColumns,
    { header: 'models', cell: ({ by_model }) => by_model.map(([model]) => model).join(', ') },
    { header: 'notes', cell: (session) => [...session.flags, noteOf(session)].filter((note) => note !== '').join(', ') },
  ];
  return `${renderTable(columns, sessions, terminal)}\n${plural(all.sessions, 'session')} with ${sumText(total(all.counts), total(all.known_counts), isLowerBound(all))} tokens in all, ${costText(all.cost, isLowerBound(all))}. ${footer(zone, all, money)}${subagentsLine(subagents)}`;
}
