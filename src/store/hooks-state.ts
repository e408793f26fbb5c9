// How far a store has taken in what hooks told, and which of its sessions have not ended yet: a hint beside the tables. If it is lost, all
// that is kept is looked through again, and what was stored is not stored twice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from './files.js';
import type { SpoolPosition } from './spool.js';

const FILE = 'hooks.state';

export interface HooksState {
  readonly position: SpoolPosition;
  /** Chains whose last snapshot may still be followed by usage. */
  readonly open: readonly string[];
}

export function readHooksState(folder: string): HooksState {
  try {
    const { position, open } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<HooksState>;
    const isPosition = typeof position === 'object' && Object.values(position).every((bytes) => Number.isSafeInteger(bytes));
    return { position: isPosition ? position : {}, open: Array.isArray(open) ? open.filter((id) => typeof id === 'string') : [] };
  } catch {
    return { position: {}, open: [] };
  }
}

export function writeHooksState(folder: string, state: HooksState): void {
  writeFileAtomically(join(folder, FILE), [JSON.stringify(state)], false);
}
