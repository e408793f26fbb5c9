import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/store/unified-diff.js';

const numbered = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join('');

describe('a unified diff', () => {
  it('is empty for what is the same', () => expect(unifiedDiff('f', 'a\n', 'a\n')).toBe(''));

  it('shows a file that is new whole', () => {
    expect(unifiedDiff('f', null, 'a\nb\n')).toBe('--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b');
  });

  it('shows a file that goes whole', () => {
    expect(unifiedDiff('f', 'a\n', null)).toBe('--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a');
  });

  it('shows a changed line with three lines around it', () => {
    const [before, after] = [numbered(1, 20), numbered(1, 20).replace('10\n', 'ten\n')];
    expect(unifiedDiff('f', before, after)).toBe('--- f\n+++ f\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13');
  });

  it('shows changes that are far apart in parts of their own', () => {
    const after = numbered(1, 40).replace('5\n', '5\nnew\n').replace('\n30\n', '\n');
    expect(unifiedDiff('f', numbered(1, 40), after).match(/^@@.*$/gm)).toEqual(['@@ -3,6 +3,7 @@', '@@ -27,7 +28,6 @@']);
  });

  it('says where a file has no newline at its end', () => {
    expect(unifiedDiff('f', 'a\n', 'a')).toContain('\\ No newline at end of file');
  });

  it('does nothing to a terminal', () => {
    expect(unifiedDiff('f\u001b[31m', null, 'a\u001b[31mb\r\n')).toBe('--- /dev/null\n+++ f\\u{1b}[31m\n@@ -0,0 +1,1 @@\n+a\\u{1b}[31mb');
  });
});
