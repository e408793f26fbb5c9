// Whatever is written is read the same by every reader of YAML, of either version.
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlList, yamlText } from '../../src/exchange/yaml-text.js';
import { anyValue, fieldsOf, ODD_WORDS } from './odd.js';

const document = fieldsOf(anyValue);

const READERS: readonly (readonly [string, (text: string) => unknown])[] = [
  ['yaml, as version 1.1', (text) => parse(text, { version: '1.1' }) as unknown],
  ['yaml, as version 1.2', (text) => parse(text) as unknown],
  ['js-yaml', (text) => load(text)],
];

describe.each(READERS)('what is written, read by %s,', (_, read) => {
  it('is what it was', () =>
    fc.assert(
      fc.asyncProperty(document, async (value) => {
        expect(read(await yamlText(value))).toEqual(value);
      }),
      { numRuns: 60 },
    ));

  it('is what it was where it is an odd word, as a text and as a key', async () => {
    const value = { texts: ODD_WORDS, keys: Object.fromEntries(ODD_WORDS.map((word, i) => [word, i])) };
    expect(read(await yamlText(value))).toEqual(value);
  });

  it.each([1e-7, 1.5e-7, 1e21, -1e21, 1.5e300, 5e-324, Number.MAX_SAFE_INTEGER, 0.1])('is the number %d', async (value) => {
    expect(read(await yamlText({ value }))).toEqual({ value });
  });
});

const PYTHON = 'import json, sys, yaml\nprint(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)]))';
const hasPyYaml = spawnSync('python3', ['-c', 'import yaml']).status === 0;

it.skipIf(!hasPyYaml)('what is written is what it was for PyYAML', async () => {
  const values = [...fc.sample(document, 100), { words: ODD_WORDS, keys: Object.fromEntries(ODD_WORDS.map((word, i) => [word, i])) }];
  const texts = await Promise.all(values.map(yamlText));
  const read = execFileSync('python3', ['-c', PYTHON], { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 1 << 28 });
  expect(JSON.parse(read)).toEqual(values);
});

it('no control, line separator or invisible character is in the file, but the ends of lines', () =>
  fc.assert(
    fc.asyncProperty(document, async (value) => {
      expect(await yamlText(value)).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2028\u2029\u202e\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/);
    }),
    { numRuns: 50 },
  )); // prettier-ignore

it('a list that is written an item at a time is the list that is written at once', () =>
  fc.assert(
    fc.asyncProperty(fc.array(document, { maxLength: 4 }), async (items) => {
      expect(parse(await yamlList('items', items, () => undefined))).toEqual({ items });
    }),
    { numRuns: 50 },
  ));

it('a list tells how far it is', async () => {
  const told: (readonly [number, number])[] = [];
  await yamlList('items', ['a', 'b'], (done, of) => void told.push([done, of]));
  expect(told).toEqual([[0, 2], [1, 2], [2, 2]]); // prettier-ignore
});
