// A synthesis in an export for people: its inputs, what it and they spent, each usage record once, and what is unknown.
import { bullets, heading, outside, paragraph, table, type Block, type Inline } from '../../../exchange/markdown.js';
import { withPicture } from '../../../exchange/html.js';
import { graphSvg } from '../../../exchange/graph-svg.js';
import { mermaidOf } from '../../../exchange/mermaid.js';
import type { EndToEnd } from '../../../lifecycle/synthesis.js';
import type { Together } from '../../../lifecycle/together.js';
import type { Lineage, LineageNode } from '../../../model/lineage.js';
import type { Source } from '../../../model/source.js';
import { isUnknown, type Counts } from '../../../model/tokens.js';
import type { InputLine } from '../../../report/lineage.js';
import { costOf, spentText } from '../analysis.js';
import { costText } from '../cost.js';
import { analysesText, atLeast, plural, tokens } from '../numbers.js';
import { cacheWrite, listed, named, privateText, type Telling } from './about.js';

/** `1`, `1.2`: the place of an input in the tree. */
function placesOf(lines: readonly InputLine[]): string[] {
  const counters: number[] = [];
  return lines.map(({ depth }) => {
    counters.length = depth;
    counters[depth - 1] = (counters[depth - 1] ?? 0) + 1;
    return counters.join('.');
  });
}

const marksOf = ({ isShared, isRepeated }: InputLine): string => (isShared ? (isRepeated ? 'as above' : 'yes') : '');

/** The inputs as a tree: of one that several drew on, only the first line opens. */
export function inputBlocks(lines: readonly InputLine[]): Block[] {
  if (lines.length === 0) return [paragraph('No analysis went into it.')];
  const places = placesOf(lines);
  const items = lines.map((line, i) => ({ ...line, place: places[i]! }));
  type Item = (typeof items)[number];
  const count =
    (of: (counts: Counts) => number | null) =>
    ({ analysis }: Item): string =>
      analysis === null ? 'N/A' : tokens(of(analysis.counts));
  return [
    table<Item>(
      [
        { header: 'No.', cell: ({ place }) => place },
        { header: 'Input', cell: ({ id }) => outside(id) },
        { header: 'Shared', cell: marksOf },
        { header: 'Source', cell: ({ analysis }) => named(analysis?.source_id ?? analysis?.task ?? null) },
        { header: 'Status', cell: ({ analysis }) => named(analysis?.status ?? null) },
        { header: 'In', align: 'right', cell: count(({ input }) => input) },
        { header: 'Cache read', align: 'right', cell: count(({ cache_read }) => cache_read) },
        { header: 'Cache write', align: 'right', cell: count(cacheWrite) },
        { header: 'Out', align: 'right', cell: count(({ output }) => output) },
        { header: 'Total', align: 'right', cell: ({ analysis }) => (analysis === null ? 'N/A' : spentText(analysis)) },
        { header: 'Cost', align: 'right', cell: ({ analysis }) => (analysis === null ? 'N/A' : costOf(analysis)) },
        {
          header: 'How known',
          cell: ({ analysis }) =>
            analysis === null ? 'not in the books' : `${analysis.capture_status}, ${analysis.cost_provenance ?? 'N/A'}`,
        },
      ],
      items,
    ),
  ];
}

const totalIn = ({ total, known, counts, is_lower_bound }: Together): string =>
  total !== null ? tokens(total, is_lower_bound) : known === 0 && isUnknown(counts) ? 'N/A' : atLeast(known);

/** Usage records; of analyses that are counted by sum nobody knows how many. */
function requestsIn({ records, by_sum, unknown, unclear }: Together): string {
  if (by_sum.length + unknown.length + unclear.length === 0) return tokens(records);
  return records === 0 ? 'N/A' : tokens(records, true);
}

/** Where no tokens are known there is nothing that could have a price. */
const costIn = ({ of }: { readonly of: Together }): string =>
  of.records === 0 && of.by_sum.length === 0 && of.analyses > 0 ? 'N/A' : costText(of.cost, of.is_lower_bound);

/** What is not known of a total, and what was counted in another way. */
function remarks({ by_sum, unknown, unclear, shared, is_lower_bound }: Together): Inline[][] {
  const some = (ids: readonly string[], words: string): Inline[][] => (ids.length === 0 ? [] : [[...listed(ids), `: ${words}`]]);
  return [
    ...(shared.records === 0
      ? []
      : [
          [
            `${plural(shared.records, 'usage record')} (${tokens(shared.tokens)} tokens) in more than one of these analyses, each counted once.`,
          ],
        ]),
    ...some(by_sum, 'counted by their own sum, once each, since no usage records of them are known.'),
    ...some(unknown, 'tokens unknown, so the total is a part of the whole.'),
    ...some(
      unclear,
      'no usage records of them are in these books, and others were in the same session: what they share is unknown, so that the total is a lower bound.',
    ),
    ...(is_lower_bound ? [['The tokens of some are a lower bound.']] : []),
  ];
}

/** What the synthesis, its inputs and both together spent. */
export function totalBlocks({ own, inputs, whole }: EndToEnd): Block[] {
  const lines = [
    { name: 'The synthesis alone', of: own },
    { name: `Its inputs (${inputs.analyses})`, of: inputs },
    { name: 'End to end', of: whole },
  ];
  type Line = (typeof lines)[number];
  const count =
    (of: (counts: Counts) => number | null) =>
    ({ of: together }: Line): string =>
      tokens(of(together.counts));
  const said = remarks(whole);
  return [
    table<Line>(
      [
        { header: '', cell: ({ name }) => name },
        { header: 'Requests', align: 'right', cell: ({ of }) => requestsIn(of) },
        { header: 'In', align: 'right', cell: count(({ input }) => input) },
        { header: 'Cache read', align: 'right', cell: count(({ cache_read }) => cache_read) },
        { header: 'Cache write', align: 'right', cell: count(cacheWrite) },
        { header: 'Out', align: 'right', cell: count(({ output }) => output) },
        { header: 'Total', align: 'right', cell: ({ of }) => totalIn(of) },
        { header: 'Cost', align: 'right', cell: costIn },
      ],
      lines,
    ),
    paragraph(`Each usage record is counted once, in ${analysesText(whole.analyses)}, however inputs nest or share.`),
    ...(said.length === 0 ? [] : [bullets(said)]),
  ];
}

/** The sources at the leaves. */
export function sourceBlocks(sources: readonly { readonly id: string; readonly source: Source | null }[], telling: Telling): Block[] {
  if (sources.length === 0) return [paragraph('No source is named.')];
  return [
    table<(typeof sources)[number]>(
      [
        { header: 'Source', cell: ({ id }) => outside(id) },
        { header: 'Title', cell: ({ source }) => privateText(source?.title ?? null, telling) ?? 'N/A' },
        { header: 'Author', cell: ({ source }) => listed(source?.author ?? []) },
        { header: 'Year', cell: ({ source }) => (typeof source?.year === 'number' ? String(source.year) : 'N/A') },
        { header: 'Address', cell: ({ source }) => privateText(source?.url ?? source?.doi ?? null, telling) ?? '' },
      ],
      sources,
    ),
  ];
}

/** The graph, which readers of Markdown draw that know Mermaid. */
export const graphBlock = (lineage: Lineage): Block =>
  withPicture({ type: 'code', lang: 'mermaid', value: mermaidOf(lineage, nodeLines) }, graphSvg(lineage, nodeLines));

/** What stands in a node: its id, and what it spent. */
export function nodeLines({ id, kind, analysis }: LineageNode): readonly string[] {
  if (kind === 'source') return [id];
  return [id, analysis === null ? 'not in the books' : `${spentText(analysis)} tokens`];
}

export const sectionOf = (title: string, blocks: readonly Block[]): Block[] => [heading(2, title), ...blocks];
