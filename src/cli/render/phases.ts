// What phases of work spent, and the rules that tell them.
import { hasUnpriced } from '../../model/price.js';
import { total } from '../../model/tokens.js';
import type { PhasePart, PhasesReport, PhaseSum, ToolSum } from '../../report/phases.js';
import type { Zone } from '../../report/days.js';
import type { UsageSum } from '../../report/usage-sum.js';
import type { RuleInForce } from '../phases.js';
import { costFooter, costText } from './cost.js';
import { grouped } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';
import { isLowerBound, moneyJson, sumJson, sumText, type Money } from './usage.js';

const percentOf = (tenths: number | null): number | null => (tenths === null ? null : tenths / 10);

const partJson = (part: PhasePart): object => ({
  calls: part.calls,
  calls_percent: percentOf(part.calls_share),
  ...sumJson(part),
  tokens_percent: percentOf(part.tokens_share),
  cost_percent: percentOf(part.cost_share),
});

/** `session`: the only one that is meant; null: all. */
export const phasesJson = (
  { phases, tools, total: all }: PhasesReport,
  byTool: boolean,
  session: string | null,
  zone: Zone,
  money: Money,
): object => ({
  tz: zone.name,
  ...moneyJson(money),
  session_id: session,
  phases: phases.map((phase) => ({ phase: phase.phase, ...partJson(phase) })),
  ...(byTool ? { tools: tools.map((tool) => ({ tool: tool.tool, phases: tool.phases, ...partJson(tool) })) } : {}),
  total: { calls: all.calls, ...sumJson(all) },
});

const percent = (tenths: number | null): string => (tenths === null ? 'N/A' : `${(tenths / 10).toFixed(1)} %`);

const COLUMNS: readonly TableColumn<PhasePart>[] = [
  { header: 'calls', align: 'right', cell: ({ calls }) => grouped(calls) },
  { header: '% of calls', align: 'right', cell: ({ calls_share }) => percent(calls_share) },
  { header: 'requests in it', align: 'right', cell: ({ records }) => grouped(records) },
  { header: 'tokens', align: 'right', cell: (sum) => sumText(total(sum.counts), total(sum.known_counts), isLowerBound(sum)) },
  { header: '% of tokens', align: 'right', cell: ({ tokens_share }) => percent(tokens_share) },
  { header: 'cost', align: 'right', cell: (sum) => costText(sum.cost, isLowerBound(sum)) },
  { header: '% of cost', align: 'right', cell: ({ cost_share }) => percent(cost_share) },
];

const PHASES: readonly TableColumn<PhaseSum>[] = [{ header: 'phase', cell: ({ phase }) => phase }, ...COLUMNS];

const TOOLS: readonly TableColumn<ToolSum>[] = [
  { header: 'tool', cell: ({ tool }) => tool ?? '' },
  { header: 'phase', cell: ({ phases }) => phases.join(', ') },
  ...COLUMNS,
];

/** The whole, of which every share that there is is all. */
function wholeOf(parts: readonly PhasePart[], all: PhasesReport['total']): PhasePart {
  const share = (name: 'calls_share' | 'tokens_share' | 'cost_share'): number | null =>
    parts.some((part) => part[name] !== null) ? 1000 : null;
  return { ...all, calls_share: share('calls_share'), tokens_share: share('tokens_share'), cost_share: share('cost_share') };
}

/** What a reader must know of the numbers above it. */
const below = (all: UsageSum, { plans, display }: Money): string =>
  [
    "A request's tokens and cost are split evenly over its tool calls; it counts in each phase that it has a call of, so requests add up to more than their number.",
    ...(total(all.counts) === null || hasUnpriced(all.cost) ? ['% of tokens and of cost are of what is known.'] : []),
    costFooter(all.cost, plans, display),
  ]
    .filter((part) => part !== '')
    .join(' ');

export function renderPhases({ phases, tools, total: all }: PhasesReport, byTool: boolean, money: Money, terminal: boolean): string {
  if (phases.length === 0) return 'No usage.';
  const whole = wholeOf(phases, all);
  const table = byTool
    ? renderTable(TOOLS, [...tools, { ...whole, tool: 'total', phases: [] }], terminal)
    : renderTable(PHASES, [...phases, { ...whole, phase: 'total' }], terminal);
  return `${table}\n${below(all, money)}`;
}

export const rulesJson = (rules: readonly RuleInForce[]): object => ({ rules: rules.map(({ rule, source }) => ({ ...rule, source })) });

const list = (patterns: readonly string[] | null): string => patterns?.join(', ') ?? '';

const RULES: readonly TableColumn<RuleInForce>[] = [
  { header: 'phase', cell: ({ rule }) => rule.phase },
  { header: 'tool', cell: ({ rule }) => list(rule.tool) },
  { header: 'path', cell: ({ rule }) => list(rule.path) },
  { header: 'command', cell: ({ rule }) => list(rule.command) },
  { header: 'agent type', cell: ({ rule }) => list(rule.agent_type) },
  { header: 'from', cell: ({ source }) => source },
];

/** A rule has few patterns of few kinds, and long lists of them: a block of lines each, but for a pipe. */
export const renderRules = (rules: readonly RuleInForce[], terminal: boolean): string => {
  if (!terminal) return renderTable(RULES, rules, false);
  const line = (name: string, patterns: readonly string[] | null): string[] => (patterns === null ? [] : [`  ${name}: ${list(patterns)}`]);
  return rules
    .flatMap(({ rule, source }, i) => [
      `${i + 1}. ${rule.phase}${source === 'config' ? ' (config)' : ''}`,
      ...line('tool', rule.tool),
      ...line('path', rule.path),
      ...line('command', rule.command),
      ...line('agent type', rule.agent_type),
    ])
    .join('\n');
};
