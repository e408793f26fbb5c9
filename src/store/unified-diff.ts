// What a change of a file would be, as people know it.
import { createTwoFilesPatch } from 'diff';
import { safe, safeText } from '../model/safe.js';

/** A unified diff without its last newline, safe to print; empty where nothing changes. Null stands for a file that is not there. */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const [from, to] = [before === null ? '/dev/null' : safe(path), after === null ? '/dev/null' : safe(path)];
  const lines = safeText(createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, { context: 3 })).split('\n');
  return lines
    .slice(lines.findIndex((line) => line.startsWith('--- ')))
    .join('\n')
    .trimEnd();
}
