import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectIn, readJsonLine, textIn } from '../../src/capture/json-line.js';

const read = (text: string | Uint8Array, position = 100): unknown => {
  const bytes = Buffer.from(text as string);
  return readJsonLine(bytes, 0, bytes.length, position);
};

const BOM = [0xef, 0xbb, 0xbf];

describe('a line of a log', () => {
  it.each([
    ['an object', '{"a":1}'],
    ['an object between blanks', ' \t{"a":1} \t'],
    ['an object before a carriage return', '{"a":1}\r'],
  ])('that is %s is a value', (_, text) => {
    expect(read(text)).toEqual({ value: { a: 1 } });
  });

  it.each([
    ['empty', ''],
    ['blank', '  \t'],
    ['a carriage return', '\r'],
  ])('that is %s is neither a value nor skipped', (_, text) => {
    expect(read(text)).toBeNull();
  });

  it.each([
    ['cut off', '{"a":', 'bad_json'],
    ['words', 'hello', 'bad_json'],
    ['two objects', '{"a":1}{"b":2}', 'bad_json'],
    ['a list', '[1]', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['a number', '12', 'not_an_object'],
    ['a text', '"a"', 'not_an_object'],
    ['nothing but NULs', '\0\0\0\0', 'zero_filled'],
    ['NULs before a carriage return', '\0\0\r', 'zero_filled'],
  ])('that is %s is skipped with its reason', (_, text, reason) => {
    expect(read(text)).toEqual({ skipped: reason });
  });

  it('is whole after NULs', () => {
    expect(read('\0\0\0{"a":1}')).toEqual({ value: { a: 1 } });
  });

  it('may begin with a byte-order mark at the start of the file', () => {
    expect(read(Buffer.from([...BOM, ...Buffer.from('{"a":1}')]), 0)).toEqual({ value: { a: 1 } });
  });

  it('may be nothing but a byte-order mark', () => {
    expect(read(Buffer.from(BOM), 0)).toBeNull();
  });

  it('may hold bytes that are not UTF-8 inside a text', () => {
    expect(read(Buffer.from('{"a":"caf\xe9"}', 'latin1'))).toEqual({ value: { a: 'caf\uFFFD' } });
  });

  it('may be nested a hundred thousand levels deep', () => {
    const deep = `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    expect(read(deep)).toHaveProperty('value');
  });

  it('never throws, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 1 }), (bytes, position) => {
        expect(() => readJsonLine(Buffer.from(bytes), 0, bytes.length, position)).not.toThrow();
      }),
    );
  });
});

describe('a field', () => {
  const polluted = JSON.parse('{"__proto__":{"b":{}},"a":{"c":"x"}}') as unknown;

  it("is an object only if it is the value's own", () => {
    expect(objectIn(polluted, 'constructor')).toBeNull();
  });

  it('may be named like the prototype', () => {
    expect(objectIn(polluted, '__proto__')).toEqual({ b: {} });
  });

  it('that is a list is no object', () => {
    expect(objectIn({ a: [] }, 'a')).toBeNull();
  });

  it('of something that is no object is none', () => {
    expect([objectIn(null, 'a'), objectIn('text', 'length'), textIn(undefined, 'a'), textIn(7, 'a')]).toEqual([null, null, null, null]);
  });

  it.each([
    ['a number', 7],
    ['empty', ''],
    ['too long', 'x'.repeat(11)],
    ['null', null],
  ])('that is %s is no text', (_, value) => {
    expect(textIn({ a: value }, 'a', 10)).toBeNull();
  });

  it('with half a surrogate pair becomes well-formed', () => {
    expect(textIn({ a: 'x\ud800' }, 'a')).toBe('x\uFFFD');
  });
});
