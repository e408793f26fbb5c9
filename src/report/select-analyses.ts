// Which analyses a list shows, in which order. Pure.
import type { Analysis, Kind, Status } from '../model/analysis.js';
import type { Tool } from '../model/agents.js';
import { compareAnalysisIds } from '../model/ids.js';
import type { Instant } from '../model/time.js';

export interface AnalysisFilter {
  /** Those that were forgotten, too. */
  readonly forgotten: boolean;
  readonly sourceId: string | null;
  readonly task?: string | null;
  /** As the rows have it. */
  readonly project?: string | null;
  /** As given, or one of those that were measured: outlines don't tell these. */
  readonly model?: string | null;
  readonly tool: Tool | null;
  readonly status: Status | null;
  readonly kind: Kind | null;
  /** `k=v`, or `k` for any value. All must be there. */
  readonly tags: readonly string[];
  /** Begun at or after. */
  readonly since: Instant | null;
  /** Begun before. */
  readonly until: Instant | null;
  /** Null: all of them. */
  readonly limit: number | null;
}

export interface Selection {
  readonly analyses: readonly Analysis[];
  /** How many match, also beyond the limit. */
  readonly matching: number;
}

const began = ({ started_at, created_at }: Analysis): Instant => started_at ?? created_at;

const hasModel = ({ model, usage }: Analysis, wanted: string): boolean => model === wanted || Object.hasOwn(usage?.by_model ?? {}, wanted);

function matches(analysis: Analysis, filter: AnalysisFilter): boolean {
  const tags = analysis.tags ?? [];
  return (
    (filter.forgotten || analysis.forgotten_at === null) &&
    (filter.sourceId === null || analysis.source_id === filter.sourceId) &&
    ((filter.task ?? null) === null || analysis.task === filter.task) &&
    ((filter.project ?? null) === null || analysis.project === filter.project) &&
    ((filter.model ?? null) === null || hasModel(analysis, filter.model!)) &&
    (filter.tool === null || analysis.tool === filter.tool) &&
    (filter.status === null || analysis.status === filter.status) &&
    (filter.kind === null || analysis.kind === filter.kind) &&
    filter.tags.every((wanted) => tags.some((tag) => tag === wanted || (!wanted.includes('=') && tag.startsWith(`${wanted}=`)))) &&
    (filter.since === null || began(analysis) >= filter.since) &&
    (filter.until === null || began(analysis) < filter.until)
  );
}

/** The newest first. */
export function selectAnalyses(all: readonly Analysis[], filter: AnalysisFilter): Selection {
  const found = all.filter((analysis) => matches(analysis, filter));
  found.sort((a, b) => began(b) - began(a) || compareAnalysisIds(b.id, a.id));
  return { analyses: filter.limit === null ? found : found.slice(0, filter.limit), matching: found.length };
}
