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

const here = { running: null, project: '~/work/paper', untelling: null };
const inSession = (): Promise<{ id: string }> => currentAnalysis(books, { ...here, sessionIds: [desk.session.id] });
const inProject = (): Promise<{ id: string }> => currentAnalysis(books, { ...here, sessionIds: [] });
/** Of a session that its agent doesn't tell and that was found. */
const inFound = (): Promise<{ id: string }> => currentAnalysis(books, { ...here, sessionIds: ['found'], untelling: 'gemini' });

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

  it('is the one that an agent which tells no session started there before its session could be found', async () => {
    const session = { kind: 'none', session_id: null, reason: 'session_not_found', message: '' } as const;
    await start(books, { tool: null, session: { ...session, tool: 'claude-code' } });
    await start(books, { tool: null, session: { ...session, tool: 'gemini', session_id: 'another' } });
    await expect(inFound()).rejects.toMatchObject({ code: 'NO_CURRENT_ANALYSIS' });
    const { analysis } = await start(books, { tool: null, session: { ...session, tool: 'gemini' } });
    expect((await inFound()).id).toBe(analysis.id);
    await expect(inSession()).rejects.toMatchObject({ code: 'NO_CURRENT_ANALYSIS' });
  });
});
