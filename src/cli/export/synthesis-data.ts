// A synthesis as data: itself, its inputs as a tree, what it and they took, and where it came from.
import { analysisItem, sourceItem, type Fields } from '../../exchange/books-file.js';
import { synthesisNamed } from '../../lifecycle/synthesis.js';
import type { LineageNode } from '../../model/lineage.js';
import type { Zone } from '../../report/days.js';
import type { InputLine } from '../../report/lineage.js';
import type { Context } from '../context.js';
import { togetherJson } from '../render/analysis-json.js';
import { headerOf } from './header.js';
import { keptIn, synthesisParts } from './people.js';
import type { ExportRequest } from './request.js';
import { lastOf, type ExportState } from './state.js';

const SYNTHESIS_SCHEMA = 'tokentrail/synthesis/v1';

const inputJson = ({ id, depth, analysis, isShared, isRepeated }: InputLine): Fields => ({
  id,
  depth,
  is_shared: isShared,
  is_repeated: isRepeated,
  is_known: analysis !== null,
});

const nodeJson = ({ key, id, kind }: LineageNode): Fields => ({ key, id, kind });

export async function synthesisData(context: Context, state: ExportState, request: ExportRequest, zone: Zone): Promise<Fields> {
  const synthesis = synthesisNamed(request.id!, state.books.analyses.map(lastOf));
  const kept = await keptIn(context, state);
  const { lines, tree, ends, sources, lineage } = await synthesisParts(context, state, kept, synthesis);
  const writing = { time: zone.stampOf, redact: request.redact === true };
  return {
    ...headerOf(SYNTHESIS_SCHEMA, state.chosen, request, zone, kept.recordedBy),
    synthesis: analysisItem(synthesis, writing),
    totals: { own: togetherJson(ends.own), inputs: togetherJson(ends.inputs), end_to_end: togetherJson(ends.whole) },
    inputs: lines.map(inputJson),
    analyses: tree.slice(1).map((analysis) => analysisItem(analysis, writing)),
    sources: sources.map(({ id, source }) => (source === null ? { id, is_known: false } : sourceItem(source, writing))),
    lineage: { nodes: lineage.nodes.map(nodeJson), edges: lineage.edges },
  };
}
