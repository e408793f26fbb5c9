// Revisions as a chain: they have the numbers from 1 on, and each tells the hash of the one before.
import { TokentrailError } from '../model/errors.js';
import { RESTORE } from './damage.js';
import type { Row, Value } from './rows.js';

/** What ties a revision to the one before. */
export interface Link {
  readonly revision: number;
  readonly own: Value;
  readonly before: Value;
}

export const linkOf = (row: Row): Link => ({
  revision: Number(row['revision']),
  own: row['row_sha256'] ?? null,
  before: row['prev_sha256'] ?? null,
});

export const damagedRow = (table: string, rowKey: string, details: Readonly<Record<string, unknown>>): TokentrailError =>
  new TokentrailError('STORE_DAMAGED', `Row "${rowKey}" of table "${table}" is missing or is not what was stored.`, {
    suggestions: RESTORE,
    details: { table, row_key: rowKey, ...details },
  });

/** @param links of all revisions of `id`, in any order. @throws STORE_DAMAGED */
export function requireChain(table: string, id: string, links: readonly Link[]): void {
  [...links]
    .sort((a, b) => a.revision - b.revision)
    .forEach(({ revision, before }, i, sorted) => {
      const expected = i === 0 ? null : sorted[i - 1]!.own;
      if (revision !== i + 1 || before !== expected) {
        throw damagedRow(table, `${id}@${i + 1}`, { revision, prev_sha256: before, expected });
      }
    });
}
