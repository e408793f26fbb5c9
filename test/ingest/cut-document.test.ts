// What a cut document still held: the same to a sync from a warm cache as to one that reads all.
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { makeFolderOf, temporaryFolder } from '../capture/fixture.js';
import { Desk, told } from './sync-desk.js';

const SESSION = '0ada6e00-0009-4000-8000-000000000009';

/** A chat of Gemini CLI's first form, with an answer for each output. */
const chat = (...outputs: readonly number[]): string =>
  JSON.stringify({
    sessionId: SESSION,
    messages: outputs.map((output, n) => ({
      id: `m-${n}`,
      type: 'gemini',
      timestamp: '2026-03-10T10:00:00.000Z',
      model: 'gemini-3-pro',
      tokens: { input: 0, output },
    })),
  });

let path: string;
let desk: Desk;

beforeEach(async () => {
  const home = temporaryFolder();
  path = join(home, '.gemini', 'tmp', 'paper', 'chats', 'session-2026-03-10T10-00-0ada6e00.json');
  makeFolderOf(path);
  writeFileSync(path, chat(7, 8));
  desk = new Desk(home, agentNamed('gemini'));
  await desk.sync();
  truncateSync(path, 50);
  await desk.sync();
});

const key = (n: number): string => `gemini:${SESSION}|m-${n}`;

describe('a document that was cut', () => {
  it('and is deleted then is gone', async () => {
    rmSync(path);
    expect(await desk.sync()).toMatchObject({ gone: 2 });
    expect(await desk.ledger()).toEqual({ [key(0)]: told(SESSION, 7, true), [key(1)]: told(SESSION, 8, true) });
  });

  it('and is whole again without one of its messages says that its record is gone', async () => {
    writeFileSync(path, chat(7));
    expect(await desk.sync()).toMatchObject({ gone: 1 });
    expect(await desk.ledger()).toEqual({ [key(0)]: told(SESSION, 7, false), [key(1)]: told(SESSION, 8, true) });
  });

  it('and is deleted then is the same to a sync from a warm cache and to one that reads all rows', async () => {
    rmSync(path);
    await desk.sync();
    const warm = await desk.ledger();
    desk.cache = temporaryFolder();
    await desk.sync();
    expect(warm).toEqual(await desk.ledger());
  });
});
