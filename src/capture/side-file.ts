// Small files beside the logs that tell what the logs don't: which folder a project is, which session spawned another.
import { readFileSync } from 'node:fs';
import { closeLog, openLog } from './open.js';

const MOST_BYTES = 4 * 1024 * 1024;

/** The text of a small regular file; null if it can't be read. */
export function readSideText(path: string): string | null {
  const open = openLog(path);
  if (typeof open === 'string') return null;
  try {
    return open.size > MOST_BYTES ? null : readFileSync(open.fd, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return null;
  } finally {
    closeLog(open);
  }
}

/** What a small JSON file holds; null if it can't be read or is none. */
export function readSideJson(path: string): unknown {
  const text = readSideText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
