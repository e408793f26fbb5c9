// Checks `store` and `usage`: the store can be opened, its schema is known, its rows prove themselves, and its sums agree.
import { existsSync } from 'node:fs';
import { TokentrailError } from '../model/errors.js';
import type { Store } from '../store/store.js';
import { count, type Finding } from './finding.js';

/** @param open opens the store for reading. */
export async function checkStore(folder: string, open: () => Promise<Store>): Promise<Finding> {
  const base = { check: 'store', details: { store: folder } };
  try {
    const store = await open();
    const [logs, sources] = await store.guarded(() => Promise.all([store.analysisLogs(), store.sources()]));
    const [analyses, known] = await store.guarded(() => Promise.all([logs.list(), sources.list()]));
    const rows = await store.guarded(async () => {
      const others = [await store.journal(), await store.snapshots()];
      let proved = (await logs.prove()) + (await sources.prove());
      for (const chains of others) proved += (await chains?.prove()) ?? 0;
      return proved;
    });
    const details = { ...base.details, analyses: analyses.length, sources: known.length, rows };
    return {
      ...base,
      level: 'ok',
      message: `The store holds ${count(analyses.length, 'analysis', 'analyses')} and ${count(known.length, 'source', 'sources')}.`,
      fix: null,
      details,
    };
  } catch (error) {
    const found = failure(error);
    const isNew = found.details['code'] === 'STORE_MISSING' && !existsSync(folder);
    return { ...base, ...found, level: isNew ? 'note' : 'error', details: { ...base.details, ...found.details } };
  }
}

/** What an error of the store says, as a finding; anything else is thrown. */
function failure(error: unknown): Pick<Finding, 'message' | 'fix' | 'details'> {
  if (!(error instanceof TokentrailError)) throw error;
  const { code, message, suggestions, details, exitCode } = error;
  return { message, fix: suggestions.join(' ') || null, details: { ...details, code, exit: exitCode } };
}

/**
 * Check `usage`: the records of each log are those that were stored, by their control totals. Null where the store can't be opened or
 * has no books of all sessions yet, which other checks tell.
 */
export async function checkUsage(folder: string, open: () => Promise<Store>): Promise<Finding | null> {
  const base = { check: 'usage', details: { store: folder } };
  let store: Store;
  try {
    store = await open();
  } catch (error) {
    failure(error);
    return null;
  }
  try {
    await store.requireUsage();
    const { records, logs, pending } = await store.guarded(async () => {
      const known = await (await store.logFiles()).current();
      let records = 0;
      const pending = await (
        await store.usage()
      ).eachPoint(known, () => {
        records++;
      });
      return { records, logs: known.size, pending: pending.length };
    });
    const details = { ...base.details, records, logs, pending };
    const held = `${count(records, 'usage record', 'usage records')} of ${count(logs, 'log', 'logs')}`;
    if (pending === 0) return { ...base, level: 'ok', message: `The books hold ${held}, and their sums agree.`, fix: null, details };
    const message = `The books hold ${held}; a sync of ${count(pending, 'log', 'logs')} was cut short.`;
    return { ...base, level: 'warning', message, fix: 'Run `tokentrail usage sync`.', details };
  } catch (error) {
    const found = failure(error);
    if (found.details['code'] === 'STORE_MISSING') return null;
    return { ...base, ...found, level: 'error', details: { ...base.details, ...found.details } };
  }
}
