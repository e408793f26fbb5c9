import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import { addSource, findSource, listSources, updateSource } from '../../src/lifecycle/sources.js';
import { unknownSources } from '../../src/lifecycle/known.js';
import { Desk } from './desk.js';

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  books = await desk.books();
});

describe('a source', () => {
  it('is added with the fields that are given, the others unknown', async () => {
    expect(await addSource(books, 's1', { title: 'T', year: 1999 })).toMatchObject({
      id: 's1',
      title: 'T',
      year: 1999,
      author: null,
      revision: 1,
    });
  });

  it('is added once', async () => {
    await addSource(books, 's1', {});
    await expect(addSource(books, 's1', {})).rejects.toMatchObject({ code: 'SOURCE_EXISTS', exitCode: 6 });
  });

  it('keeps fields that are not given when it is changed', async () => {
    await addSource(books, 's1', { title: 'T', topics: ['a'] });
    await updateSource(books, 's1', { title: 'U', topics: undefined });
    expect(await findSource(books, 's1')).toMatchObject({ revision: 2, title: 'U', topics: ['a'] });
  });

  it('loses no change where two change it at the same time', async () => {
    await addSource(books, 's1', {});
    const other = await desk.books();
    await Promise.all([updateSource(books, 's1', { title: 'T' }), updateSource(other, 's1', { year: 2020 })]);
    expect(await findSource(await desk.books(), 's1')).toMatchObject({ revision: 3, title: 'T', year: 2020 });
  });

  it('is not changed where nothing is given', async () => {
    await addSource(books, 's1', {});
    await expect(updateSource(books, 's1', {})).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it.each([
    ['shown', (id: string) => findSource(books, id)],
    ['changed', (id: string) => updateSource(books, id, { title: 'x' })],
  ] as const)('that is not there can’t be %s, with exit code 4', async (_, act) => {
    await expect(act('s404')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND', exitCode: 4 });
  });

  it('is listed in the order of ids', async () => {
    for (const id of ['b', 'a', 'c']) await addSource(books, id, {});
    expect((await listSources(books)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is later than its revision before where the clock stands', async () => {
    const { recorded_at } = await addSource(books, 's1', {});
    expect((await updateSource(books, 's1', { title: 'x' })).recorded_at).toBe(recorded_at + 1);
  });

  it('is warned of by each id that is not known', async () => {
    await addSource(books, 's1', {});
    expect((await unknownSources(books, ['s1', 's2', 's3'])).map(({ id }) => id)).toEqual(['s2', 's3']);
  });
});
