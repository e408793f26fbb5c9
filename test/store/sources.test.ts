import { beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../src/model/source.js';
import { rowHash } from '../../src/store/seal.js';
import { sourceToRow } from '../../src/store/source-rows.js';
import type { Sources } from '../../src/store/sources.js';
import { NOON, openStore, temporaryFolder } from './temporary.js';

const FULL: Source = {
  id: 's1',
  revision: 1,
  recorded_at: NOON,
  recorded_by: 'source add',
  prev_sha256: null,
  row_sha256: null,
  type: 'paper',
  title: 'On “Tokens”',
  author: ['A. Author', 'B. Author'],
  year: 1999,
  url: 'https://example.org/?a=b&c',
  doi: '10.1/x',
  accessed: '2026-05-04',
  last_checked: null,
  reliability: 0.1,
  bias_notes: '',
  claims_extracted: [],
  analysis_file: '~/a.md',
  topics: ['t'],
  domains: null,
  status: 'read',
  unknown_columns: {},
};

let sources: Sources;

beforeEach(async () => {
  sources = await (await openStore(temporaryFolder())).sources();
});

describe('a source in the books', () => {
  it('comes back with everything that was recorded', async () => {
    await sources.insert(FULL);
    expect(await sources.last('s1')).toEqual({ ...FULL, row_sha256: rowHash(sourceToRow(FULL)) });
  });

  it.each([0, 1, 0.1, 1 / 3, 1e-7, 0.30000000000000004])(
    'keeps the reliability %f to the last digit, so that its seal holds',
    async (reliability) => {
      await sources.insert({ ...FULL, reliability });
      expect(await sources.last('s1')).toMatchObject({ reliability });
    },
  );

  it('is in the state of its last revision', async () => {
    await sources.insert(FULL);
    await sources.insert({ ...FULL, revision: 2, title: 'Later' });
    expect(await sources.last('s1')).toMatchObject({ revision: 2, title: 'Later' });
  });

  it('takes a revision once', async () => {
    expect([await sources.insert(FULL), await sources.insert(FULL)]).toEqual([true, false]);
  });

  it('is listed once, in its last state', async () => {
    await sources.insert(FULL);
    await sources.insert({ ...FULL, revision: 2, title: 'Later' });
    await sources.insert({ ...FULL, id: 's2' });
    expect((await sources.list()).map(({ id, title }) => `${id} ${title}`).sort()).toEqual(['s1 Later', 's2 On “Tokens”']);
  });

  it('is null where there is none', async () => {
    expect(await sources.last('s1')).toBeNull();
  });
});
