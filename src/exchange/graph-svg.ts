// A lineage as a picture: sources at the left, what came of them to the right of it. Each node stands one column behind the furthest of
// those that went into it, so that every line runs from left to right.
import type { Element, ElementContent } from 'hast';
import type { Lineage, LineageNode } from '../model/lineage.js';
import { safe } from '../model/safe.js';

const [WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN] = [190, 46, 70, 18, 12];

/** Characters of a label that fit into a node. */
const FITTING = 24;

const shortened = (text: string): string => {
  const letters = Array.from(text);
  return letters.length <= FITTING ? text : `${letters.slice(0, FITTING - 1).join('')}…`;
};

const element = (tagName: string, properties: Readonly<Record<string, string | number>>, children: ElementContent[] = []): Element => ({
  type: 'element',
  tagName,
  properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, name === 'className' ? [value] : String(value)])),
  children,
});

const label = (value: string): ElementContent => ({ type: 'text', value });

/** Column of each node. */
function columnsOf({ nodes, edges }: Lineage): Map<string, number> {
  const inputs = new Map<string, string[]>(nodes.map(({ key }) => [key, []]));
  for (const { from, to } of edges) inputs.get(from)!.push(to);
  const columns = new Map<string, number>();
  const columnOf = (key: string, above: ReadonlySet<string>): number => {
    const known = columns.get(key);
    if (known !== undefined) return known;
    // A ring can't be recorded; in books that were damaged it must not go round for ever.
    const below = inputs.get(key)!.filter((input) => !above.has(input));
    const column = below.reduce((furthest, input) => Math.max(furthest, columnOf(input, new Set([...above, key])) + 1), 0);
    columns.set(key, column);
    return column;
  };
  for (const { key } of nodes) columnOf(key, new Set());
  return columns;
}

interface Placed {
  readonly node: LineageNode;
  readonly x: number;
  readonly y: number;
}

function placed(lineage: Lineage): { readonly all: Map<string, Placed>; readonly width: number; readonly height: number } {
  const columns = columnsOf(lineage);
  const used = new Map<number, number>();
  const all = new Map<string, Placed>();
  for (const node of lineage.nodes) {
    const column = columns.get(node.key)!;
    const row = used.get(column) ?? 0;
    used.set(column, row + 1);
    all.set(node.key, { node, x: MARGIN + column * (WIDTH + GAP_X), y: MARGIN + row * (HEIGHT + GAP_Y) });
  }
  const [width, height] = [Math.max(0, ...used.keys()) + 1, Math.max(1, ...used.values())];
  return { all, width: 2 * MARGIN + width * (WIDTH + GAP_X) - GAP_X, height: 2 * MARGIN + height * (HEIGHT + GAP_Y) - GAP_Y };
}

function nodeElement({ node, x, y }: Placed, lines: readonly string[]): Element {
  const text = lines.map((line, i) =>
    element(
      'text',
      { x: x + WIDTH / 2, y: y + (lines.length === 1 ? 28 : 20 + i * 17), textAnchor: 'middle', className: i === 0 ? 'id' : 'spent' },
      [label(shortened(safe(line)))],
    ),
  );
  const title = element('title', {}, [label(safe(lines.join(', ')))]);
  const rx = node.kind === 'source' ? HEIGHT / 2 : 4;
  return element('g', { className: node.kind }, [title, element('rect', { x, y, width: WIDTH, height: HEIGHT, rx }), ...text]);
}

function edgeElement(from: Placed, to: Placed): Element {
  const [x1, y1, x2, y2] = [to.x + WIDTH, to.y + HEIGHT / 2, from.x, from.y + HEIGHT / 2];
  const bend = Math.max(GAP_X / 2, (x2 - x1) / 2);
  return element('path', {
    d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    className: 'edge',
    markerEnd: 'url(#arrow)',
  });
}

/** @param linesOf what stands in a node: a line, or two. */
export function graphSvg(lineage: Lineage, linesOf: (node: LineageNode) => readonly string[]): Element {
  const { all, width, height } = placed(lineage);
  const arrow = element('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' }, [
    element('path', { d: 'M0 0L8 4L0 8z', className: 'arrow' }),
  ]);
  return element('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', ariaLabel: 'Lineage', className: 'lineage' }, [
    element('defs', {}, [arrow]),
    ...lineage.edges.map(({ from, to }) => edgeElement(all.get(from)!, all.get(to)!)),
    ...[...all.values()].map((node) => nodeElement(node, linesOf(node.node))),
  ]);
}
