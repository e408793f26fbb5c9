// Keeps the tables small, after the answer was printed. History lives in revisions, so merging fragments and dropping old
// versions of the files loses nothing.
import { join } from 'node:path';
import type { RevisionTable } from './revision-table.js';
import { withFileLock } from './lock.js';

/** A read's cost is fragments × columns; at this many it is time to merge them. */
export const MAX_FRAGMENTS = 32;

/** Readers may still be using files of versions younger than this. */
export const GRACE_MS = 24 * 60 * 60 * 1000;

/**
 * Merges the fragments of tables that have too many of them. One process at a time does it, others go on; a refusal because
 * someone wrote in between is no error, the next command tries again.
 *
 * @returns the names of the tables that were merged.
 */
export async function keepSmall(folder: string, tables: readonly RevisionTable[], now: Date, grace: number = GRACE_MS): Promise<string[]> {
  const done: string[] = [];
  await withFileLock(join(folder, 'upkeep.lock'), false, async () => {
    for (const table of tables) {
      try {
        await table.refresh();
        if ((await table.fragments()) <= MAX_FRAGMENTS) continue;
        await table.optimize(new Date(now.getTime() - grace));
        done.push(table.name);
      } catch {
        // Upkeep never fails a command whose answer was given; what is wrong with the table shows in its next reading.
      }
    }
  });
  return done;
}
