// A lineage as a Mermaid graph. Labels are quoted, and what is not a plain letter in them is told by its number, so that no text from
// outside is taken for a part of the graph.
import { safe } from '../model/safe.js';
import type { Lineage, LineageNode } from '../model/lineage.js';

const escaped = (text: string): string => safe(text).replaceAll(/[^\p{L}\p{N} .,:_()-]/gu, (found) => `#${found.codePointAt(0)!};`);

const SHAPES: Readonly<Record<LineageNode['kind'], readonly [string, string]>> = {
  synthesis: ['[["', '"]]'],
  analysis: ['["', '"]'],
  source: ['(["', '"])'],
};

/** What went in points at what came of it. @param linesOf what stands in a node */
export function mermaidOf({ nodes, edges }: Lineage, linesOf: (node: LineageNode) => readonly string[]): string {
  const names = new Map(nodes.map(({ key }, i) => [key, `n${i + 1}`]));
  const label = (node: LineageNode): string => linesOf(node).map(escaped).join('<br/>');
  return [
    'flowchart LR',
    ...nodes.map((node) => `  ${names.get(node.key)!}${SHAPES[node.kind][0]}${label(node)}${SHAPES[node.kind][1]}`),
    ...edges.map(({ from, to }) => `  ${names.get(to)!} --> ${names.get(from)!}`),
  ].join('\n');
}
