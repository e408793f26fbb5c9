import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safe, safeJson, safeText } from '../../src/model/safe.js';

// Written out here and not taken from the source: what a terminal acts upon or does not show.
const RANGES: [what: string, from: number, to: number][] = [
  ['C0 controls', 0x00, 0x1f],
  ['delete and C1 controls', 0x7f, 0x9f],
  ['the soft hyphen', 0xad, 0xad],
  ['the Arabic letter mark', 0x61c, 0x61c],
  ['the Mongolian vowel separator', 0x180e, 0x180e],
  ['zero-width and direction marks', 0x200b, 0x200f],
  ['separators of lines and paragraphs', 0x2028, 0x2029],
  ['embeddings and overrides of direction', 0x202a, 0x202e],
  ['invisible operators and isolates', 0x2060, 0x2069],
  ['the byte-order mark', 0xfeff, 0xfeff],
  ['interlinear marks', 0xfff9, 0xfffb],
  ['tag characters', 0xe0001, 0xe007f],
  ['lone surrogates', 0xd800, 0xdfff],
];

const isDangerous = (point: number): boolean => RANGES.some(([, from, to]) => point >= from && point <= to);
const dangersIn = (text: string): string[] => Array.from(text).filter((letter) => isDangerous(letter.codePointAt(0)!));

/** Text in which dangerous characters are as likely as others. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.constantFrom(...RANGES).chain(([, from, to]) => fc.integer({ min: from, max: to }).map((point) => String.fromCodePoint(point))),
    ),
  )
  .map((parts) => parts.join(''));

describe('safe', () => {
  it.each(RANGES)('shows %s as escapes', (_, from, to) => {
    for (let point = from; point <= to; point++) expect(safe(`a${String.fromCodePoint(point)}b`)).toBe(`a\\u{${point.toString(16)}}b`);
  });

  it('leaves letters of all scripts, combining marks and emoji as they are', () => {
    const text = 'Größe – naïve – 数え – עברית – हिन्दी – 👍🏽 – e\u0301';
    expect(safe(text)).toBe(text);
  });

  it('leaves no dangerous character in any text', () => {
    fc.assert(fc.property(anyText, (text) => dangersIn(safe(text)).length === 0));
  });

  it('changes nothing in what it made', () => {
    fc.assert(fc.property(anyText, (text) => safe(safe(text)) === safe(text)));
  });

  it('makes one line of any text', () => {
    fc.assert(fc.property(anyText, (text) => !/[\n\r\u0085\u2028\u2029]/.test(safe(text))));
  });
});

describe('safeText', () => {
  it('keeps the lines and columns of our own layout, and escapes the rest', () => {
    expect(safeText('a\tb\nc\rd\u001b')).toBe('a\tb\nc\\u{d}d\\u{1b}');
  });
});

describe('safeJson', () => {
  it('gives the same value to whoever parses it', () => {
    fc.assert(fc.property(anyText, (text) => (JSON.parse(safeJson(JSON.stringify([text]))) as string[])[0] === text));
  });

  it('leaves no dangerous character in the document', () => {
    fc.assert(fc.property(anyText, (text) => dangersIn(safeJson(JSON.stringify([text]))).length === 0));
  });

  it('writes a character beyond the basic plane as its two halves', () => {
    expect(safeJson('"\u{e0041}"')).toBe('"\\udb40\\udc41"');
  });
});
