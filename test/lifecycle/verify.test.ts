import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachSession } from '../../src/lifecycle/attach.js';
import type { Books } from '../../src/lifecycle/books.js';
import { verifyAll } from '../../src/lifecycle/verify.js';
import { complete, Desk, start } from './desk.js';

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
