import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSideJson, readSideText } from '../../src/capture/side-file.js';
import { temporaryFolder } from './fixture.js';

let path: string;

beforeEach(() => {
  path = join(temporaryFolder(), 'side.json');
});

describe('the text of a file beside the logs', () => {
  it('is what it holds', () => {
    writeFileSync(path, '/home/ada/päper\n');
    expect(readSideText(path)).toBe('/home/ada/päper\n');
  });

  it('is without its byte-order mark', () => {
    writeFileSync(path, '\uFEFFtext');
    expect(readSideText(path)).toBe('text');
  });

  it('is empty for an empty file', () => {
    writeFileSync(path, '');
    expect(readSideText(path)).toBe('');
  });

  it('is null where there is none', () => {
    expect(readSideText(path)).toBeNull();
  });

  it('is null for a folder', () => {
    mkdirSync(path);
    expect(readSideText(path)).toBeNull();
  });

  it('is null for a link, wherever that leads', () => {
    writeFileSync(`${path}.real`, 'text');
    symlinkSync(`${path}.real`, path);
    expect(readSideText(path)).toBeNull();
  });

  it('is null for a pipe, and nothing waits for it', { timeout: 10_000 }, () => {
    execFileSync('mkfifo', [path]);
    expect(readSideText(path)).toBeNull();
  });

  it('is null from 4 MiB on, and is read up to there', () => {
    writeFileSync(path, '');
    truncateSync(path, 4 * 1024 * 1024);
    const whole = readSideText(path)?.length;
    truncateSync(path, 4 * 1024 * 1024 + 1);
    expect([whole, readSideText(path)]).toEqual([4 * 1024 * 1024, null]);
  });
});

describe('the JSON of a file beside the logs', () => {
  it.each([
    ['{"a":[1]}', { a: [1] }],
    ['\uFEFF{"a":1}', { a: 1 }],
    ['7', 7],
    ['null', null],
  ])('of %j is its value', (text, value) => {
    writeFileSync(path, text);
    expect(readSideJson(path)).toEqual(value);
  });

  it.each(['', '{"a":', 'text', '\u0000'])('of %j is null, since that is none', (text) => {
    writeFileSync(path, text);
    expect(readSideJson(path)).toBeNull();
  });

  it('is null where there is no file', () => {
    expect(readSideJson(path)).toBeNull();
  });
});
