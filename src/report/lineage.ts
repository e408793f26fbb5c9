// The lineage of syntheses. Pure. Invariant: each node is in it once, however inputs nest or share.
import type { Analysis } from '../model/analysis.js';
import type { Lineage, LineageEdge, LineageNode } from '../model/lineage.js';
import type { Source } from '../model/source.js';

/** What the books hold, by id. */
export interface Known {
  readonly analyses: ReadonlyMap<string, Analysis>;
  readonly sources: ReadonlyMap<string, Source>;
}

/** An input of a synthesis as a line of its tree. */
export interface InputLine {
  readonly id: string;
  /** 1 for what the synthesis itself drew on. */
  readonly depth: number;
  /** Null for one that the books don't have. */
  readonly analysis: Analysis | null;
  /** More than one of those in the tree drew on it. */
  readonly isShared: boolean;
  /** It stands in a line above, with what it drew on. */
  readonly isRepeated: boolean;
}

const inputsOf = (analysis: Analysis | null | undefined): readonly string[] => [...new Set(analysis?.inputs_analysis_ids ?? [])];

/** Sources that went into an analysis: a synthesis is about a document of its own, which is none. */
export const sourcesOf = ({ kind, source_id, inputs_source_ids }: Analysis): readonly string[] => [
  ...new Set([...(kind === 'analysis' && source_id !== null ? [source_id] : []), ...(inputs_source_ids ?? [])]),
];

/** All analyses in the tree of a synthesis, itself first; those that the books don't have as null. */
export function treeOf(root: Analysis, { analyses }: Known): ReadonlyMap<string, Analysis | null> {
  const found = new Map<string, Analysis | null>();
  const visit = (id: string, analysis: Analysis | null): void => {
    if (found.has(id)) return;
    found.set(id, analysis);
    for (const input of inputsOf(analysis)) visit(input, analyses.get(input) ?? null);
  };
  visit(root.id, root);
  return found;
}

/** The inputs of a synthesis, each above what it drew on itself; one that is met again is not opened again. */
export function inputLines(root: Analysis, known: Known): readonly InputLine[] {
  const drawn = new Map<string, number>();
  for (const analysis of treeOf(root, known).values())
    for (const input of inputsOf(analysis)) drawn.set(input, (drawn.get(input) ?? 0) + 1);
  const seen = new Set<string>([root.id]);
  const lines: InputLine[] = [];
  const visit = (of: Analysis | null, depth: number): void => {
    for (const id of inputsOf(of)) {
      const analysis = known.analyses.get(id) ?? null;
      const isRepeated = seen.has(id);
      seen.add(id);
      lines.push({ id, depth, analysis, isShared: drawn.get(id)! > 1, isRepeated });
      if (!isRepeated) visit(analysis, depth + 1);
    }
  };
  visit(root, 1);
  return lines;
}

const analysisKey = (id: string): string => `analysis:${id}`;
const sourceKey = (id: string): string => `source:${id}`;

/** The graph of some analyses, all that went into them, and the sources at the leaves. */
export function lineageOf(roots: readonly Analysis[], known: Known): Lineage {
  const nodes = new Map<string, LineageNode>();
  const edges: LineageEdge[] = [];
  const addSource = (id: string): void => {
    const key = sourceKey(id);
    nodes.set(key, { key, id, kind: 'source', analysis: null, source: known.sources.get(id) ?? null });
  };
  const visit = (id: string, analysis: Analysis | null): void => {
    const key = analysisKey(id);
    if (nodes.has(key)) return;
    nodes.set(key, { key, id, kind: analysis?.kind ?? 'analysis', analysis, source: null });
    for (const input of inputsOf(analysis)) {
      visit(input, known.analyses.get(input) ?? null);
      edges.push({ from: key, to: analysisKey(input) });
    }
    for (const source of analysis === null ? [] : sourcesOf(analysis)) {
      addSource(source);
      edges.push({ from: key, to: sourceKey(source) });
    }
  };
  for (const root of roots) visit(root.id, root);
  return { nodes: [...nodes.values()], edges };
}
