// Check `store`: it can be opened, its schema is known, its rows prove themselves.
import { existsSync } from 'node:fs';
import { TokentrailError } from '../model/errors.js';
import type { Store } from '../store/store.js';
import type { Finding } from './finding.js';

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** @param open opens the store for reading. */
export async function checkStore(folder: string, open: () => Promise<Store>): Promise<Finding> {
  const base = { check: 'store', details: { store: folder } };
  try {
    const store = await open();
    const [logs, sources] = await store.guarded(() => Promise.all([store.analysisLogs(), store.sources()]));
    const [analyses, known] = await store.guarded(() => Promise.all([logs.list(), sources.list()]));
    const rows = await store.guarded(async () => (await logs.checkSeals()) + (await sources.checkSeals()));
    const details = { ...base.details, analyses: analyses.length, sources: known.length, rows };
    return {
      ...base,
      level: 'ok',
      message: `The store holds ${count(analyses.length, 'analysis', 'analyses')} and ${count(known.length, 'source', 'sources')}.`,
      fix: null,
      details,
    };
  } catch (error) {
    if (!(error instanceof TokentrailError)) throw error;
    const { code, message, suggestions, exitCode } = error;
    const level = code === 'STORE_MISSING' && !existsSync(folder) ? 'note' : 'error';
    return { ...base, level, message, fix: suggestions[0] ?? null, details: { ...base.details, code, exit: exitCode } };
  }
}
