import { beforeEach, describe, expect, it } from 'vitest';
import type { Books } from '../../src/lifecycle/books.js';
import { currentAnalysis } from '../../src/lifecycle/current.js';
import { complete, Desk, start } from './desk.js';

let desk: Desk;
let books: Books;

beforeEach(async () => {
  desk = new Desk();
  desk.answers();
  books = await desk.books();
});

const inSession = (): Promise<{ id: string }> =>
  currentAnalysis(books, { sessionIds: [desk.session.id], running: null, project: '~/work/paper' });
const inProject = (): Promise<{ id: string }> => currentAnalysis(books, { sessionIds: [], running: null, project: '~/work/paper' });

describe('the current analysis', () => {
  it('is the only started one of the session', async () => {
    const { analysis } = await start(books, { session: desk.found });
    expect((await inSession()).id).toBe(analysis.id);
  });

  it('is none with exit code 4 where none is started', async () => {
    await expect(inSession()).rejects.toMatchObject({ code: 'NO_CURRENT_ANALYSIS', exitCode: 4 });
  });

  it('is none where the only one has ended', async () => {
    const { analysis } = await start(books, { session: desk.found });
    await complete(books, analysis.id);
    await expect(inSession()).rejects.toMatchObject({ code: 'NO_CURRENT_ANALYSIS' });
  });

  it('is none of another session', async () => {
    await start(books, { session: { kind: 'none', tool: 'claude-code', session_id: 'another', reason: 'no_usage', message: '' } });
    await expect(inSession()).rejects.toMatchObject({ code: 'NO_CURRENT_ANALYSIS' });
  });

  it('is ambiguous with exit code 5 where several are started, with their ids', async () => {
    const ids = [(await start(books, { session: desk.found })).analysis.id, (await start(books, { session: desk.found })).analysis.id];
    await expect(inSession()).rejects.toMatchObject({ code: 'ANALYSIS_AMBIGUOUS', exitCode: 5, details: { ids } });
  });

  it('is that of the project where no session is known', async () => {
    const { analysis } = await start(books);
    await start(books, { project: '~/work/other' });
    expect((await inProject()).id).toBe(analysis.id);
  });
});
