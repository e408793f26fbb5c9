// The digest of a cut: SHA-256 over the SHA-256s of 256 key ranges, each over the sorted keys and classes of its counted records.
// In ranges, so that a snapshot works out anew only those that changed.
import { TOKEN_CLASSES } from '../model/tokens.js';
import { BUCKETS, sha256 } from './groups.js';
import type { Scope } from './scope.js';

/** The digest of no records. */
export const EMPTY_DIGEST = sha256('\n'.repeat(BUCKETS));

/** The digest over the records of the sessions that `isOwn` names, without those marked as copies. */
export function digestOf(scope: Scope, isOwn: (session: string) => boolean): string {
  const { digests, groups } = scope;
  for (let number = 0; number < BUCKETS; number++) {
    if (digests[number] !== undefined && !groups.changed.has(number)) continue;
    const lines = groups.sorted(number).flatMap(([key]) =>
      scope
        .counted(key)
        .filter((copy) => isOwn(copy.session) && !copy.copied)
        .map((copy) => `${key}\t${TOKEN_CLASSES.map((name) => copy.counts[name] ?? '').join('\t')}\n`),
    );
    digests[number] = lines.length === 0 ? '' : sha256(lines.join(''));
  }
  return sha256(Array.from({ length: BUCKETS }, (_, number) => `${digests[number]}\n`).join(''));
}
