import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachSession } from '../../src/lifecycle/attach.js';
import type { Books } from '../../src/lifecycle/books.js';
import { verifyAll } from '../../src/lifecycle/verify.js';
import { complete, Desk, mark, start } from './desk.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => rmSync(desk.home.path, { recursive: true, force: true }));

/** Books of their own, as another command has them. */
const books = async (): Promise<Books> => desk.booksOf(await desk.openStore());

describe('an analysis whose log was written anew before it was counted, and is gone now', () => {
  it('is not held against what the books kept of the log before', async () => {
    const { id } = (await start(await books())).analysis;
    const other = (await start(await books(), { session: desk.found })).analysis;
    desk.pass(1).answers({ output: 6 }).pass(1);
    await complete(await books(), id);
    await complete(await books(), other.id);
    writeFileSync(desk.session.path, '');
    desk.pass(1).answers({ output: 22 });
    const attached = await attachSession(await books(), { id, target: desk.target, foundBy: 'flag', from: null, to: null });
    rmSync(desk.session.path);
    expect(await verifyAll(await books(), [attached], () => undefined)).toMatchObject([{ result: 'gone', differences: [] }]);
  });
});

describe('an analysis whose log is gone', () => {
  it('is not held against what the books kept of a log before its own, of as many records', async () => {
    const { id } = (await start(await books(), { session: desk.found })).analysis;
    const other = (await start(await books(), { session: desk.found })).analysis;
    desk.pass(1).answers({ output: 20 }).pass(1);
    await complete(await books(), other.id);
    writeFileSync(desk.session.path, '');
    desk.pass(1).answers({ output: 15 }).pass(1);
    const { analysis } = await mark(await books(), id, 's');
    expect(analysis.sessions[0]?.final?.usage.counts.output).toBe(15);
    rmSync(desk.session.path);
    expect(await verifyAll(await books(), [analysis], () => undefined)).toMatchObject([{ result: 'gone', differences: [] }]);
  });

  it('differs where the records are those that were counted, and the sum is another', async () => {
    const { id } = (await start(await books(), { session: desk.found })).analysis;
    desk.pass(1).answers({ output: 6 }).pass(1).answers({ output: 7 }).pass(1);
    const { analysis } = await complete(await books(), id);
    rmSync(desk.session.path);
    expect(await verifyAll(await books(), [analysis], () => undefined)).toMatchObject([{ result: 'verified', from: 'books' }]);
    const [part] = analysis.sessions;
    const { final } = part!;
    const wrong = { ...final!, usage: { ...final!.usage, counts: { ...final!.usage.counts, output: 14 } } };
    const forged = { ...analysis, sessions: [{ ...part!, final: wrong }] };
    expect(await verifyAll(await books(), [forged], () => undefined)).toMatchObject([
      { result: 'differs', differences: [{ of: 'total', class: 'output', stored: 14, recomputed: 13 }] },
    ]);
  });
});
