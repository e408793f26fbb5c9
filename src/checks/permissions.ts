// Check `permissions`: nobody else can read or change the store.
import { statSync } from 'node:fs';
import type { Finding } from './finding.js';

const OTHERS = 0o077;

/** Null if the folder doesn't exist. */
export function checkPermissions(folder: string): Finding | null {
  if (process.platform === 'win32') return null;
  let mode: number;
  let owner: number;
  try {
    ({ mode, uid: owner } = statSync(folder));
  } catch {
    return null;
  }
  const base = { check: 'permissions', details: { folder, mode: (mode & 0o777).toString(8).padStart(4, '0'), owner } };
  const self = process.getuid?.() ?? owner;
  if (owner !== self && self !== 0) {
    return {
      ...base,
      level: 'warning',
      message: `The store belongs to another user (${owner}).`,
      fix: 'Name a store of your own with --store.',
    };
  }
  if ((mode & OTHERS) !== 0) {
    return {
      ...base,
      level: 'warning',
      message: 'Other users of this machine can reach into the store.',
      fix: `Run: chmod -R go= "${folder}"`,
    };
  }
  return { ...base, level: 'ok', message: 'Only you can read the store.', fix: null };
}
