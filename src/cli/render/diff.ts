// The difference of two texts, as people know it.
import { createTwoFilesPatch } from 'diff';

/** A unified diff; empty if there is none. Null stands for a file that is not there. */
export function unifiedDiff(file: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const [from, to] = [before === null ? '/dev/null' : file, after === null ? '/dev/null' : file];
  return createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, { context: 3 }).replace(
    /^(?:Index: [^\n]*\n)?=+\n/,
    '',
  );
}
