import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import type { Analysis } from '../../src/model/analysis.js';
import { TokentrailError } from '../../src/model/errors.js';
import { UNKNOWN } from '../../src/model/tokens.js';
import { analysisNamed, NOON } from '../store/temporary.js';
import { complete, Desk, mark, SECOND, start } from './desk.js';

type Change = (current: Analysis) => Promise<Analysis>;

const unchanged: Change = (current) => Promise.resolve(current);
const sets =
  (change: Partial<Analysis>): Change =>
  (current) =>
    Promise.resolve({ ...current, ...change });

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  desk.answers({ input: 0, output: 1_000 });
  books = await desk.books();
});

const open = async (over: Parameters<typeof start>[1] = {}): Promise<Analysis> => (await start(books, over)).analysis;
const last = async (id: string): Promise<Analysis> => {
  const logs = await (await desk.books()).logs();
  return (await logs.last(id))!;
};

describe('a revision', () => {
  it('follows the one before, by number and by hash', async () => {
    const { id } = await open();
    const first = await last(id);
    await books.revise(id, 'test', sets({ notes: 'x' }));
    expect(await last(id)).toMatchObject({ revision: 2, prev_sha256: first.row_sha256, notes: 'x', recorded_by: 'test' });
  });

  it('is later than the one before by a microsecond where the clock stands', async () => {
    const { id } = await open();
    await books.revise(id, 'test', unchanged);
    expect((await last(id)).recorded_at).toBe(NOON + 1);
  });

  it('is later than the one before also where the clock was set back', async () => {
    const { id } = await open();
    desk.pass(-3_600);
    await books.revise(id, 'test', unchanged);
    expect((await last(id)).recorded_at).toBe(NOON + 1);
  });

  it('does not repeat the reason of the one before', async () => {
    const { id } = await open();
    await books.revise(id, 'test', sets({ reason: 'a trial' }));
    await books.revise(id, 'test', unchanged);
    expect((await books.history(id)).map(({ reason }) => reason)).toEqual([null, 'a trial', null]);
  });

  it('can’t change what the books set themselves', async () => {
    const { id } = await open();
    await books.revise(id, 'test', sets({ id: 'ANALYSIS-2026-777', revision: 99, recorded_at: 5, recorded_by: 'me', prev_sha256: 'v1:0' }));
    expect(await last(id)).toMatchObject({ id, revision: 2, recorded_by: 'test' });
  });

  it('is not made where the decision fails', async () => {
    const { id } = await open();
    await expect(books.revise(id, 'test', () => Promise.reject(new TokentrailError('WRONG_STATE', 'No.')))).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    expect(await last(id)).toMatchObject({ revision: 1 });
  });

  it('leaves the store free where the decision fails', async () => {
    const { id } = await open();
    await books.revise(id, 'test', () => Promise.reject(new TokentrailError('WRONG_STATE', 'No.'))).catch(() => undefined);
    await books.revise(id, 'test', unchanged);
    expect(await last(id)).toMatchObject({ revision: 2 });
  });

  it('is refused for an analysis that is not there', async () => {
    await expect(books.revise('ANALYSIS-2026-404', 'test', unchanged)).rejects.toMatchObject({ code: 'ANALYSIS_NOT_FOUND', exitCode: 4 });
  });

  it('is refused for the row of a key', async () => {
    await open({ idempotencyKey: 'k' });
    await expect(books.revise('key:k', 'test', unchanged)).rejects.toMatchObject({ code: 'ANALYSIS_NOT_FOUND' });
  });

  it('is refused on a row that was changed behind our back', async () => {
    const { id } = await open();
    const logs = await books.logs();
    await logs.insert({ ...analysisNamed(id, { revision: 2 }), recorded_by: 'x' });
    const { connect } = await import('@lancedb/lancedb');
    await (await (await connect(desk.home.store)).openTable('analysis_logs')).update({ valuesSql: { notes: "'changed'" } });
    await expect((await desk.books()).revise(id, 'test', unchanged)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });
});

describe('two who change one analysis at the same time', () => {
  it('both have their change in the end', async () => {
    const { id } = await open();
    const other = await desk.books();
    await Promise.all([books.revise(id, 'one', sets({ notes: 'one' })), other.revise(id, 'two', sets({ task: 'two' }))]);
    expect(await last(id)).toMatchObject({ revision: 3, notes: 'one', task: 'two' });
  });

  it('both have their change although one decided on what the other changed', async () => {
    const { id } = await open();
    const other = await desk.books();
    const add = (tag: string) => (current: Analysis) => Promise.resolve({ ...current, tags: [...(current.tags ?? []), tag] });
    await Promise.all([1, 2, 3, 4].flatMap((n) => [books.revise(id, 'a', add(`a=${n}`)), other.revise(id, 'b', add(`b=${n}`))]));
    const { tags, revision } = await last(id);
    expect([revision, [...tags!].sort()]).toEqual([9, ['a=1', 'a=2', 'a=3', 'a=4', 'b=1', 'b=2', 'b=3', 'b=4']]);
  });

  it('decide again where someone was first in spite of the lock', async () => {
    const { id } = await open();
    const other = await (await desk.books()).logs();
    let decided = 0;
    await books.revise(id, 'slow', async (current) => {
      if (decided++ === 0)
        await other.insert({
          ...current,
          revision: 2,
          recorded_at: NOON + 5,
          recorded_by: 'quick',
          notes: 'quick',
          prev_sha256: current.row_sha256,
        });
      return { ...current, task: 'slow' };
    });
    expect([decided, await last(id)]).toMatchObject([2, { revision: 3, notes: 'quick', task: 'slow' }]);
  });

  it('get a chain of hashes without a gap', async () => {
    const { id } = await open();
    const other = await desk.books();
    await Promise.all([books.revise(id, 'one', unchanged), other.revise(id, 'two', unchanged)]);
    const { Database } = await import('../../src/store/database.js');
    const rows = await (await (await Database.connect(desk.home.store)).open('analysis_logs')).history(id);
    expect(rows.map(({ prev_sha256 }) => prev_sha256)).toEqual([null, rows[0]!['row_sha256'], rows[1]!['row_sha256']]);
  });

  it('mark stages that add up to what was spent', async () => {
    const { id } = await open({ session: desk.found });
    const other = await desk.books();
    desk.pass(10).answers({ input: 0, output: 70 });
    await Promise.all([mark(books, id, 'one'), mark(other, id, 'two')]);
    const { stages } = await last(id);
    expect([stages.length, stages.reduce((n, { usage }) => n + usage!.counts.output!, 0)]).toEqual([2, 70]);
  });

  it('can’t both complete it', async () => {
    const { id } = await open();
    const other = await desk.books();
    const ends = await Promise.allSettled([complete(books, id), complete(other, id)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a new analysis', () => {
  it('has the next number of the year', async () => {
    expect([(await open()).id, (await open()).id]).toEqual(['ANALYSIS-2026-001', 'ANALYSIS-2026-002']);
  });

  it('begins with 001 in a new year', async () => {
    await open();
    desk.now = Date.UTC(2027, 0, 1) * 1000;
    expect((await open()).id).toBe('ANALYSIS-2027-001');
  });

  it('has the UTC year of its first microsecond', async () => {
    desk.now = Date.UTC(2027, 0, 1) * 1000 - 1;
    expect((await open()).id).toBe('ANALYSIS-2026-001');
  });

  it('goes on past 999', async () => {
    await (await books.logs()).insert(analysisNamed('ANALYSIS-2026-999'));
    expect((await open()).id).toBe('ANALYSIS-2026-1000');
  });

  it('has a number of its own, also when several are opened at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => desk.books()));
    const opened = await Promise.all([...all, ...all].map((own) => start(own, {})));
    expect(new Set(opened.map(({ analysis }) => analysis.id)).size).toBe(6);
  });

  it('has another number where someone took it in spite of the lock', async () => {
    const other = await (await desk.books()).logs();
    let decided = 0;
    const draft = analysisNamed('');
    const made = await books.create('test', null, async (id) => {
      if (decided++ === 0) await other.insert(analysisNamed(id, { notes: 'quick' }));
      return { ...draft, id, counts: UNKNOWN };
    });
    expect([made.id, decided]).toEqual(['ANALYSIS-2026-002', 2]);
  });

  it('is the same one for the same key, also when it is asked for by several at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => desk.books()));
    const opened = await Promise.all(all.map((own) => start(own, { idempotencyKey: 'run-7' })));
    expect(new Set(opened.map(({ analysis }) => analysis.id)).size).toBe(1);
  });

  it('takes the number that its key was bound to before a kill', async () => {
    await (await books.logs()).insertKey('run-7', 'ANALYSIS-2026-001', NOON, 'analysis start');
    expect([(await open()).id, (await open({ idempotencyKey: 'run-7' })).id]).toEqual(['ANALYSIS-2026-002', 'ANALYSIS-2026-001']);
  });

  it('leaves no number free for others that a key was bound to', async () => {
    await (await books.logs()).insertKey('run-7', 'ANALYSIS-2026-001', NOON, 'analysis start');
    expect((await open()).id).toBe('ANALYSIS-2026-002');
  });

  it('is not recorded where the decision fails', async () => {
    await books.create('test', null, () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(await (await books.logs()).list()).toEqual([]);
  });

  it('is recorded at the time of the clock', async () => {
    desk.now = NOON + 7 * SECOND;
    expect((await open()).created_at).toBe(NOON + 7 * SECOND);
  });
});
