// YAML that readers of version 1.1 and of 1.2 read the same: each text in double quotes, also as a key unless it is a plain name.
import type { ScalarTag } from 'yaml';
import { safeYaml } from '../model/safe.js';
import { loadYaml } from './yaml.js';

/** Keys that every reader takes for the text that they are. */
const PLAIN_KEY = /^[a-z][a-z0-9_]*$/;

/** Plain names that YAML 1.1 takes for a truth value or for nothing. */
const NO_TEXT = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null']);

/** A number that JavaScript writes with an exponent is a text in YAML 1.1, unless it has a point. */
const oddNumber: ScalarTag = {
  identify: (value) => typeof value === 'number' && /e/.test(String(value)),
  default: true,
  tag: 'tag:yaml.org,2002:float',
  // For writing alone.
  test: /$^/,
  resolve: Number,
  stringify: ({ value }) => String(value).replace(/^(-?\d+)e/, '$1.0e'),
};

/** A value of plain objects, lists, texts, numbers and null as a YAML document. */
export async function yamlText(value: unknown): Promise<string> {
  const { Document, visit } = await loadYaml();
  const document = new Document(value, { aliasDuplicateObjects: false, customTags: (tags) => [oddNumber, ...tags] });
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' && typeof node.value === 'string' && (!PLAIN_KEY.test(node.value) || NO_TEXT.has(node.value)))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  // A text on several lines would lose its lines of blanks alone.
  const text = document.toString({ doubleQuotedAsJSON: true, lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
  // What YAML 1.1 doesn't take as it is, even in quotes, is among what no file of ours holds.
  return safeYaml(text);
}

/** A list under a name, an item at a time: there may be many. */
export async function yamlList(name: string, items: readonly unknown[], progress: (done: number, of: number) => void): Promise<string> {
  if (items.length === 0) return yamlText({ [name]: [] });
  const parts = [`${name}:\n`];
  for (const [i, item] of items.entries()) {
    progress(i, items.length);
    parts.push((await yamlText([item])).replaceAll(/^(?=.)/gm, '  '));
  }
  progress(items.length, items.length);
  return parts.join('');
}
