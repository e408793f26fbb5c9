// What was drawn on by what: syntheses, the analyses that went into them, and the sources at the leaves.
import type { Analysis } from './analysis.js';
import type { Source } from './source.js';

export interface LineageNode {
  /** Unique among all nodes: an analysis and a source may have the same id. */
  readonly key: string;
  readonly id: string;
  readonly kind: 'synthesis' | 'analysis' | 'source';
  /** Null for a source, and for an input that the books don't have. */
  readonly analysis: Analysis | null;
  /** Null for an analysis, and for a source that was never added. */
  readonly source: Source | null;
}

/** Of which state of the books a lineage is, by name. */
export type StateFields = Readonly<Record<string, string | number | null>>;

/** `from` drew on `to`; both are keys. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

export interface Lineage {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}
