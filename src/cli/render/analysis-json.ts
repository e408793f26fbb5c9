// An analysis in --json: the columns of the store by their names, with the JSON columns as structures and times as RFC 3339.
import { spentIn } from '../../lifecycle/advance.js';
import { tailCost } from '../../lifecycle/cost.js';
import { tailOf } from '../../lifecycle/totals.js';
import { addUsage } from '../../lifecycle/usage.js';
import type { Together } from '../../lifecycle/together.js';
import type { Analysis, Stage } from '../../model/analysis.js';
import type { Cut, SessionPart, Snapshot, Usage } from '../../model/cut.js';
import { compareAnalysisIds } from '../../model/ids.js';
import { dollars } from '../../model/money.js';
import { amountIn, provenanceOf, type Cost } from '../../model/price.js';
import type { Overlap } from '../../model/overlap.js';
import { formatInstant, formatOrNull } from '../../model/time.js';
import { total } from '../../model/tokens.js';
import { costJson, costsJson } from './cost.js';
import { byModelJson, countsJson, modelCountsJson, subagentsJson } from './usage-json.js';

const usageJson = (usage: Usage): object => ({
  records: usage.records,
  ...countsJson(usage.counts),
  by_model: byModelJson(usage),
  subagents: subagentsJson(usage),
});

const cutJson = (cut: Cut): object => ({
  at: formatInstant(cut.at),
  by: cut.by ?? 'position',
  reader: cut.reader,
  records: cut.records,
  digest: cut.digest,
  logs: cut.logs,
  open: cut.open.map(({ key, model, subagent, counts }) => ({ key, model, subagent, ...countsJson(counts) })),
});

const snapshotJson = ({ usage, flags, partial_records, skipped, cut }: Snapshot): object => ({
  usage: usageJson(usage),
  flags,
  partial_records,
  skipped,
  cut: cutJson(cut),
});

/** Where it overlaps with others, in the order of their ids. */
export const overlapsJson = (overlaps: readonly Overlap[]): object[] =>
  [...overlaps]
    .sort((a, b) => compareAnalysisIds(a.id, b.id))
    .map(({ id, agent, session_id, from, to }) => ({ id, agent, session_id, from: formatInstant(from), to: formatOrNull(to) }));

/** What several analyses spent together. */
export const togetherJson = (t: Together): object => ({
  total_tokens: t.total,
  total_known: t.known,
  counts: countsJson(t.counts),
  cost: costJson(t.cost),
  analyses: t.analyses,
  records: t.records,
  shared: t.shared,
  is_lower_bound: t.is_lower_bound,
  by_sum: t.by_sum,
  unknown: t.unknown,
  unclear: t.unclear,
});

const partJson = (part: SessionPart): object => ({
  agent: part.agent,
  session_id: part.session_id,
  path: part.path,
  found_by: part.found_by,
  baseline_reason: part.baseline_reason,
  until: formatOrNull(part.until ?? null),
  settled_at: formatOrNull(part.settled_at ?? null),
  match: part.match ?? null,
  filled_at: formatOrNull(part.filled_at ?? null),
  excluded: part.excluded ?? [],
  told: part.told?.map(({ at, counts, ...told }) => ({ at: formatInstant(at), ...told, usage: countsJson(counts) })) ?? null,
  usage: part.final === null ? null : usageJson(spentIn(part)),
  baseline: snapshotJson(part.baseline),
  final: part.final === null ? null : snapshotJson(part.final),
});

/** As the columns of an analysis say it: what is not known to have a price is unpriced. */
const costFields = (cost: Cost | null, isKnown: boolean): object => {
  const amount = cost === null ? null : amountIn(cost);
  const provenance = cost === null ? (isKnown ? 'unpriced' : null) : provenanceOf(cost);
  return { cost_usd: amount === null ? null : dollars(amount), cost_provenance: provenance };
};

/** A stage with what was spent since the analysis began (`tokens_cumulative`) and since the stage before (`tokens_delta`). */
export function stageJson(stage: Stage, cumulative: Usage | null, cost: Cost | null, goesOn: boolean): object {
  const { usage } = stage;
  return {
    stage: stage.stage,
    attempt: stage.attempt,
    status: stage.status,
    at: stage.untimed === true ? null : formatInstant(stage.at),
    tokens_cumulative: cumulative === null ? null : total(cumulative.counts),
    tokens_delta: usage === null ? (stage.known_total ?? null) : total(usage.counts),
    usage: usage === null ? null : countsJson(usage.counts),
    cumulative: cumulative === null ? null : countsJson(cumulative.counts),
    records: usage?.records ?? null,
    by_model: usage === null ? null : byModelJson(usage),
    subagents: usage === null ? null : subagentsJson(usage),
    // While an analysis goes on, its records have no price yet.
    ...costFields(cost, usage !== null && !goesOn),
    session_id: stage.session_id,
    notes: stage.notes,
  };
}

/** Each stage with the sum of the stages up to it. */
export function stagesJson({ stages, costs, status }: Pick<Analysis, 'stages' | 'costs' | 'status'>): object[] {
  let cumulative: Usage | null = null;
  return stages.map((stage, k) => {
    if (stage.usage !== null) cumulative = cumulative === null ? stage.usage : addUsage(cumulative, stage.usage);
    return stageJson(stage, stage.usage === null ? null : cumulative, costs?.stages[k] ?? null, status === 'started');
  });
}

function tailJson(analysis: Analysis): object | null {
  const ended = analysis.completed_at !== null;
  const tail = ended ? tailOf(analysis) : null;
  return tail === null
    ? null
    : {
        tokens_delta: total(tail.counts),
        usage: countsJson(tail.counts),
        records: tail.records,
        by_model: byModelJson(tail),
        ...costFields(tailCost(analysis), true),
      };
}

/** One line of a list: no stages, sessions and details. */
export function analysisLineJson(a: Analysis): Record<string, unknown> {
  return {
    id: a.id,
    revision: a.revision,
    kind: a.kind,
    status: a.status,
    source_id: a.source_id,
    task: a.task,
    tags: a.tags,
    pass: a.pass,
    tool: a.tool,
    command: a.command,
    model: a.model,
    project: a.project,
    started_at: formatOrNull(a.started_at),
    completed_at: formatOrNull(a.completed_at),
    duration_seconds: a.duration_seconds,
    tokens_in: a.tokens_in,
    tokens_out: a.tokens_out,
    total_tokens: a.total_tokens,
    tokens_check: a.tokens_check,
    input_tokens: a.counts.input,
    cache_read_tokens: a.counts.cache_read,
    cache_write_5m_tokens: a.counts.cache_write_5m,
    cache_write_1h_tokens: a.counts.cache_write_1h,
    output_tokens: a.counts.output,
    reasoning_tokens: a.counts.reasoning,
    cost_usd: a.cost_pico_usd === null ? null : dollars(a.cost_pico_usd),
    currency: 'USD',
    cost_provenance: a.cost_provenance,
    usage_provider: a.usage_provider,
    usage_session_id: a.usage_session_id,
    capture_status: a.capture_status,
    capture_reason: a.capture_reason,
    created_at: formatInstant(a.created_at),
    recorded_at: formatInstant(a.recorded_at),
    recorded_by: a.recorded_by,
  };
}

/** The whole analysis. */
export function analysisJson(a: Analysis): object {
  const { usage } = a;
  return {
    ...analysisLineJson(a),
    analysis_file: a.analysis_file,
    framework_version: a.framework_version,
    methodology_version: a.methodology_version,
    tokens_baseline: a.tokens_baseline,
    tokens_final: a.tokens_final,
    usage_mode: a.usage_mode,
    inputs_source_ids: a.inputs_source_ids,
    inputs_analysis_ids: a.inputs_analysis_ids,
    claims_extracted: a.claims_extracted,
    claims_updated: a.claims_updated,
    notes: a.notes,
    git_commit: a.git_commit,
    git_branch: a.git_branch,
    idempotency_key: a.idempotency_key,
    reason: a.reason,
    prev_sha256: a.prev_sha256,
    row_sha256: a.row_sha256,
    usage:
      usage === null
        ? null
        : {
            records: usage.records,
            ...countsJson(usage.counts),
            by_model: byModelJson(usage),
            subagents: usage.subagents === null ? null : modelCountsJson(usage.subagents),
            flags: usage.flags,
            partial_records: usage.partial_records,
          },
    cost: a.costs === null ? null : costsJson(a.costs),
    stages: stagesJson(a),
    tail: tailJson(a),
    sessions: a.sessions.map(partJson),
    forgotten_at: formatOrNull(a.forgotten_at),
    imported: a.imported,
  };
}
