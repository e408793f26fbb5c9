// Whether the books of all sessions are what a reading left: a name in a file of its own, told without opening the store. Below it
// stand the records that were written since and that the reading may not have seen.
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncPath, writeFileAtomically } from './files.js';

export const BOOKED_FILE = 'usage.state';

/** What the books are. */
export interface Booked {
  /** Another one after every sync that changed something. */
  readonly state: string;
  /** Records that were written beside the syncs since, as `agent:key` by their logs' keys: the next one looks at them, too. */
  readonly aside: readonly string[];
}

/** More than so many are not worth telling apart: the next sync looks at everything. */
const MOST_ASIDE = 20_000;

/** Null if there are no books, or if a change was cut short. */
export function readBooked(folder: string): Booked | null {
  try {
    const [state, ...aside] = readFileSync(join(folder, BOOKED_FILE), 'utf8').trim().split('\n');
    return state === undefined || state === '' ? null : { state, aside: aside.map((line) => JSON.parse(line) as string) };
  } catch {
    return null;
  }
}

/** Before a change: from here until `setBooked` the state is not known. */
export function clearBooked(folder: string): void {
  rmSync(join(folder, BOOKED_FILE), { force: true });
  syncPath(folder);
}

/** After a change beside the syncs, that made of the books what the reading of that state makes of them if the logs stay as they are. */
export function restoreBooked(folder: string, { state, aside }: Booked): void {
  const lines = [...new Set(aside)].map((key) => `${JSON.stringify(key)}\n`);
  if (lines.length <= MOST_ASIDE) writeFileAtomically(join(folder, BOOKED_FILE), [`${state}\n`, ...lines], true);
  else clearBooked(folder);
}

/** After a change. @returns the new state. */
export function setBooked(folder: string): string {
  const state = randomUUID();
  restoreBooked(folder, { state, aside: [] });
  return state;
}
