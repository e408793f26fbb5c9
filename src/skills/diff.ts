// A unified diff of two short texts, as people know it from `diff -u`.
import { safe, safeText } from '../model/safe.js';

/** Lines around a change. */
const CONTEXT = 3;

interface Line {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

const linesOf = (text: string | null): string[] => (text === null || text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** Beginning and end that are the same are left out of the search for a longest common row, which takes time by the product. */
function compared(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ kind: ' ', text }));
  const middle = common(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...same(before.slice(0, head)), ...middle, ...same(before.slice(before.length - tail))];
}

/** More than this many pairs of lines are told as all gone and all new. */
const MOST_PAIRS = 4_000_000;

function common(a: readonly string[], b: readonly string[]): Line[] {
  const all: Line[] = [...a.map((text): Line => ({ kind: '-', text })), ...b.map((text): Line => ({ kind: '+', text }))];
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_PAIRS) return all;
  const width = b.length + 1;
  // longest[i, j]: how many lines of a from i and of b from j can be paired.
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j] ? longest[(i + 1) * width + j + 1]! + 1 : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const goesOn = i < a.length && (j === b.length || longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!);
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: ' ', text: a[i]! });
      i++;
      j++;
    } else if (goesOn) lines.push({ kind: '-', text: a[i++]! });
    else lines.push({ kind: '+', text: b[j++]! });
  }
  return lines;
}

/** Ranges of lines around changes, those that touch made one. */
function hunks(lines: readonly Line[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const [at, { kind }] of lines.entries()) {
    if (kind === ' ') continue;
    const [from, to] = [Math.max(0, at - CONTEXT), Math.min(lines.length, at + CONTEXT + 1)];
    const last = ranges.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

const range = (start: number, count: number): string => `${count === 0 ? start : start + 1}${count === 1 ? '' : `,${count}`}`;

/** Empty if they are the same. @param before null of a file that is new, @param after null of one that goes */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  const lines = compared(linesOf(before), linesOf(after));
  const parts = hunks(lines).map(([from, to]) => {
    const count = (until: number, other: Line['kind'], start = 0): number =>
      lines.slice(start, until).filter(({ kind }) => kind !== other).length;
    const header = `@@ -${range(count(from, '+'), count(to, '+', from))} +${range(count(from, '-'), count(to, '-', from))} @@`;
    return [header, ...lines.slice(from, to).map(({ kind, text }) => `${kind}${safeText(text)}`)].join('\n');
  });
  if (parts.length === 0) return '';
  const name = safe(path);
  return [`--- ${before === null ? '/dev/null' : name}`, `+++ ${after === null ? '/dev/null' : name}`, ...parts].join('\n');
}
