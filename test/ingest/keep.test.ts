// The records of one session, kept beside a sync: what is written leaves the books balanced, also after a kill.
import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { SyncParts } from '../../src/ingest/agent-work.js';
import { keepSession } from '../../src/ingest/keep.js';
import { SessionReading } from '../../src/ingest/session.js';
import { readBooked } from '../../src/store/booked.js';
import { Usage } from '../../src/store/usage.js';
import { newReading } from '../capture/fixture.js';
import { A, ClaudeHome, line } from './claude-home.js';
import { deskOf, HOUR, told, type Desk } from './sync-desk.js';
import { testPrices } from '../support/prices.js';

/** Keeps what the session's logs tell. */
async function keep(desk: Desk, home: ClaudeHome): Promise<void> {
  const target = { agent: home.agent, session_id: A, path: null };
  const parts: SyncParts = {
    agents: [home.agent],
    rootsOf: () => home.roots,
    reading: newReading(desk.cache),
    folder: desk.folder,
    openStore: () => desk.store,
    stored: (folder) => folder.replace('/home/ada', '~'),
    now: () => desk.now + HOUR,
    rebuild: false,
    prices: testPrices,
    machine: 'm1',
    writing: () => undefined,
  };
  await keepSession(await desk.store, await SessionReading.open(target, { roots: home.roots }, parts.reading), parts);
}

describe('records of a session that are kept', () => {
  it.each([0, 1])('balance after a kill between the totals and the records, with %i more records', async (more) => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    home.append(home.log(), line(2, { output: 8 }));
    const append = vi.spyOn(Usage.prototype, 'append').mockRejectedValueOnce(new Error('killed'));
    await expect(keep(desk, home)).rejects.toThrow('killed');
    append.mockRestore();
    for (let n = 0; n < more; n++) home.append(home.log(), line(3 + n, { output: 9 }));
    await keep(desk, home);
    await desk.expectBalanced();
    await desk.sync();
    expect(Object.values(await desk.ledger())).toEqual([7, 8, 9].slice(0, 2 + more).map((output) => told(A, output, false)));
  });

  it.each(['deleted', 'written anew'])('are gone for the next sync if their log was %s before it', async (how) => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    home.append(home.log(), line(2, { output: 8 }));
    await keep(desk, home);
    if (how === 'deleted') rmSync(home.log());
    else writeFileSync(home.log(), '');
    expect(await desk.sync()).toMatchObject({ gone: 2 });
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, true), told(A, 8, true)]);
  });

  it('are looked at by one sync', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    home.append(home.log(), line(2, { output: 8 }));
    await keep(desk, home);
    await desk.sync();
    expect(readBooked(desk.folder)?.aside).toEqual([]);
  });

  it('balance where a record moves to another log of the session', async () => {
    const home = new ClaudeHome();
    home.append(home.subagent('one'), line(1, { output: 7, subagent: true, finished: false }));
    const desk = deskOf(home);
    await desk.sync();
    home.append(home.log(), line(1, { output: 8 }));
    await keep(desk, home);
    await desk.expectBalanced();
    await desk.sync();
    expect(await desk.sync()).toMatchObject({ added: 0, changed: 0 });
  });
});
