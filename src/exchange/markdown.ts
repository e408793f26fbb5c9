// Documents as trees of Markdown (mdast), from which both Markdown and HTML are written. Text from outside is never Markdown: plain
// words stand as they are, all else in code, where it links nothing, calls nobody and is no HTML.
import type { BlockContent, Heading, List, Paragraph, PhrasingContent, Root, RootContent, Table, TableCell } from 'mdast';
import { safe } from '../model/safe.js';

/** What stands in a line. */
export type Inline = string | PhrasingContent;

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N} ,.:;_()+–-]*$/u;

/** What GitHub's readers make links of. */
const LINKED = /www\.|:\/\//i;

/** Text from outside, on one line. */
export function outside(text: string): PhrasingContent {
  const lines = text.split(/[\r\n]/).map((line) => line.trim());
  const line = safe(lines.length === 1 ? text : lines.filter((one) => one !== '').join(' '));
  return PLAIN.test(line) && !LINKED.test(line) ? { type: 'text', value: line } : { type: 'inlineCode', value: line === '' ? ' ' : line };
}

const asNode = (part: Inline): PhrasingContent => (typeof part === 'string' ? { type: 'text', value: part } : part);

const inline = (parts: readonly Inline[]): PhrasingContent[] => parts.map(asNode);

export const strong = (...parts: readonly Inline[]): PhrasingContent => ({ type: 'strong', children: inline(parts) });

export const heading = (depth: 1 | 2 | 3, ...parts: readonly Inline[]): Heading => ({ type: 'heading', depth, children: inline(parts) });

export const paragraph = (...parts: readonly Inline[]): Paragraph => ({ type: 'paragraph', children: inline(parts) });

export const bullets = (items: readonly (readonly Inline[])[]): List => ({
  type: 'list',
  ordered: false,
  spread: false,
  children: items.map((item) => ({ type: 'listItem', spread: false, children: [paragraph(...item)] })),
});

/** A column of a table over some items. */
export interface Column<T> {
  readonly header: string;
  readonly align?: 'right';
  readonly cell: (item: T) => Inline | readonly Inline[];
}

const cellOf = (content: Inline | readonly Inline[]): TableCell => ({
  type: 'tableCell',
  children: inline(Array.isArray(content) ? (content as readonly Inline[]) : [content as Inline]),
});

export const table = <T>(columns: readonly Column<T>[], items: readonly T[]): Table => ({
  type: 'table',
  align: columns.map(({ align }) => align ?? null),
  children: [
    { type: 'tableRow', children: columns.map(({ header }) => cellOf(header)) },
    ...items.map((item) => ({ type: 'tableRow' as const, children: columns.map(({ cell }) => cellOf(cell(item))) })),
  ],
});

/** Names and what they are, as a table; null leaves a line out. */
export const fields = (pairs: readonly (readonly [name: string, value: Inline | readonly Inline[] | null])[]): Table =>
  table<readonly [string, Inline | readonly Inline[]]>(
    [
      { header: '', cell: ([name]) => name },
      { header: '', cell: ([, value]) => value },
    ],
    pairs.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );

export type Block = BlockContent | RootContent;

/** Blocks as Markdown that CommonMark readers with tables read as they are meant. */
export async function markdownOf(blocks: readonly Block[]): Promise<string> {
  const [{ toMarkdown }, { gfmTableToMarkdown }] = await Promise.all([import('mdast-util-to-markdown'), import('mdast-util-gfm-table')]);
  const root: Root = { type: 'root', children: [...blocks] as RootContent[] };
  return toMarkdown(root, { bullet: '-', emphasis: '_', rule: '-', extensions: [gfmTableToMarkdown({ tablePipeAlign: false })] });
}

/** A text that stands in a line of Markdown. */
export const markdownText = async (part: Inline): Promise<string> => (await markdownOf([paragraph(part)])).trimEnd();
