// What tells this machine's logs from those of others that write to the same store: a random id in the user's state folder, since a
// laptop changes its host name. Nobody can read a name out of it.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../store/files.js';

export const MACHINE_FILE = 'machine-id';

/** The id that is kept in `folder`, made at the first time; the host's name where none can be kept. */
export function machineId(folder: string): string {
  const path = join(folder, MACHINE_FILE);
  const kept = (): string | null => {
    try {
      return readFileSync(path, 'utf8').trim() || null;
    } catch {
      return null;
    }
  };
  const known = kept();
  if (known !== null) return known;
  try {
    makeFolder(folder);
    writeFileAtomically(path, [`${randomUUID()}\n`], true);
  } catch {
    return hostname();
  }
  // Another process may have been as quick.
  return kept() ?? hostname();
}
