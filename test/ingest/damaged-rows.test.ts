// Rows of `usage` that something changed in place, which no command of ours does: double entry finds it, and a rebuild writes anew
// what the logs still say. The same with the built command is in test/e2e/damaged-usage.test.ts.
import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Counts } from '../../src/model/tokens.js';
import type { UsageRow } from '../../src/model/usage-row.js';
import { temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line } from './claude-home.js';
import { deskOf, told, type Desk } from './sync-desk.js';
import { reported, Rows } from './damage.js';

let home: ClaudeHome;
let desk: Desk;
let rows: Rows;

const ONE = 'claude:msg_ada_00000001';
const TWO = 'claude:msg_ada_00000002';
const THREE = 'claude:msg_ada_00000003';

/** Session A: message 1, of 4 and in its second revision of 100 tokens, and message 2 of 20. Session B: message 3 of 3. */
beforeEach(async () => {
  home = new ClaudeHome();
  desk = deskOf(home);
  home.append(home.log(), line(1, { output: 4, finished: false }), line(2, { output: 20, at: '2026-03-09T09:05:00.000Z' }));
  home.append(home.log(B), line(3, { output: 3, session: B }));
  rows = new Rows(desk);
  await desk.sync();
  await rows.keep(ONE);
  home.append(home.log(), line(1, { output: 100 }));
  await desk.sync();
  await rows.keep(ONE, TWO, THREE);
});

const LEDGER = { [ONE]: told(A, 100, false), [TWO]: told(A, 20, false), [THREE]: told(B, 3, false) };

/** Another value in message 2, or in its counts. */
const two = (over: Partial<UsageRow>) => () => rows.replace(TWO, { ...rows.last(TWO), ...over });
const counts = (over: Partial<Counts>) => () => rows.replace(TWO, { ...rows.last(TWO), counts: { ...rows.last(TWO).counts, ...over } });

const DAMAGES: readonly (readonly [what: string, damage: () => Promise<void>])[] = [
  ['another input', counts({ input: 1 })],
  ['one bit more of its output', counts({ output: 20 + 2 ** 40 })],
  ['an output that is unknown', counts({ output: null })],
  ['a reasoning that was unknown', counts({ reasoning: 0 })],
  ['tokens of one class in another', counts({ output: 0, cache_read: 20 })],
  ['the outputs of two records exchanged', async () => {
    await rows.replace(ONE, rows.first(ONE), { ...rows.last(ONE), counts: rows.last(TWO).counts });
    await counts(rows.last(ONE).counts)();
  }],
  ['another time', () => two({ at: rows.last(TWO).at! + 1 })()],
  ['a time that is unknown', two({ at: null })],
  ['another model', two({ model: 'claude-haiku-4-5' })],
  ['a model that is unknown', two({ model: null })],
  ['another session', two({ session_id: B })],
  ['another session at the top', two({ parent_session_id: B })],
  ['another project', two({ project: '~/elsewhere' })],
  ['another number of calls', two({ calls: 2 })],
  ['a sub-agent’s mark', two({ is_subagent: true })],
  ['a lower bound', two({ completeness: 'partial' })],
  ['a mark that its bytes are gone', two({ source_gone: true })],
  ['a record that does not count', two({ counted: false })],
  ['an earlier revision that is the last one', () => rows.replace(ONE, { ...rows.first(ONE), revision: 3 }, rows.last(ONE))],
  ['two first revisions', () => rows.replace(ONE, rows.first(ONE), { ...rows.last(ONE), revision: 1 })],
  ['a last revision under another key', () => rows.replace(ONE, rows.first(ONE), { ...rows.last(ONE), record_key: 'claude:msg_ada_x' })],
  ['a record of another log', () => two({ log_file_id: rows.last(THREE).log_file_id })()],
  ['a record of a log that nobody knows', two({ log_file_id: 'ffffffffffffffffffff' })],
  ['a record that is not there', () => rows.replace(TWO)],
  ['a last revision that is not there', () => rows.replace(ONE, rows.first(ONE))],
  ['no record at all', async () => {
    await rows.replace(ONE);
    await rows.replace(TWO);
  }],
]; // prettier-ignore

const damaged = expect.objectContaining({ code: 'STORE_DAMAGED', exitCode: 12 }) as Error;

describe('books that nobody changed', () => {
  it('have the sums that were stored', async () => {
    expect(await reported(desk)).toEqual({ output: 123, pending: [] });
    expect(await desk.ledger()).toEqual(LEDGER);
  });

  it('are told to be whole also where only what no report tells is another value', async () => {
    await two({ git_branch: 'other', first_pos: 1 })();
    expect(await reported(desk)).toEqual({ output: 123, pending: [] });
  });
});

describe.each(DAMAGES)('a log with %s', (_, damage) => {
  beforeEach(damage);

  it('is damage to a report, and to a sync that reads all rows, which changes nothing', async () => {
    await expect(reported(desk)).rejects.toThrow(damaged);
    desk.cache = temporaryFolder();
    await expect(desk.sync()).rejects.toThrow(damaged);
    await expect(desk.sync()).rejects.toThrow(damaged);
  });

  it('is whole again after a rebuild, once and for all', async () => {
    await desk.sync(desk.agent, true);
    expect(await desk.ledger()).toEqual(LEDGER);
    expect(await reported(desk)).toEqual({ output: 123, pending: [] });
    desk.cache = temporaryFolder();
    expect(await desk.sync()).toMatchObject({ added: 0, changed: 0, gone: 0, superseded: 0 });
    expect(await reported(desk)).toEqual({ output: 123, pending: [] });
  });
});

describe('a damaged log that is gone', () => {
  it('can’t be written anew: a rebuild refuses, and names it', async () => {
    rmSync(home.log());
    await desk.sync();
    await rows.replace(TWO);
    await expect(desk.sync(desk.agent, true)).rejects.toThrow(damaged);
    await expect(desk.sync(desk.agent, true)).rejects.toThrow(`${A}.jsonl`);
    await expect(reported(desk)).rejects.toThrow(damaged);
  });

  it('is refused also if it was deleted after the last sync', async () => {
    await rows.replace(TWO);
    rmSync(home.log());
    await expect(desk.sync(desk.agent, true)).rejects.toThrow(damaged);
  });

  it('does not keep a rebuild from healing another one, once it is back', async () => {
    await rows.replace(TWO);
    const lines = [line(1, { output: 100 }), line(2, { output: 20 })];
    rmSync(home.log());
    await expect(desk.sync(desk.agent, true)).rejects.toThrow(damaged);
    home.append(home.log(), ...lines);
    await desk.sync(desk.agent, true);
    expect(await desk.ledger()).toEqual(LEDGER);
  });
});
