// The digest of a cut: SHA-256 over the SHA-256s of 256 key ranges, each over the sorted keys and classes of its counted records.
// In ranges, so that a snapshot works out anew only those that changed.
import { TOKEN_CLASSES } from '../model/tokens.js';
import { bucketOf, BUCKETS, sha256, type Copy } from './groups.js';
import type { Scope } from './scope.js';

/** The digest of no records. */
export const EMPTY_DIGEST = sha256('\n'.repeat(BUCKETS));

const lineOf = ({ key, counts }: Copy): string => `${key}\t${TOKEN_CLASSES.map((name) => counts[name] ?? '').join('\t')}\n`;

const digestOfRanges = (ranges: readonly string[]): string => sha256(ranges.map((range) => `${range}\n`).join(''));

/** The digest over records that are at hand, without those marked as copies. */
export function digestOfRecords(records: readonly Copy[]): string {
  const ranges = Array.from({ length: BUCKETS }, (): Copy[] => []);
  for (const copy of records) if (!copy.copied) ranges[bucketOf(copy.key)]!.push(copy);
  const sorted = ranges.map((copies) => copies.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))));
  return digestOfRanges(sorted.map((copies) => (copies.length === 0 ? '' : sha256(copies.map(lineOf).join('')))));
}

/** The digest over the records of the sessions that `isOwn` names, without those marked as copies. */
export function digestOf(scope: Scope, isOwn: (session: string) => boolean): string {
  const { digests, groups } = scope;
  for (let number = 0; number < BUCKETS; number++) {
    if (digests[number] !== undefined && !groups.changed.has(number)) continue;
    const lines = groups.sorted(number).flatMap(([key]) =>
      scope
        .counted(key)
        .filter((copy) => isOwn(copy.session) && !copy.copied)
        .map(lineOf),
    );
    digests[number] = lines.length === 0 ? '' : sha256(lines.join(''));
  }
  return digestOfRanges(Array.from({ length: BUCKETS }, (_, number) => digests[number]!));
}
