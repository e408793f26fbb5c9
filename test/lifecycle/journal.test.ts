// The journal of an analysis: a chain of entries that only grows, each about an attempt, whoever writes at the same time.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import { allJournals, journalOf, recordEntries, type EntryInput } from '../../src/lifecycle/journal.js';
import type { Stage } from '../../src/model/analysis.js';
import type { JournalEntry } from '../../src/model/journal.js';
import { prove } from '../../src/store/prove.js';
import { Store } from '../../src/store/store.js';
import { NOON, temporaryFolder } from '../store/temporary.js';
import { complete, Desk, mark, SECOND, start } from './desk.js';

let desk: Desk;
let books: Books;
let id: string;

beforeEach(async () => {
  desk = new Desk();
  books = await desk.books();
  id = (await start(books)).analysis.id;
});

const note = (message: string, over: Partial<EntryInput> = {}): EntryInput => ({ entry: 'note', message, ...over });

const record = async (...inputs: EntryInput[]): Promise<readonly JournalEntry[]> =>
  (await recordEntries(books, id, 'analysis note', inputs)).entries;

const messages = (entries: readonly JournalEntry[]): (string | null)[] => entries.map(({ message }) => message);

describe('entries', () => {
  it('follow one another, each bound to the one before', async () => {
    await record(note('one'));
    await record(note('two'), note('three'));
    const entries = await journalOf(books, id);
    expect(messages(entries)).toEqual(['one', 'two', 'three']);
    expect(entries.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(entries.map(({ prev_sha256 }) => prev_sha256)).toEqual([null, entries[0]!.row_sha256, entries[1]!.row_sha256]);
    expect(await prove(books.store)).toMatchObject({ journal: 3 });
  });

  it('are recorded at times that differ, also by a clock that stands still', async () => {
    await record(note('one'), note('two'));
    await record(note('three'));
    expect((await journalOf(books, id)).map(({ recorded_at }) => recorded_at)).toEqual([NOON, NOON + 1, NOON + 2]);
  });

  it('were made when they say so, and are recorded now', async () => {
    await record(note('now'), note('before', { at: NOON - SECOND }), note('nobody knows', { at: null }));
    expect((await journalOf(books, id)).map(({ at }) => at)).toEqual([NOON, NOON - SECOND, null]);
  });

  it('are those of their analysis alone', async () => {
    const other = (await start(books)).analysis.id;
    await record(note('mine'));
    await recordEntries(books, other, 'analysis note', [note('its')]);
    expect(messages(await journalOf(books, other))).toEqual(['its']);
    expect([...(await allJournals(books))].map(([of, entries]) => [of, messages(entries)])).toEqual([
      [id, ['mine']],
      [other, ['its']],
    ]);
  });

  it('may follow the end of the analysis, and change no revision of it', async () => {
    const { revision } = (await complete(books, id)).analysis;
    await record(note('late'));
    expect(messages(await journalOf(books, id))).toEqual(['late']);
    expect((await books.analysis(id)).revision).toBe(revision);
  });

  it('of an analysis that is not there are refused', async () => {
    await expect(recordEntries(books, 'ANALYSIS-2026-999', 'analysis note', [note('x')])).rejects.toMatchObject({
      code: 'ANALYSIS_NOT_FOUND',
    });
    expect(await allJournals(books)).toEqual(new Map());
  });
});

describe('what was recorded by a time', () => {
  beforeEach(async () => {
    await record(note('one', { at: NOON + 99 * SECOND }));
    desk.pass(10);
    await record(note('two', { at: NOON - 99 * SECOND }));
  });

  it.each([
    ['before the first', -1, []],
    ['at the first', 0, ['one']],
    ['between them', 9, ['one']],
    ['at the last', 10, ['one', 'two']],
  ])('is told as of then, whatever time an entry is about: %s', async (_, seconds, expected) => {
    const at = NOON + seconds * SECOND;
    expect(messages(await journalOf(books, id, at))).toEqual(expected);
    expect(messages((await allJournals(books, at)).get(id) ?? [])).toEqual(expected);
  });
});

describe('the attempt that an entry is about', () => {
  type Closed = Stage['status'] | 'done, refused' | 'done, approved';

  async function close(how: Closed): Promise<void> {
    const [status, decided] = how.split(', ') as [Stage['status'], string?];
    await mark(books, id, 'coding', { status });
    if (decided !== undefined) await record({ entry: 'checkpoint', decision: decided === 'refused' ? 'reject' : 'approve' });
  }

  it.each<[closed: Closed[], finding: number, checkpoint: number]>([
    [[], 1, 1],
    [['done'], 1, 1],
    [['done, approved'], 1, 1],
    [['failed'], 2, 1],
    [['revised'], 2, 1],
    [['done, refused'], 2, 1],
    [['failed', 'done'], 2, 2],
    [['done, refused', 'done'], 2, 2],
    [['done, refused', 'failed'], 3, 2],
    [['done', 'done, refused'], 3, 2],
  ])('after %j is, for a finding, %i, and for a decision %i', async (closed, finding, checkpoint) => {
    for (const how of closed) await close(how);
    const [found] = await record({ entry: 'finding', severity: 'info', message: 'x', stage: 'coding' });
    const [decided] = await record({ entry: 'checkpoint', decision: 'approve', stage: 'coding' });
    expect([found!.attempt, decided!.attempt]).toEqual([finding, checkpoint]);
  });

  it('is the next one after a refusal in the same list of entries', async () => {
    await mark(books, id, 'coding');
    const refused: EntryInput = { entry: 'checkpoint', decision: 'revise', stage: 'coding' };
    const about = await record(note('a', { stage: 'coding' }), refused, note('b', { stage: 'coding' }));
    expect(about.map(({ attempt }) => attempt)).toEqual([1, 1, 2]);
  });

  it('is what it says, if it says one', async () => {
    await mark(books, id, 'coding');
    expect(await record(note('x', { stage: 'coding', attempt: 7 }))).toMatchObject([{ attempt: 7 }]);
  });

  it('is that of the last stage for a decision that names none, and none for all else', async () => {
    await mark(books, id, 'coding');
    await mark(books, id, 'review');
    expect(await record({ entry: 'checkpoint', decision: 'approve' }, note('x'))).toMatchObject([
      { stage: 'review', attempt: 1 },
      { stage: null, attempt: null },
    ]);
  });

  it('is none for a decision before any stage', async () => {
    expect(await record({ entry: 'checkpoint', decision: 'approve' })).toMatchObject([{ stage: null, attempt: null }]);
  });
});

describe('two writers at once', () => {
  it('lose no entry, and leave one chain', async () => {
    const other = await desk.books();
    const all = Array.from({ length: 20 }, (_, i) => `entry ${i}`);
    await Promise.all(all.map((message, i) => recordEntries(i % 2 === 0 ? books : other, id, 'analysis note', [note(message)])));
    const entries = await journalOf(await desk.books(), id);
    expect(messages(entries).sort()).toEqual([...all].sort());
    expect(entries.map(({ revision }) => revision)).toEqual(all.map((_, i) => i + 1));
    const seen = await desk.books();
    expect(await prove(seen.store)).toMatchObject({ journal: 20 });
  });

  it('keep those together that came together', async () => {
    const other = await desk.books();
    const of = (name: string): EntryInput[] => Array.from({ length: 5 }, (_, i) => note(`${name}${i}`));
    await Promise.all([
      recordEntries(books, id, 'analysis note', of('a')),
      recordEntries(other, id, 'analysis note', of('b')),
      recordEntries(books, id, 'analysis note', of('c')),
    ]);
    const names = messages(await journalOf(await desk.books(), id)).map((message) => message![0]);
    expect([0, 5, 10].map((from) => new Set(names.slice(from, from + 5)).size)).toEqual([1, 1, 1]);
    expect(names).toHaveLength(15);
  });
});

it('a store of a version that had no journals has no entries', async () => {
  const folder = temporaryFolder();
  execFileSync('tar', ['-xzf', join(import.meta.dirname, '../fixtures/stores/schema-4.tar.gz'), '-C', folder]);
  const older = desk.booksOf(await Store.openForReading({ folder }));
  expect(await older.store.journal()).toBe(null);
  expect(await journalOf(older, 'ANALYSIS-2026-001')).toEqual([]);
  expect(await allJournals(older)).toEqual(new Map());
  expect(await prove(older.store)).toMatchObject({ journal: 0 });
});
