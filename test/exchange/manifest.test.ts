// The manifest gives back what was written into it, and `sha256sum -c` reads it, whatever the file is called.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestText, parseManifest, sha256, type Manifest } from '../../src/exchange/manifest.js';
import { temporaryFolder } from '../store/temporary.js';
import { anyValue, fieldsOf, innerText } from './odd.js';

const NAMES = [
  'a.yaml',
  'a b',
  '-a',
  '*a',
  ' a ',
  'a\\nb',
  'a\\',
  'a\nb',
  'a\n',
  '\r',
  'é\u2028\u2029',
  'a\u202e\u200b',
  "it's",
  'a\tb',
  '\\',
];

const manifest: fc.Arbitrary<Manifest> = fc.record({
  sha256: innerText.map(sha256),
  // A name has no NUL, is not empty, and is written as UTF-8.
  file: fc.oneof(fc.constantFrom(...NAMES), innerText.map((text) => `a${text.replaceAll('\0', '').toWellFormed()}`)), // prettier-ignore
  request: fieldsOf(anyValue),
  recorded_by: fc.constantFrom(null, '2026-05-04T10:00:00.000001Z'),
  rows: fc.array(fc.record({ id: innerText, revision: fc.nat(), row_sha256: fc.option(innerText) }), { maxLength: 4 }),
});

describe('a manifest', () => {
  it('that is read is what was written', () =>
    fc.assert(
      fc.property(manifest, (one) => {
        expect(parseManifest(manifestText(one))).toEqual(one);
      }),
      { numRuns: 100, endOnFailure: true },
    ));

  it('holds nothing that acts upon a terminal, but the name of the file as it is', () => {
    const id = 'a\u001b[31m\u009b\u202e\u2028';
    const text = manifestText({
      sha256: sha256(''),
      file: 'a',
      request: { id },
      recorded_by: null,
      rows: [{ id, revision: 1, row_sha256: null }],
    });
    expect(text).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(parseManifest(text)).toMatchObject({ rows: [{ id }] });
  });

  it.each(NAMES)('of a file called %j is one that sha256sum reads', (file) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, file), 'text');
    writeFileSync(join(folder, 'm'), manifestText({ sha256: sha256('text'), file, request: {}, recorded_by: null, rows: [] }));
    expect(() => execFileSync('sha256sum', ['--status', '--strict', '-c', 'm'], { cwd: folder, stdio: 'pipe' })).not.toThrow();
  });
});

describe('a text that is no manifest of ours', () => {
  const LINE = `${sha256('')}  a`;

  it.each([
    ['nothing', ''],
    ['sums alone', `${LINE}\n`],
    ['a later version', `# tokentrail/manifest/v2\n# {"request":{},"recorded_by":null}\n${LINE}\n`],
    ['no sum', '# tokentrail/manifest/v1\n# {"request":{},"recorded_by":null}\n'],
    ['no request', `# tokentrail/manifest/v1\n# {}\n${LINE}\n`],
    ['a request that is none', `# tokentrail/manifest/v1\n# {"request":null,"recorded_by":null}\n${LINE}\n`],
    ['a time that is none', `# tokentrail/manifest/v1\n# {"request":{},"recorded_by":7}\n${LINE}\n`],
    ['rows that are none', `# tokentrail/manifest/v1\n# {"request":{},"recorded_by":null}\n# 7\n${LINE}\n`],
  ])('is none: %s', (_, text) => {
    expect(parseManifest(text)).toBeNull();
  });
});
