import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HookEvent } from '../../src/model/hook-event.js';
import { appendToSpool, pruneSpool, readSpool } from '../../src/store/spool.js';
import { temporaryFolder } from './temporary.js';

const DAY = 86_400_000;
const NOON_MS = Date.UTC(2026, 4, 4, 12);

const event = (id: string, ms: number = NOON_MS): HookEvent => ({
  ...{ id, at: ms * 1000, agent: 'claude', event: 'Stop', store: null, kind: 'turn', session_id: 's', cwd: '~/p' },
  ...{ transcript: null, transcript_bytes: null, reason: null, tool_name: null, project: null },
});

const ids = ({ events }: ReturnType<typeof readSpool>): string[] => events.map(({ id }) => id);

describe('the spool', () => {
  it('is empty where no hook was called', () => {
    expect(readSpool(join(temporaryFolder(), 'none'))).toEqual({ events: [], position: {}, damaged: 0 });
  });

  it('keeps a file for each day, and gives what came since a position', () => {
    const folder = join(temporaryFolder(), 'spool');
    appendToSpool(folder, event('a'));
    const first = readSpool(folder);
    appendToSpool(folder, event('b'));
    appendToSpool(folder, event('c', NOON_MS + DAY));
    expect(ids(first)).toEqual(['a']);
    expect(ids(readSpool(folder, first.position))).toEqual(['b', 'c']);
    expect(readdirSync(folder).sort()).toEqual(['2026-05-04.jsonl', '2026-05-05.jsonl']);
  });

  it('waits for the end of a line that is being written', () => {
    const folder = join(temporaryFolder(), 'spool');
    appendToSpool(folder, event('a'));
    const line = JSON.stringify(event('b'));
    const file = join(folder, '2026-05-04.jsonl');
    appendFileSync(file, line.slice(0, 20));
    const first = readSpool(folder);
    appendFileSync(file, `${line.slice(20)}\n`);
    expect([ids(first), ids(readSpool(folder, first.position))]).toEqual([['a'], ['b']]);
  });

  it('counts lines that are no events', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '2026-05-04.jsonl'), `\0\0\n{"id":"x"}\nnull\n${JSON.stringify(event('a'))}\n`);
    const { damaged } = readSpool(folder);
    expect([damaged, ids(readSpool(folder))]).toEqual([3, ['a']]);
  });

  it('is read from its beginning where its file is shorter than it was', () => {
    const folder = join(temporaryFolder(), 'spool');
    appendToSpool(folder, event('a'));
    appendToSpool(folder, event('b'));
    const { position } = readSpool(folder);
    rmSync(join(folder, '2026-05-04.jsonl'));
    appendToSpool(folder, event('c'));
    expect(ids(readSpool(folder, position))).toEqual(['c']);
  });

  it('loses the files of the oldest days on which hooks fired, whatever the clock says, and no other', () => {
    const folder = join(temporaryFolder(), 'spool');
    for (let day = 0; day < 64; day++) appendToSpool(folder, event(`d${day}`, NOON_MS + day * 10 * DAY));
    writeFileSync(join(folder, 'notes.txt'), '');
    pruneSpool(folder);
    expect([ids(readSpool(folder))[0], readdirSync(folder).length]).toEqual(['d2', 63]);
  });
});
