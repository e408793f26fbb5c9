import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_RECORDS, type LogFileRow } from '../../src/model/usage-row.js';
import type { LogFiles } from '../../src/store/log-files.js';
import type { Store } from '../../src/store/store.js';
import { NOON, openStore, temporaryFolder } from './temporary.js';

let folder: string;
let store: Store;
let files: LogFiles;

beforeEach(async () => {
  folder = join(temporaryFolder(), 'store');
  store = await openStore(folder);
  files = await store.logFiles();
});

const log = (id: string, over: Partial<LogFileRow> = {}): LogFileRow => ({
  log_file_id: id,
  revision: 1,
  recorded_at: NOON,
  state: 'done',
  agent: 'claude',
  session_id: 's1',
  path: `projects/p/${id}.jsonl`,
  origin: 'here',
  kind: 'append',
  size: 100,
  written_at: NOON,
  read_to: 100,
  head_sha256: 'aa',
  prefix_sha256: 'bb',
  reader_version: 1,
  about: { sessions: [], skipped: {} },
  totals_before: NO_RECORDS,
  totals_after: { ...NO_RECORDS, records: 1, output: 10 },
  gone_at: null,
  ...over,
});

const append = (...rows: readonly LogFileRow[]): Promise<void> => store.exclusively(() => files.append(rows));

describe('what is known of the logs', () => {
  it('is given as it was appended, also to another process', async () => {
    const whole = log('a', {
      size: 5_000_000_000,
      read_to: 5_000_000_000,
      about: {
        sessions: [
          {
            session_id: 's1',
            root: 's0',
            parent: 's0',
            forked_from: ['s2', 's3'],
            flags: ['invalid_count'],
            uncounted: 'no_token_counts',
            turns: 3,
            last_at: NOON,
          },
          { session_id: null, root: null, parent: null, forked_from: [], flags: [], uncounted: null, turns: null, last_at: null },
        ],
        skipped: { bad_json: 2 },
      },
      totals_before: { ...NO_RECORDS, records: 2, input: 5_000_000_000 },
      totals_after: { ...NO_RECORDS, records: 3, cache_read: Number.MAX_SAFE_INTEGER },
      gone_at: NOON + 1,
    });
    await append(whole);
    expect(await (await (await openStore(folder)).logFiles()).current()).toEqual(new Map([['a', whole]]));
  });

  it('keeps what is unknown as null', async () => {
    const unknown = log('b', { session_id: null, prefix_sha256: null, gone_at: null, kind: 'rows' });
    await append(log('a', { gone_at: NOON }), unknown, log('c', { gone_at: NOON }));
    expect((await files.current()).get('b')).toEqual(unknown);
  });

  it('keeps what a log says of itself, whatever its characters are', async () => {
    const about = { sessions: [], skipped: { 'it\'s "odd"\\ \u2028💶': 1 } };
    await append(log('a', { path: "projects/it's/ä b.jsonl", about }));
    expect((await files.current()).get('a')).toMatchObject({ path: "projects/it's/ä b.jsonl", about });
  });

  it('is nothing in a new store', async () => {
    expect((await files.current()).size).toBe(0);
  });

  it('is what another process appended, after a refresh', async () => {
    const other = await (await openStore(folder)).logFiles();
    await append(log('a'));
    await other.refresh();
    expect([...(await other.current()).keys()]).toEqual(['a']);
  });
});

describe('what holds of a log now', () => {
  it('is its last revision, in whichever order they came', async () => {
    await append(log('a', { revision: 2, size: 2 }), log('a', { revision: 10, size: 10 }), log('a', { revision: 9, size: 9 }));
    expect((await files.current()).get('a')?.size).toBe(10);
  });

  it('is its last revision over several commits, and each log has its own', async () => {
    await append(log('a', { state: 'pending' }), log('b'));
    await append(log('a', { revision: 2, state: 'done' }));
    await append(log('b', { revision: 2, state: 'pending' }));
    expect([...(await files.current()).values()].map(({ log_file_id, revision, state }) => [log_file_id, revision, state]).sort()).toEqual([
      ['a', 2, 'done'],
      ['b', 2, 'pending'],
    ]);
  });

  it('is pending after a sync that was cut short', async () => {
    await append(log('a'));
    await append(log('a', { revision: 2, state: 'pending' }));
    expect((await files.current()).get('a')?.state).toBe('pending');
  });

  it('is nothing new after nothing was appended', async () => {
    await append(log('a'));
    await append();
    expect([...(await files.current()).keys()]).toEqual(['a']);
  });
});
