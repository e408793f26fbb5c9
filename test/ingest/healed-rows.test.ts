// Damaged rows of usage: a sync calls them damage or takes them back, and a rebuild heals what the logs still tell.
import { beforeEach, describe, expect, it } from 'vitest';
import { AGENT_LIST } from '../../src/capture/agents.js';
import { syncUsage } from '../../src/ingest/sync.js';
import { newReading, temporaryFolder } from '../capture/fixture.js';
import { A, ClaudeHome, line } from './claude-home.js';
import { reported, Rows } from './damage.js';
import { deskOf, HOUR, told, type Desk } from './sync-desk.js';
import { testPrices } from '../support/prices.js';

let home: ClaudeHome;
let desk: Desk;
let rows: Rows;

const ONE = 'claude:msg_ada_00000001';
const TWO = 'claude:msg_ada_00000002';

beforeEach(async () => {
  home = new ClaudeHome();
  desk = deskOf(home);
  home.append(home.log(), line(1, { output: 100 }), line(2, { output: 20 }));
  rows = new Rows(desk);
  await desk.sync();
  await rows.keep(ONE, TWO);
});

const LEDGER = { [ONE]: told(A, 100, false), [TWO]: told(A, 20, false) };
const damaged = expect.objectContaining({ code: 'STORE_DAMAGED', exitCode: 12 }) as Error;

describe('a record that is there twice', () => {
  beforeEach(() => rows.replace(TWO, rows.last(TWO), rows.last(TWO)));

  it('is damage to a report', async () => {
    await expect(reported(desk)).rejects.toThrow(damaged);
  });

  it('is damage to a sync that reads all rows', async () => {
    desk.cache = temporaryFolder();
    await expect(desk.sync()).rejects.toThrow(damaged);
  });

  it('is whole again after a rebuild', async () => {
    await desk.sync(desk.agent, true);
    expect(await reported(desk)).toEqual({ output: 120, pending: [] });
  });
});

describe('a record under another key', () => {
  beforeEach(() => rows.replace(TWO, { ...rows.last(TWO), record_key: 'claude:msg_ada_x' }));

  it('is not counted twice by a sync that reads all rows, which calls it damage or takes it back', async () => {
    desk.cache = temporaryFolder();
    await desk.sync().catch((error: unknown) => expect(error).toEqual(damaged));
    expect((await reported(desk)).output).toBe(120);
  });

  it('is not counted twice after a rebuild', async () => {
    await desk.sync(desk.agent, true);
    expect(await desk.ledger()).toEqual(LEDGER);
  });
});

describe('a record of another agent', () => {
  beforeEach(() => rows.replace(TWO, { ...rows.last(TWO), agent: 'codex' }));

  it('is damage to a report', async () => {
    await expect(reported(desk)).rejects.toThrow(damaged);
  });

  it('is whole again after a rebuild of all agents', async () => {
    desk.now += HOUR;
    await syncUsage({
      agents: AGENT_LIST,
      rootsOf: (agent) => agent.roots({ home: home.path, variables: {} }),
      reading: newReading(desk.cache),
      folder: desk.folder,
      openStore: () => desk.store,
      stored: (folder) => folder.replace('/home/ada', '~'),
      now: () => desk.now,
      rebuild: true,
      prices: testPrices,
      machine: 'm1',
      writing: () => undefined,
    });
    expect(await reported(desk)).toEqual({ output: 120, pending: [] });
    expect(await desk.ledger()).toEqual(LEDGER);
  });
});

describe('control totals without a digest', () => {
  it('get one by a rebuild', async () => {
    const [log] = [...(await desk.logs()).values()];
    const store = await desk.store;
    const totals_after = { ...log!.totals_after, digest: undefined as unknown as number };
    await store.exclusively(async () => {
      await (await store.logFiles()).append([{ ...log!, revision: log!.revision + 1, recorded_at: log!.recorded_at + 1, totals_after }]);
    });
    await desk.sync(desk.agent, true).catch(() => undefined);
    const [after] = [...(await desk.logs()).values()];
    expect(after!.totals_after.digest).toBe(log!.totals_after.digest);
  });
});
