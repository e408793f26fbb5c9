// An analysis for people: the answer first, unknown as N/A, then the stages and where the numbers come from.
import type { Forgotten } from '../../lifecycle/forget.js';
import type { Tagged } from '../../lifecycle/tag.js';
import type { Together } from '../../lifecycle/together.js';
import { tailCost } from '../../lifecycle/cost.js';
import { tailOf } from '../../lifecycle/totals.js';
import type { Analysis, Stage } from '../../model/analysis.js';
import type { SessionPart, Usage } from '../../model/cut.js';
import { compareAnalysisIds } from '../../model/ids.js';
import type { AnalysisCosts, Cost } from '../../model/price.js';
import { unpricedReason } from '../../pricing/card.js';
import type { Overlap } from '../../model/overlap.js';
import { formatDuration, formatLocal, MICROS_PER_SECOND, type Instant } from '../../model/time.js';
import type { Story } from '../../report/journal.js';
import { isUnknown, tokensIn, total, totalKnown } from '../../model/tokens.js';
import { costText, displayText, roundedDollars } from './cost.js';
import type { Money } from './usage.js';
import { analysesText, atLeast, classesText, grouped, plural, tokens, totalText } from './numbers.js';
import { renderEntries } from './journal.js';
import { countedText, storyPairs } from './story-pairs.js';
import { renderPairs, renderTable, type TableColumn } from './table.js';

const isLowerBound = ({ capture_status }: Analysis): boolean => capture_status === 'partial';

/** What was spent; of an analysis without a total, what is known of it. */
export function spentText(a: Analysis): string {
  const known = Math.max(totalKnown(a.counts), (a.tokens_in ?? 0) + (a.tokens_out ?? 0));
  const isNothing = isUnknown(a.counts) && a.tokens_in === null && a.tokens_out === null;
  if (a.total_tokens !== null || isNothing) return tokens(a.total_tokens, isLowerBound(a));
  return atLeast(known);
}

/** What it cost; of one that was priced elsewhere, its own figure. */
export function costOf(a: Analysis): string {
  const { cost_pico_usd, cost_provenance, costs } = a;
  if (costs !== null) return costText(costs.whole, isLowerBound(a));
  return cost_pico_usd === null ? (cost_provenance ?? 'N/A') : `${roundedDollars(cost_pico_usd)} ${cost_provenance ?? ''}`.trim();
}

const age = (since: Instant, now: Instant): string => formatDuration((now - since) / MICROS_PER_SECOND);

/** `12,345 tokens (in 12,000 · out 345) · cost unpriced · 3 min 5 s`. */
export function renderEnded(a: Analysis): string {
  const lower = isLowerBound(a);
  const split = a.tokens_in === null && a.tokens_out === null ? '' : ` (in ${tokens(a.tokens_in)} · out ${tokens(a.tokens_out, lower)})`;
  const duration = a.duration_seconds === null ? 'N/A' : formatDuration(a.duration_seconds);
  return `${a.id} ${a.status}: ${spentText(a)} tokens${split} · cost ${costOf(a)} · ${duration}`;
}

/** `cost`: null where it is not known yet. */
export function renderMarked(stage: Stage, cost: Cost | null): string {
  const spent = stage.usage === null ? 'N/A' : totalText(stage.usage.counts);
  const told = cost === null ? '' : `, ${costText(cost)}`;
  return `Closed stage "${stage.stage}"${stage.attempt > 1 ? ` (attempt ${stage.attempt})` : ''}: ${spent} token${spent === '1' ? '' : 's'}${told}.`;
}

export function renderStarted(a: Analysis): string {
  if (a.usage_session_id === null) return `Started ${a.id} without a session.`;
  const [part] = a.sessions;
  if (part === undefined) return `Started ${a.id} without tokens.`;
  return `Started ${a.id} on ${part.agent} session ${part.session_id}, at ${totalText(part.baseline.usage.counts)} tokens.`;
}

export interface StageLine {
  readonly name: string;
  readonly status: string;
  /** Null where nothing tells it. */
  readonly at: Instant | null;
  readonly usage: Usage | null;
  readonly knownTotal: number | null;
  readonly cost: Cost | null;
}

const STAGE_COLUMNS: readonly TableColumn<StageLine>[] = [
  { header: 'stage', cell: ({ name }) => name },
  { header: 'status', cell: ({ status }) => status },
  { header: 'tokens', align: 'right', cell: ({ usage, knownTotal }) => tokens(usage === null ? knownTotal : total(usage.counts)) },
  { header: 'in', align: 'right', cell: ({ usage }) => (usage === null ? 'N/A' : tokens(tokensIn(usage.counts))) },
  { header: 'out', align: 'right', cell: ({ usage }) => (usage === null ? 'N/A' : tokens(usage.counts.output)) },
  { header: 'cost', align: 'right', cell: ({ cost }) => (cost === null ? 'N/A' : costText(cost)) },
  { header: 'models', cell: ({ usage }) => (usage === null ? '' : Object.keys(usage.by_model).join(', ')) },
  { header: 'closed', cell: ({ at }) => (at === null ? '' : formatLocal(at)) },
];

export function stageLines(a: Analysis): StageLine[] {
  const lines: StageLine[] = a.stages.map(({ stage, attempt, status, at, untimed, usage, known_total }, k) => ({
    name: attempt > 1 ? `${stage} (attempt ${attempt})` : stage,
    status,
    at: untimed === true ? null : at,
    usage,
    knownTotal: known_total ?? null,
    cost: a.costs?.stages[k] ?? null,
  }));
  const tail = a.completed_at === null || a.stages.length === 0 ? null : tailOf(a);
  return tail === null ? lines : [...lines, { name: '(tail)', status: '', at: null, usage: tail, knownTotal: null, cost: tailCost(a) }];
}

function partLine({ agent, session_id, found_by, baseline, baseline_reason, final, match, settled_at }: SessionPart): string {
  const range = `${totalText(baseline.usage.counts)} → ${final === null ? '…' : totalText(final.usage.counts)}`;
  const how = [
    `found by ${found_by}`,
    ...(match === undefined ? [] : [`${match.rule}, confidence ${match.confidence}`]),
    ...(baseline_reason === null ? [] : [baseline_reason]),
    ...(settled_at === undefined ? (final === null ? [] : ['unsettled']) : ['settled']),
  ];
  return `${agent} ${session_id}: ${range}, ${how.join(', ')}`;
}

const overlapLine = ({ id, agent, session_id, from, to }: Overlap): string =>
  `${id} from ${from === 0 ? 'the beginning' : formatLocal(from)} ${to === null ? 'on' : `to ${formatLocal(to)}`}, in ${agent} ${session_id}: some tokens are in both`;

function byModelText({ by_model }: Usage, costs: AnalysisCosts | null): string[] {
  const costOfModel = (model: string): string => {
    const cost = costs !== null && Object.hasOwn(costs.by_model, model) ? costs.by_model[model] : undefined;
    return cost === undefined ? '' : ` · ${costText(cost)}`;
  };
  return Object.entries(by_model).map(([model, counts]) => `${model}: ${totalText(counts)} (${classesText(counts)})${costOfModel(model)}`);
}

function usageLines(a: Analysis): [string, string | null][] {
  if (a.usage === null) return isUnknown(a.counts) ? [] : [['by class', classesText(a.counts)]];
  const { usage } = a;
  const models = byModelText(usage, a.costs).map((line, i): [string, string] => [i === 0 ? 'by model' : '', line]);
  const subagents =
    usage.subagents === null
      ? null
      : `${totalText(usage.subagents)} of it in ${grouped(usage.subagents.records)} requests${a.costs?.subagents ? ` · ${costText(a.costs.subagents)}` : ''}`;
  return [
    ['by class', classesText(a.counts)],
    ...models,
    ['sub-agents', subagents],
    [
      'requests',
      `${grouped(usage.records)}${usage.partial_records > 0 ? `, ${grouped(usage.partial_records)} of them unfinished (≥)` : ''}`,
    ],
    ['flags', usage.flags.length === 0 ? null : usage.flags.join(', ')],
  ];
}

/** The agent's own figure, with what list prices make of the same requests, where they can. */
function reportedText({ reported_records, reported, reported_estimate }: Cost): string {
  const beside = BigInt(reported_estimate) > 0n ? `; by list prices ${roundedDollars(BigInt(reported_estimate))}` : '';
  return `${plural(reported_records, 'request')} as the agent reports (${roundedDollars(BigInt(reported))}${beside})`;
}

/** How the cost came to be: which part is whose figure, and by which source of prices. */
function pricedText({ whole, cards }: AnalysisCosts): string {
  const sources = [
    ...new Set(
      Object.keys(cards)
        .filter((card) => unpricedReason(card) === null)
        .map((card) => card.split(' ')[0]!),
    ),
  ];
  const reasons = [...new Set(Object.keys(cards).flatMap((card) => unpricedReason(card) ?? []))];
  return [
    ...(whole.reported_records > 0 ? [reportedText(whole)] : []),
    ...(whole.estimated_records > 0 ? [`${grouped(whole.estimated_records)} estimated by ${sources.sort().join(', ')}`] : []),
    ...(whole.unpriced_records > 0 ? [`${grouped(whole.unpriced_records)} without a price (${reasons.sort().join(', ')})`] : []),
  ].join(' · ');
}

/** Whose cost is what the API would have taken, since they are paid by subscription. */
function planText({ sessions, cost_provenance }: Analysis, plans: readonly string[]): string | null {
  const paid = [...new Set(sessions.map(({ agent }) => agent))].filter((agent) => plans.includes(agent));
  return paid.length === 0 || cost_provenance === null ? null : `API-equivalent: ${paid.join(', ')} paid by subscription`;
}

/** Names of fields of an imported row; null if there are none. */
const namesOf = (fields: Readonly<Record<string, unknown>> | undefined): string | null => Object.keys(fields ?? {}).join(', ') || null;

/** Everything that the books say of an analysis. */
export function renderAnalysis(line: AnalysisLine, overlaps: readonly Overlap[], { plans, display }: Money, now: Instant): string {
  const { analysis: a, story } = line;
  const open = a.status === 'started' && a.started_at !== null ? `${a.id} ${statusText(line, now)}` : null;
  const head = open ?? renderEnded(a);
  const pairs = renderPairs(
    [
      ['kind', a.kind === 'analysis' ? null : a.kind],
      ['source', a.source_id === null ? null : `${a.source_id}${a.pass === null ? '' : ` (pass ${a.pass})`}`],
      ['task', a.task],
      ['tags', a.tags === null ? null : a.tags.join(' ')],
      ['tool', a.tool],
      ['command', a.command],
      ['model', a.model],
      ['project', a.project],
      ['git', a.git_commit === null ? null : `${a.git_commit.slice(0, 12)}${a.git_branch === null ? '' : ` on ${a.git_branch}`}`],
      ['started', a.started_at === null ? null : formatLocal(a.started_at)],
      ['ended', a.completed_at === null ? null : formatLocal(a.completed_at)],
      [
        'tokens',
        a.tokens_check === null
          ? null
          : `${tokens(a.tokens_baseline)} → ${tokens(a.tokens_final)}, spent ${tokens(a.tokens_check, isLowerBound(a))}`,
      ],
      ...usageLines(a),
      ['priced', a.costs === null ? null : pricedText(a.costs)],
      ['basis', planText(a, plans)],
      ['currency', a.cost_pico_usd === null || display === null ? null : displayText(a.cost_pico_usd, display)],
      ['inputs', [...(a.inputs_analysis_ids ?? []), ...(a.inputs_source_ids ?? [])].join(', ') || null],
      [
        'capture',
        `${a.capture_status}${a.capture_reason === null ? '' : ` (${a.capture_reason})`}${a.usage_mode === null ? '' : `, ${a.usage_mode}`}`,
      ],
      ...a.sessions.map((part): [string, string] => ['session', partLine(part)]),
      ...storyPairs(story),
      ...overlaps.map((overlap): [string, string] => ['overlaps', overlapLine(overlap)]),
      ['notes', a.notes],
      ['forgotten', a.forgotten_at === null ? null : formatLocal(a.forgotten_at)],
      ['not read', namesOf(a.imported?.unread)],
      ['kept', namesOf(a.imported?.kept)],
      [a.recorded_by === 'analysis forget' ? 'because' : 'amended', a.reason],
      ['revision', `${a.revision}, recorded ${formatLocal(a.recorded_at)} by \`${a.recorded_by}\``],
    ],
    '  ',
  );
  const stages = stageLines(a);
  const table = stages.length === 0 ? [] : ['', renderTable(STAGE_COLUMNS, stages, true)];
  const entries = [...story.attempts.flatMap((attempt) => attempt.entries), ...story.others];
  const journal = entries.length === 0 ? [] : ['', renderEntries(entries)];
  return [head, '', pairs, ...table, ...journal].join('\n');
}

const otherIds = (overlaps: readonly Overlap[]): string => [...new Set(overlaps.map(({ id }) => id))].sort(compareAnalysisIds).join(' ');

/** An analysis as a line of a list. */
export interface AnalysisLine {
  readonly analysis: Analysis;
  readonly story: Story;
  /** It is started, and the agent that started it ended without a word. */
  readonly isGone: boolean;
}

function statusText({ analysis: { status, started_at }, story, isGone }: AnalysisLine, now: Instant): string {
  if (story.outcome.contradictions.length > 0) return `${status} (contradiction)`;
  if (status !== 'started' || started_at === null) return status;
  return `started ${age(started_at, now)} ago${isGone ? ' (agent gone)' : ''}`;
}

/** `12,345 (12,000 / 345)`: in all, in and out. */
const tokensText = (a: Analysis): string =>
  a.tokens_in === null && a.tokens_out === null ? spentText(a) : `${spentText(a)} (${tokens(a.tokens_in)} / ${tokens(a.tokens_out)})`;

function listColumns(
  now: Instant,
  lines: readonly AnalysisLine[],
  overlaps: ReadonlyMap<string, readonly Overlap[]>,
): readonly TableColumn<AnalysisLine>[] {
  const some = (test: (line: AnalysisLine) => boolean, column: TableColumn<AnalysisLine>) => (lines.some(test) ? [column] : []);
  const projects = new Set(lines.map(({ analysis }) => analysis.project));
  const findings = ({ story }: AnalysisLine): number => Object.values(story.outcome.findings).reduce((a, b) => a + b, 0);
  return [
    { header: 'id', cell: ({ analysis }) => analysis.id },
    { header: 'status', cell: (line) => statusText(line, now) },
    { header: 'about', cell: ({ analysis: { source_id, task, kind } }) => source_id ?? task ?? kind },
    ...some(({ analysis }) => analysis.task !== null && analysis.source_id !== null, {
      header: 'task',
      cell: ({ analysis }) => analysis.task ?? '',
    }),
    ...some(() => projects.size > 1, { header: 'project', cell: ({ analysis }) => analysis.project ?? '' }),
    { header: 'tool', cell: ({ analysis }) => analysis.tool },
    { header: 'tokens (in / out)', align: 'right', cell: ({ analysis }) => tokensText(analysis) },
    { header: 'cost', align: 'right', cell: ({ analysis }) => costOf(analysis) },
    ...some(({ story }) => story.attempts.length > 0, { header: 'stage', cell: ({ story }) => story.attempts.at(-1)?.stage ?? '' }),
    ...some((line) => findings(line) > 0, { header: 'findings', cell: ({ story }) => countedText(story.outcome.findings) ?? '' }),
    {
      header: 'duration',
      align: 'right',
      cell: ({ analysis: { duration_seconds } }) => (duration_seconds === null ? 'N/A' : formatDuration(duration_seconds)),
    },
    { header: 'started', cell: ({ analysis: { started_at } }) => (started_at === null ? 'N/A' : formatLocal(started_at)) },
    ...some(() => overlaps.size > 0, { header: 'overlaps', cell: ({ analysis: { id } }) => otherIds(overlaps.get(id) ?? []) }),
  ];
}

export function renderAnalyses(
  lines: readonly AnalysisLine[],
  overlaps: ReadonlyMap<string, readonly Overlap[]>,
  now: Instant,
  terminal: boolean,
): string {
  return lines.length === 0 ? 'No analyses.' : renderTable(listColumns(now, lines, overlaps), lines, terminal);
}

/** What they spent together, and how far it is known. */
export function renderTogether(together: Together): string {
  const { analyses, total: all, known, records, shared, counts, cost, by_sum, unknown, unclear, is_lower_bound } = together;
  const split = all === null || tokensIn(counts) === null ? '' : ` (in ${tokens(tokensIn(counts))} · out ${tokens(counts.output)})`;
  // Of nothing that is known, nothing is told: it is not 0.
  const isNothing = all === null && records === 0 && by_sum.length === 0;
  const some = (ids: readonly string[], words: string): string[] => (ids.length === 0 ? [] : [`  ${ids.join(', ')}: ${words}`]);
  return [
    `Together: ${isNothing ? 'N/A' : all === null ? atLeast(known) : tokens(all, is_lower_bound)} tokens${split} · cost ${isNothing ? 'N/A' : costText(cost, is_lower_bound)} in ${analysesText(analyses)}, each of ${plural(records, 'usage record')} once.`,
    ...(shared.records === 0 ? [] : [`  ${plural(shared.records, 'record')} (${tokens(shared.tokens)} tokens) of more than one of them.`]),
    ...some(by_sum, 'counted by sum, since no records of it are known'),
    ...some(unknown, 'tokens unknown'),
    ...some(unclear, 'its records are gone, so what it shares with others is unknown'),
  ].join('\n');
}

/** What was linked to which task. */
export const renderTagged = ({ analysis: a, before }: Tagged): string =>
  `${a.id}: session ${a.usage_session_id ?? ''} is linked to ${a.task ?? ''}${before === null || before === a.task ? '' : `, before to ${before}`}: ${spentText(a)} tokens, ${costOf(a)}.`;

export const renderForgotten = ({ analysis: { id }, purged }: Forgotten): string =>
  `${id} is hidden from lists.${purged === null ? '' : ` ${plural(purged, 'usage record')} of it ${purged === 1 ? 'counts' : 'count'} no more.`}`;
