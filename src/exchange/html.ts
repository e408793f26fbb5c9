// Documents as HTML. All that comes from outside is a text node; the page loads nothing and runs nothing, which its policy says, too.
import { createHash } from 'node:crypto';
import type { Element, ElementContent, Root as HtmlRoot } from 'hast';
import type { Code, CodeData, Root, RootContent } from 'mdast';
import type { Block, Inline } from './markdown.js';
import { paragraph } from './markdown.js';

/** A block of code with a picture of what it says, which stands in its place in a page. */
export const withPicture = (code: Code, picture: Element): Code => ({ ...code, data: { picture } as CodeData });

const pictureOf = ({ data }: Code): Element | undefined => (data as { readonly picture?: Element } | undefined)?.picture;

async function elementsOf(blocks: readonly Block[]): Promise<ElementContent[]> {
  const { defaultHandlers, toHast } = await import('mdast-util-to-hast');
  const root: Root = { type: 'root', children: [...blocks] as RootContent[] };
  const code = (state: Parameters<typeof defaultHandlers.code>[0], node: Code): Element =>
    pictureOf(node) ?? defaultHandlers.code(state, node);
  const html = toHast(root, { handlers: { code } }) as HtmlRoot;
  return html.children as ElementContent[];
}

/** A wide table scrolls by itself, so that the page does not. */
const framed = (node: ElementContent): ElementContent => {
  const isWide = node.type === 'element' && (node.tagName === 'table' || node.tagName === 'svg');
  return isWide ? { type: 'element', tagName: 'div', properties: { className: ['wide'] }, children: [node] } : node;
};

/** Blocks as a part of a page. */
export async function htmlOf(blocks: readonly Block[]): Promise<string> {
  const { toHtml } = await import('hast-util-to-html');
  return toHtml({ type: 'root', children: (await elementsOf(blocks)).map(framed) }, { closeSelfClosing: true });
}

/** A text that stands in a line of a page. */
export async function htmlText(part: Inline): Promise<string> {
  const { toHtml } = await import('hast-util-to-html');
  const [first] = await elementsOf([paragraph(part)]);
  return toHtml({ type: 'root', children: (first as Element).children });
}

/** Stands in a page for its policy, which depends on its styles. */
export const POLICY = 'policy-of-this-page';

/** The page with its policy: nothing is loaded, nothing is run, and no style holds but its own. */
export function withPolicy(page: string): string {
  const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map(
    ([, css]) => `'sha256-${createHash('sha256').update(css!).digest('base64')}'`,
  );
  const style = styles.length === 0 ? "'none'" : styles.join(' ');
  return page.replaceAll(POLICY, `default-src 'none'; style-src ${style}; base-uri 'none'; form-action 'none'`);
}
