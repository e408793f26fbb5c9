// Whether the books of all sessions are what a reading left: a name in a file of its own, told without opening the store.
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncPath, writeFileAtomically } from './files.js';

export const BOOKED_FILE = 'usage.state';

/** The state of the books, which is another one after every change; null if there are none, or if a change was cut short. */
export function readBooked(folder: string): string | null {
  try {
    return readFileSync(join(folder, BOOKED_FILE), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Before a change: from here until `setBooked` the state is not known. */
export function clearBooked(folder: string): void {
  rmSync(join(folder, BOOKED_FILE), { force: true });
  syncPath(folder);
}

/** After a change that made of the books what the reading of that state makes of them, too. */
export function restoreBooked(folder: string, state: string): void {
  writeFileAtomically(join(folder, BOOKED_FILE), [`${state}\n`], true);
}

/** After a change. @returns the new state. */
export function setBooked(folder: string): string {
  const state = randomUUID();
  restoreBooked(folder, state);
  return state;
}
