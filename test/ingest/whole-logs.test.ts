// Documents and databases are read as a whole or not at all: one that makes no sense at the moment says nothing of what it held.
import { readFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { readLog } from '../../src/ingest/read-log.js';
import { collector, copyOfHome, fixtures, logsOfHome, makeFolderOf, temporaryFolder } from '../capture/fixture.js';
import { Desk, told } from './sync-desk.js';

const SESSION = 'T-0ada0009-a000-4000-8000-000000000009';
const amp = agentNamed('amp');

/** A thread with an answer for each output. */
const thread = (...outputs: readonly number[]): string =>
  JSON.stringify({
    id: SESSION,
    created: 1_770_300_000_000,
    messages: outputs.map((output, messageId) => ({
      role: 'assistant',
      messageId,
      usage: { model: 'claude-sonnet-4-5', inputTokens: 0, outputTokens: output, timestamp: '2026-02-05T14:00:00.000Z' },
    })),
  });

let home: string;
let path: string;
let desk: Desk;

/** So long ago that nobody would wait for a whole document. */
const age = (): void => utimesSync(path, 1_770_300_000, 1_770_300_000);

beforeEach(async () => {
  home = temporaryFolder();
  path = join(home, '.local', 'share', 'amp', 'threads', `${SESSION}.json`);
  makeFolderOf(path);
  writeFileSync(path, thread(7, 8));
  desk = new Desk(home, amp);
  await desk.sync();
});

const key = (n: number): string => `amp:${SESSION}|message:${n}`;
const both = { [key(0)]: told(SESSION, 7, false), [key(1)]: told(SESSION, 8, false) };

describe('a document that is cut between two syncs', () => {
  it.each([
    ['in half', () => truncateSync(path, Math.floor(thread(7, 8).length / 2)), 'bad_json'],
    ['to nothing', () => truncateSync(path, 0), 'empty'],
    ['by its last byte', () => truncateSync(path, thread(7, 8).length - 1), 'bad_json'],
    ['and filled with zeros', () => writeFileSync(path, Buffer.alloc(500)), 'bad_json'],
  ])('%s: its records stay counted, and are not of a log that is gone', async (_, cut, reason) => {
    cut();
    age();
    expect(await desk.sync()).toMatchObject({ gone: 0, changed: 0, superseded: 0, skipped: [{ reason, count: 1 }] });
    expect(await desk.ledger()).toEqual(both);
    expect((await desk.logs()).get(`threads/${SESSION}.json`)).toMatchObject({ gone_at: null });
  });

  it('keeps them also in a sync without a cache, and in a rebuild', async () => {
    truncateSync(path, 50);
    age();
    desk.cache = temporaryFolder();
    expect(await desk.sync()).toMatchObject({ gone: 0, changed: 0, added: 0 });
    expect(await desk.sync(amp, true)).toMatchObject({ gone: 0, changed: 0, added: 0 });
    expect(await desk.ledger()).toEqual(both);
  });

  it('goes on where it was once it is whole again, with what was added and changed', async () => {
    truncateSync(path, 50);
    await desk.sync();
    writeFileSync(path, thread(7, 9, 10));
    expect(await desk.sync()).toMatchObject({ added: 1, changed: 1, gone: 0, skipped: [] });
    expect(await desk.ledger()).toEqual({
      [key(0)]: told(SESSION, 7, false),
      [key(1)]: told(SESSION, 9, false),
      [key(2)]: told(SESSION, 10, false),
    });
  });

  it('that is whole again without a message says that its record is gone', async () => {
    truncateSync(path, 50);
    await desk.sync();
    writeFileSync(path, thread(7));
    expect(await desk.sync()).toMatchObject({ gone: 1 });
    expect(await desk.ledger()).toEqual({ [key(0)]: told(SESSION, 7, false), [key(1)]: told(SESSION, 8, true) });
  });

  it('does not come to life again by a sync of nothing new', async () => {
    truncateSync(path, 50);
    age();
    await desk.sync();
    expect(await desk.sync()).toMatchObject({ gone: 0, changed: 0 });
    expect(await desk.ledger()).toEqual(both);
  });
});

describe('a database that is cut between two syncs', () => {
  it('keeps its records counted, and goes on once it is whole again', async () => {
    const fixture = fixtures().find(({ name }) => name === 'opencode/database')!;
    const own = copyOfHome(fixture);
    const opencode = new Desk(own, fixture.agent);
    await opencode.sync();
    const before = await opencode.ledger();
    const [database] = (await logsOfHome(fixture.agent, own)).filter((log) => log.endsWith('.db'));
    const bytes = readFileSync(database!);
    truncateSync(database!, 5000);
    expect(await opencode.sync()).toMatchObject({ gone: 0, changed: 0, skipped: [{ reason: 'bad_database', count: 1 }] });
    expect(await opencode.ledger()).toEqual(before);
    writeFileSync(database!, bytes);
    expect(await opencode.sync()).toMatchObject({ added: 0, gone: 0, changed: 0, skipped: [] });
    expect(await opencode.ledger()).toEqual(before);
  });
});

// What is soon is told by the clock of the machine, so a busy one is given another chance.
describe('a document that is being written', { retry: 3 }, () => {
  const log = () => ({ agent: 'amp' as const, root: join(home, '.local', 'share', 'amp'), name: `threads/${SESSION}.json`, kind: 'document' as const }); // prettier-ignore

  async function readWhile(change: () => void, after = 20) {
    const sink = collector();
    const reading = readLog(log(), amp.reader, null, sink, () => undefined);
    const timer = setTimeout(change, after);
    const read = await reading;
    clearTimeout(timer);
    return { sink, entry: read.kind === 'read' ? read.entry : null };
  }

  it('is read once it is whole, if that is soon', async () => {
    truncateSync(path, 50);
    const { sink, entry } = await readWhile(() => writeFileSync(path, thread(7, 8, 9)));
    expect(sink.records.map(({ counts }) => counts.output)).toEqual([7, 8, 9]);
    expect([sink.skipped, entry?.whole, entry?.skipped]).toEqual([[], true, {}]);
  });

  it('is looked at again by the next reading, since it is not what it was when it was opened', async () => {
    truncateSync(path, 50);
    const { entry } = await readWhile(() => writeFileSync(path, thread(7, 8, 9)));
    const again = await readLog(log(), amp.reader, entry, collector(), () => undefined);
    expect(again).toMatchObject({ kind: 'read', entry: { whole: true, records: 3 } });
    expect(again.kind === 'read' && (await readLog(log(), amp.reader, again.entry, collector(), () => undefined)).kind).toBe('same');
  });

  it('is not waited for where it was written long ago', async () => {
    truncateSync(path, 50);
    age();
    const { sink, entry } = await readWhile(() => writeFileSync(path, thread(7)), 100);
    expect([sink.records, sink.skipped, entry?.whole]).toEqual([[], ['bad_json'], false]);
  });

  it('is given up for this time where another file takes its place, which the next reading finds', async () => {
    truncateSync(path, 50);
    const { sink, entry } = await readWhile(() => {
      writeFileSync(`${path}.new`, thread(7));
      renameSync(`${path}.new`, path);
    });
    expect([sink.records, entry?.whole]).toEqual([[], false]);
    const next = collector();
    expect(await readLog(log(), amp.reader, entry, next, () => undefined)).toMatchObject({ kind: 'read', entry: { whole: true } });
    expect(next.records).toHaveLength(1);
  });
});
