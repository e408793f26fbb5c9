// Which analyses may still be waited for: a hint beside the tables, so that no command looks through all of them. If it is lost,
// `analysis settle --all` finds them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from './files.js';

const FILE = 'unsettled.state';

export function readUnsettled(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, FILE), 'utf8')
      .split('\n')
      .filter((id) => id !== '');
  } catch {
    return [];
  }
}

/** The caller holds the lock. */
export function writeUnsettled(folder: string, ids: readonly string[]): void {
  writeFileAtomically(
    join(folder, FILE),
    [...new Set(ids)].map((id) => `${id}\n`),
    false,
  );
}
