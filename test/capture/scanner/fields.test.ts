// The scanner against JSON.parse: on every line of the fixtures, and on lines that were damaged and rearranged at random.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_LIST } from '../../../src/capture/agents.js';
import { LineScanner, type Fields } from '../../../src/capture/scanner/fields.js';
import { fixtures, logsOfHome } from '../fixture.js';

const SEED = 20261124;

/** What JSON.parse gives, cut down to the fields; undefined if it is no JSON object. */
function plain(text: string, fields: Fields): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isObject(value) ? cutDown(value, fields) : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function cutDown(value: Record<string, unknown>, fields: Fields): unknown {
  const kept = Object.entries(fields).flatMap(([name, field]) => {
    if (!Object.hasOwn(value, name)) return [];
    const inner = value[name];
    return [[name, field !== 'value' && isObject(inner) ? cutDown(inner, field) : inner]];
  });
  return Object.fromEntries(kept);
}

function scan(scanner: LineScanner, bytes: Buffer): unknown {
  return scanner.read(bytes, 0, bytes.length);
}

/** The scanner gives what JSON.parse gives, or leaves the line to it. @returns whether it read the line. */
function expectSame(scanner: LineScanner, fields: Fields, bytes: Buffer): boolean {
  const found = scan(scanner, bytes);
  if (found === null) return false;
  expect(found).toEqual(plain(bytes.toString('utf8'), fields));
  return true;
}

const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0;

const READERS = AGENT_LIST.flatMap(({ name, reader }) => (isEmpty(reader.fields) ? [] : [{ name, fields: reader.fields }]));

async function linesOf(name: string): Promise<Buffer[]> {
  const logs = await Promise.all(fixtures().flatMap(({ agent, home }) => (agent.name === name ? [logsOfHome(agent, home)] : [])));
  return logs
    .flat()
    .filter((path) => path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(path, 'latin1').split('\n'))
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'latin1'));
}

const WANTED: Fields = { a: 'value', b: { c: 'value', d: { e: 'value' } }, type: 'value' };

/** Any JSON value, with the wanted names among its keys. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -0, 7, 123456789012345, 1234567890123456, 1e21, 1.5, -3, 5e-324),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', '"', '\\', '\u0000', '\ud800', 'x'.repeat(31), `${'y'.repeat(15)}"`, `${'z'.repeat(14)}\\`, '😀', '\u2028'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'type', '__proto__', 'x', 'aa'), tie('value'), { maxKeys: 5 }),
})).object;

/** What may come between the parts of a text. */
const blanks = fc.constantFrom('', '', '', ' ', '\t', '\r', '  ');

/** A text with blanks around each sign of its structure. */
const spaced = fc.tuple(json, fc.array(blanks, { minLength: 8, maxLength: 8 })).map(([value, between]) => {
  let n = 0;
  return JSON.stringify(value).replaceAll(/("(?:[^"\\]|\\.)*")|([{}[\],:])/g, (_, text: string | undefined, sign: string | undefined) =>
    text === undefined ? `${between[n++ % 8]!}${sign!}${between[n++ % 8]!}` : text,
  );
});

/** What damages a text: bytes that are left out, doubled, exchanged or put in between. */
const damage = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\u0000',
      '\u0001',
      '\t',
      'e',
      '-',
      '0',
      '1',
      '.',
      'u',
      'n',
      'tru',
      '\\u00',
      '\\q',
      '"a":',
      '"a":1,',
      '\x80',
      '\xff',
    ),
    fc.nat({ max: 3 }),
  ),
  { maxLength: 3 },
);

const damaged = (text: string, all: readonly (readonly [number, string, number])[]): Buffer => {
  let bytes = Buffer.from(text).toString('latin1');
  for (const [part, put, gone] of all) {
    const at = Math.floor(part * bytes.length);
    bytes = bytes.slice(0, at) + put + bytes.slice(at + gone);
  }
  return Buffer.from(bytes.replaceAll('\n', ' '), 'latin1');
};

describe.each(READERS)('the fields that $name is read by', ({ name, fields }) => {
  it('are found in every line of the fixtures as JSON.parse gives them', async () => {
    const scanner = LineScanner.of(fields)!;
    const lines = await linesOf(name);
    const read = lines.filter((bytes) => expectSame(scanner, fields, bytes)).length;
    // Hostile lines are left to JSON.parse; the others must not be.
    expect(read / lines.length).toBeGreaterThan(0.8);
  });

  it('are found in damaged lines as JSON.parse gives them, or not at all', async () => {
    const scanner = LineScanner.of(fields)!;
    const lines = (await linesOf(name)).filter((bytes) => bytes.length < 20_000).map((bytes) => bytes.toString('utf8'));
    fc.assert(
      fc.property(fc.constantFrom(...lines), damage, (line, changes) => void expectSame(scanner, fields, damaged(line, changes))),
      { seed: SEED, numRuns: 3000 },
    );
  });
});

describe('the scanner', () => {
  const scanner = LineScanner.of(WANTED)!;

  it('gives of any object what JSON.parse gives', () => {
    fc.assert(
      fc.property(spaced, (text) => void expectSame(scanner, WANTED, Buffer.from(text))),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it('never takes a line that JSON.parse refuses', () => {
    fc.assert(
      fc.property(spaced, damage, (text, changes) => void expectSame(scanner, WANTED, damaged(text, changes))),
      { seed: SEED, numRuns: 20_000 },
    );
  });

  it('reads an ordinary line, and does not leave it to JSON.parse', () => {
    const line = '{"x":{"a":9},"a":1,"b":{"c":"t","d":{"e":[1,"\\n"]}},"type":"caf\u00e9"}';
    expect(scan(scanner, Buffer.from(line))).toEqual({ a: 1, b: { c: 't', d: { e: [1, '\n'] } }, type: 'café' });
  });

  it.each([
    ['a wanted key twice', '{"a":1,"a":2}'],
    ['a key with an escape', '{"\\u0061":1}'],
    ['no object', '[1]'],
    ['two values', '{}{}'],
    ['a text without an end', '{"a":"'],
    ['62 levels', `{"x":${'['.repeat(62)}${']'.repeat(62)}}`],
  ])('leaves a line with %s to JSON.parse', (_, line) => {
    expect(scan(scanner, Buffer.from(line))).toBeNull();
  });

  it('forgets what an earlier line held', () => {
    scan(scanner, Buffer.from('{"a":1,"b":{"c":2}}'));
    expect(scan(scanner, Buffer.from('{"b":{}}'))).toEqual({ b: {} });
  });

  it('tells texts of one length apart', () => {
    const values = ['abc', 'abd', 'xbc', 'abc'].map((text) => scan(scanner, Buffer.from(`{"a":"${text}"}`)));
    expect(values).toEqual([{ a: 'abc' }, { a: 'abd' }, { a: 'xbc' }, { a: 'abc' }]);
  });

  it('reads a line where it lies in the chunk', () => {
    const text = '{"a":"first"}\n{"a":"second"}\n';
    scanner.chunk.write(text);
    expect(scanner.read(scanner.chunk, 14, text.length - 1)).toEqual({ a: 'second' });
  });
});
