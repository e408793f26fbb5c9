import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../src/checks/store.js';
import type { Finding } from '../../src/checks/finding.js';
import type { Analysis } from '../../src/model/analysis.js';
import { analysisToRow } from '../../src/store/analysis-rows.js';
import { Database } from '../../src/store/database.js';
import { rowHash } from '../../src/store/seal.js';
import { Store } from '../../src/store/store.js';
import { analysisNamed, NOON, openStore, temporaryFolder } from '../store/temporary.js';

let folder: string;

beforeEach(() => {
  folder = join(temporaryFolder(), 'store');
});

const check = (): Promise<Finding> => checkStore(folder, () => Store.openForReading({ folder }));

describe('the check of the store', () => {
  it('is a note where there is none yet, with what creates it', async () => {
    expect(await check()).toMatchObject({
      level: 'note',
      check: 'store',
      fix: expect.stringContaining('tokentrail init') as string,
      details: { code: 'STORE_MISSING' },
    });
  });

  it('is well with the number of what it holds', async () => {
    const store = await openStore(folder);
    await (await store.analysisLogs()).insert(analysisNamed('ANALYSIS-2026-001'));
    expect(await check()).toMatchObject({ level: 'ok', fix: null, details: { analyses: 1, sources: 0 } });
  });

  it('counts an analysis once, however often it was revised', async () => {
    const logs = await (await openStore(folder)).analysisLogs();
    let prev_sha256: string | null = null;
    for (const revision of [1, 2, 3]) {
      const next: Analysis = analysisNamed('ANALYSIS-2026-001', { revision, prev_sha256 });
      await logs.insert(next);
      prev_sha256 = rowHash(analysisToRow(next));
    }
    expect(await check()).toMatchObject({ level: 'ok', details: { analyses: 1, rows: 3 } });
  });

  it('is an error where a revision does not follow the one before', async () => {
    const logs = await (await openStore(folder)).analysisLogs();
    for (const revision of [1, 2]) await logs.insert(analysisNamed('ANALYSIS-2026-001', { revision }));
    expect(await check()).toMatchObject({ level: 'error', details: { code: 'STORE_DAMAGED', row_key: 'ANALYSIS-2026-001@2' } });
  });

  it('is an error with exit code 12 where a newer release wrote it', async () => {
    await openStore(folder);
    await (await (await Database.connect(folder)).open('migrations')).append([{ id: 99, name: 'far', applied_at: NOON, program: '9.0.0' }]);
    expect(await check()).toMatchObject({ level: 'error', details: { code: 'STORE_NEWER', exit: 12 } });
  });

  it('is an error where a table can’t be read', async () => {
    await (await (await openStore(folder)).analysisLogs()).insert(analysisNamed('ANALYSIS-2026-001'));
    const versions = join(folder, 'analysis_logs.lance', '_versions');
    for (const name of readdirSync(versions)) writeFileSync(join(versions, name), 'rubbish'.repeat(50));
    expect(await check()).toMatchObject({ level: 'error', details: { code: 'STORE_DAMAGED' } });
  });

  it.each([
    ['the last revision', 'revision = 2'],
    ['an earlier revision', 'revision = 1'],
  ])('is an error where %s of an analysis was changed', async (_, where) => {
    const logs = await (await openStore(folder)).analysisLogs();
    for (const revision of [1, 2]) await logs.insert(analysisNamed('ANALYSIS-2026-001', { revision }));
    await (await (await connect(folder)).openTable('analysis_logs')).update({ where, valuesSql: { notes: "'changed'" } });
    expect(await check()).toMatchObject({ level: 'error', details: { code: 'STORE_DAMAGED' } });
  });

  it('passes on what is no failure of the store', async () => {
    await expect(checkStore(folder, () => Promise.reject(new TypeError('ours')))).rejects.toThrow(TypeError);
  });
});
