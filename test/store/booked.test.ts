import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { BOOKED_FILE, clearBooked, readBooked, restoreBooked, setBooked } from '../../src/store/booked.js';
import { temporaryFolder } from './temporary.js';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

describe('the state of the books', () => {
  it('is null where there is none', () => {
    expect(readBooked(folder)).toBeNull();
  });

  it('is null where there is no store', () => {
    expect(readBooked(join(folder, 'nowhere'))).toBeNull();
  });

  it('is what was set last', () => {
    setBooked(folder);
    const state = setBooked(folder);
    expect(readBooked(folder)).toEqual({ state, aside: [] });
  });

  it('is another one each time it is set', () => {
    expect(new Set(Array.from({ length: 20 }, () => setBooked(folder))).size).toBe(20);
  });

  it('is null from a change on, until it is set again', () => {
    const before = setBooked(folder);
    clearBooked(folder);
    const during = readBooked(folder);
    const after = setBooked(folder);
    expect([during, readBooked(folder)?.state === after, after === before]).toEqual([null, true, false]);
  });

  it('can be cleared where there is none', () => {
    clearBooked(folder);
    expect(readBooked(folder)).toBeNull();
  });

  it.each(['', '\n', '  \n'])('is null where its file holds %j, as a crash may leave it', (text) => {
    writeFileSync(join(folder, BOOKED_FILE), text);
    expect(readBooked(folder)).toBeNull();
  });

  it('is null where a folder lies in its place', () => {
    mkdirSync(join(folder, BOOKED_FILE));
    expect(readBooked(folder)).toBeNull();
  });

  it('keeps what was written since, whatever its keys are, until it is set again', () => {
    const state = setBooked(folder);
    const aside = ['claude:msg_1', 'codex:a\nb"'];
    restoreBooked(folder, { state, aside: [...aside, 'claude:msg_1'] });
    const kept = readBooked(folder);
    setBooked(folder);
    expect([kept, readBooked(folder)?.aside]).toEqual([{ state, aside }, []]);
  });

  it('is not known any more where that is too much to tell', () => {
    restoreBooked(folder, { state: setBooked(folder), aside: Array.from({ length: 20_001 }, (_, n) => `claude:${n}`) });
    expect(readBooked(folder)).toBeNull();
  });

  it('lies in one file, which only this user reads', () => {
    setBooked(folder);
    setBooked(folder);
    expect([readdirSync(folder), statSync(join(folder, BOOKED_FILE)).mode & 0o777]).toEqual([[BOOKED_FILE], 0o600]);
  });
});
