// A section inside a document: no byte around it is touched.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANALYSIS_LOG, hasSection, withSection } from '../../src/exchange/section.js';

const withLog = (document: Buffer, content: string): Buffer => withSection(document, ANALYSIS_LOG, content);
const hasLog = (document: Buffer): boolean => hasSection(document, ANALYSIS_LOG);

const BEGIN = '<!-- tokentrail:analysis-log -->';
const END = '<!-- /tokentrail:analysis-log -->';
const block = (section: string): string => `${BEGIN}\n\n${section}\n\n${END}`;
const put = (document: string, section = '| a |'): string => withLog(Buffer.from(document), section).toString();

describe('a section', () => {
  it('is put at the end, below a heading of its own, where there is none', () => {
    expect(put('# Paper\n\nText')).toBe(`# Paper\n\nText\n\n## Analysis Log\n\n${block('| a |')}\n`);
    expect(put('')).toBe(`## Analysis Log\n\n${block('| a |')}\n`);
  });

  it('is put below its heading where that is there, above what stands there', () => {
    expect(put('## Analysis Log\n\nold\n\n## Next\n')).toBe(`## Analysis Log\n\n${block('| a |')}\n\nold\n\n## Next\n`);
  });

  it('takes the place of the one before', () => {
    expect(put(`x\n${block('old')}   \ny`)).toBe(`x\n${block('| a |')}   \ny`);
  });

  it('ends its lines as the document does', () => {
    expect(put('a\r\nb\r\n')).toBe(`a\r\nb\r\n\r\n## Analysis Log\r\n\r\n${block('| a |').replaceAll('\n', '\r\n')}\r\n`);
  });

  it('leaves examples in blocks of code alone', () => {
    const example = `\`\`\`md\n${BEGIN}\n${END}\n\`\`\`\n`;
    expect(hasLog(Buffer.from(example))).toBe(false);
    expect(put(example)).toBe(`${example}\n## Analysis Log\n\n${block('| a |')}\n`);
  });

  it.each(['# Doc\n\n```inline``` is code.\n', '    ```\n    indented\n\ntext\n', '    ## Analysis Log\n'])(
    'is found again behind what only looks like a block of code: %j',
    (document) => {
      const once = put(document);
      expect(put(once)).toBe(once);
      expect(once.startsWith(document)).toBe(true);
    },
  );

  it('is not put into a block of code that is never closed', () => {
    expect(() => put('```\ncode\n')).toThrow('never closed');
  });

  it.each([`${BEGIN}\n`, `${END}\n`, `${END}\n${BEGIN}\n`, `${block('a')}\n${block('b')}\n`])(
    'is refused where its markers are %j',
    (document) => {
      expect(() => put(document)).toThrow('not changed');
    },
  );

  it('is refused in what is no text of single bytes', () => {
    expect(() => withLog(Buffer.from('a\n', 'utf16le'), 'x')).toThrow('not changed');
  });

  it('changes no byte around it, of whatever encoding, and is the same when it is put again', () => {
    const bytes = fc.uint8Array({ min: 1, maxLength: 200 }).map((all) => Buffer.from(all));
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        const document = Buffer.concat([before, Buffer.from(`\n${block('old')}\n`), after]);
        // A fence before it would make it an example.
        fc.pre(hasLog(document));
        const next = withLog(document, '| ü |');
        expect(next.subarray(0, before.length + 1)).toEqual(Buffer.concat([before, Buffer.from('\n')]));
        expect(next.subarray(next.length - after.length)).toEqual(after);
        expect(next.includes(Buffer.from('| ü |'))).toBe(true);
        expect(withLog(next, '| ü |')).toEqual(next);
      }),
    );
  });
});
