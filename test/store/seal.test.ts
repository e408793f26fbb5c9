import { createHash } from 'node:crypto';
import { connect } from '@lancedb/lancedb';
import { beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN } from '../../src/model/tokens.js';
import type { ErrorCode } from '../../src/model/errors.js';
import { analysisLogs } from '../../src/schema/index.js';
import { analysisToRow } from '../../src/store/analysis-rows.js';
import type { Row, Value } from '../../src/store/rows.js';
import { canonicalRow, checkSeal, rowHash } from '../../src/store/seal.js';
import { analysisNamed, openStore, temporaryFolder } from './temporary.js';

const ID = 'ANALYSIS-2026-001';
const damaged = { code: 'STORE_DAMAGED' satisfies ErrorCode, exitCode: 12 };

/** Another value of the same type. */
function other(value: Value, type: string): Value {
  if (type === 'list<utf8>') return value === null ? ['x'] : [...(value as string[]), 'x'];
  if (type === 'int64' || type === 'timestamp' || type === 'float64') return Number(value ?? 0) + 1;
  return `${String(value ?? '')}x`;
}

const ROW = analysisToRow(analysisNamed(ID, { counts: { ...UNKNOWN, output: 5 }, cost_pico_usd: 12n, tags: ['a=b'] }));

describe('the seal of a row', () => {
  it('is v1 and the SHA-256 of its canonical JSON: sorted keys, whole numbers as text, no nulls', () => {
    const row: Row = {
      row_key: 'A@1',
      revision: 1,
      id: 'A',
      notes: 'é"',
      tags: ['b', 'a'],
      pass: null,
      cost_pico_usd: 2n ** 60n,
      recorded_at: 1_777_888_800_000_000,
    };
    const text =
      '{"cost_pico_usd":"1152921504606846976","id":"A","notes":"é\\"","recorded_at":"1777888800000000","revision":"1","row_key":"A@1","tags":["b","a"]}';
    expect(rowHash(row)).toBe(`v1:${createHash('sha256').update(text).digest('hex')}`);
  });

  it('writes a float as a JSON number, as RFC 8785 does', () => {
    expect(canonicalRow({ id: 's1', reliability: 0.75 })).toBe('{"id":"s1","reliability":0.75}');
  });

  it('does not depend on the order of the columns', () => {
    expect(rowHash(Object.fromEntries(Object.entries(ROW).reverse()))).toBe(rowHash(ROW));
  });

  it('is the same after a column was added that is null', () => {
    expect(rowHash({ ...ROW, added_later: null })).toBe(rowHash(ROW));
  });

  it('is another one if a column of a newer release holds something', () => {
    expect(rowHash({ ...ROW, added_later: 'x' })).not.toBe(rowHash(ROW));
  });

  it('leaves cost_usd out, which is a float for others', () => {
    expect(rowHash({ ...ROW, cost_usd: 99 })).toBe(rowHash(ROW));
  });

  it('tells an empty list from none', () => {
    expect(rowHash({ ...ROW, tags: [] })).not.toBe(rowHash({ ...ROW, tags: null }));
  });

  it('tells an empty text from none', () => {
    expect(rowHash({ ...ROW, notes: '' })).not.toBe(rowHash({ ...ROW, notes: null }));
  });

  it.each(
    analysisLogs.columns.filter(({ name }) => name !== 'cost_usd' && name !== 'row_sha256').map(({ name, type }) => [name, type] as const),
  )('breaks when %s is changed', (name, type) => {
    expect(() => checkSeal({ ...ROW, [name]: other(ROW[name] ?? null, type) }, 'analysis_logs')).toThrow(expect.objectContaining(damaged));
  });

  it('holds for the row that it was made for', () => {
    expect(() => checkSeal(ROW, 'analysis_logs')).not.toThrow();
  });

  it('may be missing from a row that a migration made', () => {
    expect(() => checkSeal({ ...ROW, recorded_by: 'migration', row_sha256: null }, 'analysis_logs')).not.toThrow();
  });

  it('may not be missing from any other row', () => {
    expect(() => checkSeal({ ...ROW, row_sha256: null }, 'analysis_logs')).toThrow(expect.objectContaining(damaged));
  });

  it('may not be wrong in a row that a migration made', () => {
    expect(() => checkSeal({ ...ROW, recorded_by: 'migration' }, 'analysis_logs')).toThrow(expect.objectContaining(damaged));
  });
});

describe('a row that was changed in the store', () => {
  let folder: string;

  beforeEach(async () => {
    folder = temporaryFolder();
    const logs = await (await openStore(folder)).analysisLogs();
    await logs.insert(analysisNamed(ID, { notes: 'true', tokens_check: 610 }));
  });

  const change = async (values: Record<string, string>): Promise<void> => {
    const table = await (await connect(folder)).openTable('analysis_logs');
    await table.update({ valuesSql: values });
  };
  const read = async (): Promise<unknown> => (await (await openStore(folder)).analysisLogs()).last(ID);

  it('is damage with exit code 12 when it is read', async () => {
    await change({ tokens_check: '611' });
    await expect(read()).rejects.toMatchObject(damaged);
  });

  it('is named in the error', async () => {
    await change({ notes: "'false'" });
    await expect(read()).rejects.toMatchObject({ details: { table: 'analysis_logs', row_key: `${ID}@1` } });
  });

  it('is read as before if only cost_usd was changed', async () => {
    await change({ cost_usd: '1.5' });
    expect(await read()).toMatchObject({ id: ID, notes: 'true' });
  });

  it('is damage if its seal was taken off', async () => {
    await change({ row_sha256: 'NULL' });
    await expect(read()).rejects.toMatchObject(damaged);
  });
});

describe('a text that is not well-formed Unicode', () => {
  it.each(['notes', 'model', 'source_id', 'git_branch'] as const)('does not damage the row that holds it in %s', async (column) => {
    const logs = await (await openStore(temporaryFolder())).analysisLogs();
    await logs.insert(analysisNamed(ID, { [column]: 'half \ud83d emoji' }));
    await logs.refresh();
    expect(await logs.last(ID)).toMatchObject({ id: ID });
  });
});
