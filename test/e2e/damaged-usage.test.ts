// The books of all sessions after somebody or something changed their rows in place, which no command of ours does: double entry finds
// it, and says what can be done.
// Every kind of damage is in test/ingest/damaged-rows.test.ts.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LogFileRow, UsageRow } from '../../src/model/usage-row.js';
import { eq } from '../../src/store/filter.js';
import { openStore } from '../store/temporary.js';
import { ClaudeSession } from '../support/claude-session.js';
import { Home, type Envelope } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

const OTHER = '5e551011-0000-4000-8000-000000000002';

let home: Home;
let session: ClaudeSession;

const daily = (): Promise<Envelope> => home.envelope('usage daily');

/** Without its cache a sync reads every log and every row. */
const forget = (): void => rmSync(join(home.path, '.cache'), { recursive: true });

const A = 'claude:msg_0000000a';
const B = 'claude:msg_0000000b';

const SUM = { records: 3, usage: { input: 33, output: 123 }, partial_records: 0, gone_records: 0 };

/** Session 1: message a (10 in, then 100 out in its second revision) and b (20 out). Session 2: c (3 out). 33 in, 123 out in all. */
beforeEach(async () => {
  home = new QuickHome();
  session = new ClaudeSession(home);
  session.answer({ id: 'msg_0000000a', input: 10, output: 4, finished: false, at: '2026-03-28T10:00:00.000Z' });
  session.answer({ id: 'msg_0000000b', input: 11, output: 20, at: '2026-03-28T11:00:00.000Z' });
  new ClaudeSession(home, OTHER).answer({ id: 'msg_0000000c', input: 12, output: 3, at: '2026-03-28T12:00:00.000Z' });
  await home.ok('usage sync');
  session.answer({ id: 'msg_0000000a', input: 10, output: 100, at: '2026-03-28T10:00:00.000Z' });
  await home.ok('usage sync');
});

/** The last revision of a record. */
async function last(key: string): Promise<UsageRow> {
  const table = await (await openStore(home.store)).usage();
  return (await table.ofKeys([key])).get(key)!;
}

/** Takes all rows of a record away and puts others there. */
async function replace(key: string, ...by: readonly UsageRow[]): Promise<void> {
  await (await (await connect(home.store)).openTable('usage')).delete(eq('record_key', key).sql);
  const store = await openStore(home.store);
  await store.exclusively(async () => (await store.usage()).append(by));
}

const DAMAGES: readonly (readonly [what: string, damage: () => Promise<void>])[] = [
  ['another input', async () => {
    const row = await last(B);
    await replace(B, { ...row, counts: { ...row.counts, input: 12 } });
  }],
  ['another time', async () => replace(B, { ...(await last(B)), at: Date.UTC(2026, 2, 29, 11) * 1000 })],
  ['another session', async () => replace(B, { ...(await last(B)), session_id: OTHER })],
  ['a record of a log that nobody knows', async () => replace(B, { ...(await last(B)), log_file_id: 'ffffffffffffffffffff' })],
  ['a record that is not there', async () => replace(A)],
]; // prettier-ignore

describe('books of all sessions', () => {
  it('are whole as a sync left them', async () => {
    expect(await daily()).toMatchObject({ ok: true, data: { total: SUM }, warnings: [] });
  });
});

describe.each(DAMAGES)('a log with %s', (_, damage) => {
  it('is exit 12 to every report and to a sync of all rows, and whole again after a rebuild', async () => {
    await damage();
    const { ok, error } = await daily();
    expect({ ok, error }).toMatchObject({ ok: false, error: { code: 'STORE_DAMAGED', exit: 12, details: { table: 'usage' } } });
    expect(error!.suggestions.join()).toContain('tokentrail usage sync --rebuild');
    expect((await home.run('usage models')).code).toBe(12);
    expect((await home.run('usage sessions')).code).toBe(12);
    forget();
    expect(await home.run('usage sync')).toMatchObject({ code: 12, stdout: '' });
    await home.ok('usage sync --rebuild');
    expect(await daily()).toMatchObject({ ok: true, data: { total: SUM }, warnings: [] });
  });
});

describe('damaged books', () => {
  it('do not matter to a report of the logs alone', async () => {
    await replace(B);
    expect(await home.envelope('usage daily --no-store')).toMatchObject({ ok: true, data: { total: SUM } });
  });

  it('can’t be written anew from a log that is gone: a rebuild is exit 12, and changes nothing', async () => {
    await replace(B);
    rmSync(session.path);
    expect(await home.envelope('usage sync --rebuild')).toMatchObject({
      ok: false,
      error: {
        code: 'STORE_DAMAGED',
        exit: 12,
        details: { logs: [{ agent: 'claude', path: relative(join(home.path, '.claude'), session.path) }] },
      },
    });
    expect((await home.run('usage daily')).code).toBe(12);
  });
});

/** What the books say of session 1's log. */
async function logOfSession(): Promise<LogFileRow> {
  const files = await (await openStore(home.store)).logFiles();
  return [...(await files.current()).values()].find(({ path }) => path.endsWith(`${session.id}.jsonl`))!;
}

async function appendLog(...logs: readonly LogFileRow[]): Promise<void> {
  const store = await openStore(home.store);
  await store.exclusively(async () => (await store.logFiles()).append(logs));
}

describe('a log whose sync was cut short', () => {
  /** As a kill leaves it: what is about to be is written down, and not that it was done. */
  beforeEach(async () => {
    const log = await logOfSession();
    await appendLog({ ...log, revision: log.revision + 1, recorded_at: log.recorded_at + 1, state: 'pending' });
    rmSync(join(home.store, 'usage.state'));
  });

  it('is a warning of a report, which names it', async () => {
    const { ok, data, warnings } = await daily();
    expect({ ok, data }).toMatchObject({ ok: true, data: { total: SUM } });
    expect(warnings).toMatchObject([
      { code: 'SYNC_CUT_SHORT', logs: [{ agent: 'claude', path: relative(join(home.path, '.claude'), session.path) }] },
    ]);
    expect(warnings[0]!.message).toContain('tokentrail usage sync');
  });

  it('is told on stderr beside the answer', async () => {
    const { code, stdout, stderr } = await home.run('usage daily');
    expect({ code, told: stderr.includes('SYNC_CUT_SHORT') || stderr.includes('cut short') }).toEqual({ code: 0, told: true });
    expect(stdout).toContain('156');
  });

  it('is done by the next sync', async () => {
    await home.ok('usage sync');
    expect(await daily()).toMatchObject({ ok: true, data: { total: SUM }, warnings: [] });
  });
});

describe('control totals of an early version, which have no digest', () => {
  beforeEach(async () => {
    const log = await logOfSession();
    const totals = { ...log.totals_after, digest: undefined as unknown as number };
    await appendLog({ ...log, revision: log.revision + 1, recorded_at: log.recorded_at + 1, totals_after: totals });
    expect((await logOfSession()).totals_after.digest).toBeNull();
  });

  it('are enough for a report', async () => {
    expect(await daily()).toMatchObject({ ok: true, data: { total: SUM }, warnings: [] });
  });

  it('still find a number that is another one', async () => {
    await replace(B);
    expect(await daily()).toMatchObject({ ok: false, error: { code: 'STORE_DAMAGED' } });
  });

  it('go on where they were with what is new, with and without a cache', async () => {
    session.answer({ id: 'msg_0000000d', input: 1, output: 1, at: '2026-03-28T13:00:00.000Z' });
    await home.ok('usage sync');
    const more = { records: 4, usage: { input: 34, output: 124 } };
    expect(await daily()).toMatchObject({ ok: true, data: { total: more } });
    forget();
    await home.ok('usage sync');
    expect(await daily()).toMatchObject({ ok: true, data: { total: more } });
  });
});
