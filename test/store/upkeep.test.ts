import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/database.js';
import type { RevisionTable } from '../../src/store/revision-table.js';
import { withFileLock } from '../../src/store/lock.js';
import type { Row } from '../../src/store/rows.js';
import { LOOK_EVERY } from '../../src/store/revision-table.js';
import { keepSmall, MAX_FRAGMENTS } from '../../src/store/upkeep.js';
import { analysisNamed, openStore, temporaryFolder } from './temporary.js';

const NOW = new Date();

let folder: string;
let table: RevisionTable;

beforeEach(async () => {
  folder = temporaryFolder();
  table = await (
    await Database.connect(folder)
  ).create('things', 'row_key', [
    ['row_key', 'utf8', false],
    ['id', 'utf8', true],
    ['revision', 'int64', true],
  ]);
});

async function fill(rows: number): Promise<void> {
  for (let i = 0; i < rows; i++) await table.append([{ row_key: `k${i}`, id: `a${i % 5}`, revision: i }]);
}

const all = async (): Promise<Row[]> => {
  const rows = await table.select(['row_key', 'id', 'revision']);
  return rows.map((row) => ({ ...row })).sort((a, b) => Number(a['revision']) - Number(b['revision']));
};

describe('upkeep', () => {
  it('merges the fragments of a table that has too many', async () => {
    await fill(MAX_FRAGMENTS + 1);
    expect(await keepSmall(folder, [table], NOW)).toEqual(['things']);
    expect(await table.fragments()).toBe(1);
  });

  it('leaves every row as it is', async () => {
    await fill(MAX_FRAGMENTS + 1);
    const before = await all();
    await keepSmall(folder, [table], NOW);
    await table.refresh();
    expect(await all()).toEqual(before);
  });

  it('leaves a table alone that has few', async () => {
    await fill(3);
    expect(await keepSmall(folder, [table], NOW)).toEqual([]);
    expect(await table.fragments()).toBe(3);
  });

  it('is left to another process that is doing it', async () => {
    await fill(MAX_FRAGMENTS + 1);
    const done = await withFileLock(join(folder, 'upkeep.lock'), true, () => keepSmall(folder, [table], NOW));
    expect(done).toEqual([]);
  });

  it('does not stop those who opened the table before', async () => {
    await fill(MAX_FRAGMENTS + 1);
    const reader = await (await Database.connect(folder)).open('things');
    await keepSmall(folder, [table], NOW);
    expect(await reader.count()).toBe(MAX_FRAGMENTS + 1);
  });

  it('does not stop a writer who opened the table before', async () => {
    await fill(MAX_FRAGMENTS + 1);
    const writer = await (await Database.connect(folder)).open('things');
    await keepSmall(folder, [table], NOW);
    expect(await writer.insertIfAbsent({ row_key: 'late', id: 'late', revision: 0 })).toBe(true);
  });

  it('keeps keys unique across merged fragments', async () => {
    await fill(MAX_FRAGMENTS + 1);
    await keepSmall(folder, [table], NOW);
    expect(await table.insertIfAbsent({ row_key: 'k7', id: 'again', revision: 0 })).toBe(false);
  });

  it('finds the last revision of an id after the merge', async () => {
    const store = await openStore(join(folder, 'store'));
    const logs = await store.analysisLogs();
    for (let revision = 1; revision <= MAX_FRAGMENTS + LOOK_EVERY; revision++) {
      await logs.insert(analysisNamed('ANALYSIS-2026-001', { revision, notes: `note ${revision}` }));
      await store.keepSmall(NOW);
    }
    await logs.refresh();
    expect(await logs.last('ANALYSIS-2026-001')).toMatchObject({ revision: MAX_FRAGMENTS + LOOK_EVERY });
  });

  it('is done in time by commands that come one after the other', async () => {
    const path = join(folder, 'store');
    let most = 0;
    for (let revision = 1; revision <= MAX_FRAGMENTS + 2 * LOOK_EVERY; revision++) {
      const store = await openStore(path);
      await (await store.analysisLogs()).insert(analysisNamed('ANALYSIS-2026-001', { revision }));
      await store.keepSmall(NOW);
      most = Math.max(most, await (await (await Database.connect(path)).open('analysis_logs')).fragments());
    }
    expect(most).toBeLessThanOrEqual(MAX_FRAGMENTS + LOOK_EVERY);
  });
});
