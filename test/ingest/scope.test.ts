import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../src/ingest/scope.js';
import { readSessions } from '../../src/ingest/sessions.js';
import { allTold, filesIn, newReading, temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line } from './claude-home.js';

let home: ClaudeHome;
let cache: string;
let reading: ReturnType<typeof newReading>;

beforeEach(() => {
  home = new ClaudeHome();
  cache = temporaryFolder();
  reading = newReading(cache);
});

const cursors = (): string[] => filesIn(cache).map((name) => join(cache, name));

/** What the warm cache gives is what a cold reading gives. */
async function expectAsCold(): Promise<void> {
  const warm = allTold(await home.read(reading));
  expect(warm).toEqual(allTold(await home.read()));
}

describe('a log that grows', () => {
  it('adds what came', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await home.read(reading);
    home.append(home.log(), line(2, { output: 5 }));
    expect(await home.outputs(reading)).toEqual({ [A]: 15 });
  });

  it('replaces the numbers of a response that went on', async () => {
    home.append(home.log(), line(1, { output: 1, finished: false }));
    await home.read(reading);
    home.append(home.log(), line(1, { output: 90 }));
    expect(await home.outputs(reading)).toEqual({ [A]: 90 });
  });

  it('reads a line once it is whole', async () => {
    const text = line(2, { output: 5 });
    home.append(home.log(), line(1, { output: 10 }), Buffer.from(text.slice(0, 40)));
    expect(await home.outputs(reading)).toEqual({ [A]: 10 });
    home.append(home.log(), text.slice(40));
    expect(await home.outputs(reading)).toEqual({ [A]: 15 });
  });

  it('counts a last line without a newline once', async () => {
    home.append(home.log(), Buffer.from(line(1, { output: 10 })));
    expect(await home.outputs(reading)).toEqual({ [A]: 10 });
    home.append(home.log(), '', line(2, { output: 5 }));
    expect(await home.outputs(reading)).toEqual({ [A]: 15 });
  });

  it('gives a response to its original when that log appears later', async () => {
    home.append(home.log(B), line(1, { output: 10, session: B, copiedFrom: A }), line(2, { output: 3, session: B }));
    expect(await home.outputs(reading)).toEqual({ [B]: 13 });
    home.append(home.log(A), line(1, { output: 10 }));
    expect(await home.outputs(reading)).toEqual({ [A]: 10, [B]: 3 });
  });

  it('is as a cold reading after any number of steps, replaced and removed logs included', async () => {
    const step = fc.record({
      session: fc.constantFrom(A, B),
      n: fc.nat({ max: 4 }),
      output: fc.nat({ max: 9 }),
      what: fc.constantFrom('append', 'append', 'append', 'copy', 'replace', 'remove', 'truncate', 'read'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        home = new ClaudeHome();
        reading = newReading();
        for (const { session, n, output, what } of steps) {
          const other = session === A ? B : A;
          const log = home.log(session);
          const at = `2026-03-09T09:00:0${n}.000Z`;
          if (what === 'append') home.append(log, line(n, { output, session, at, finished: output > 4 }));
          else if (what === 'copy') home.append(log, line(n, { output, session, at, copiedFrom: other }));
          else if (what === 'replace') home.replace(log, line(n, { output, session, at }));
          else if (what === 'remove') rmSync(log, { force: true });
          else if (what === 'truncate' && filesIn(home.path).some((name) => log.endsWith(name))) truncateSync(log, 300);
          await expectAsCold();
        }
      }),
      { seed: 11, numRuns: 25 },
    );
  });

  it('of many blocks is as a cold reading', async () => {
    for (let n = 0; n < 6; n++) {
      home.append(home.log(), line(n, { output: n, pad: 150_000 }));
      await expectAsCold();
    }
  });
});

describe('a log that is not what it was', () => {
  beforeEach(async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 20 }), line(3, { output: 30 }));
    await home.read(reading);
  });

  it('is read anew when it was truncated', async () => {
    truncateSync(home.log(), line(1, { output: 10 }).length + 1);
    expect(await home.outputs(reading)).toEqual({ [A]: 10 });
  });

  it('has nothing when it was emptied', async () => {
    truncateSync(home.log(), 0);
    expect(await home.outputs(reading)).toEqual({ [A]: 0 });
  });

  it('is read anew when it was replaced by a longer one', async () => {
    home.replace(home.log(), ...[4, 5, 6, 7].map((n) => line(n, { output: 100 })));
    expect(await home.outputs(reading)).toEqual({ [A]: 400 });
  });

  it('is read anew when it was rewritten in its middle with the same length', async () => {
    home.replace(home.log(), line(1, { output: 10 }), line(2, { output: 99 }), line(3, { output: 30 }));
    utimesSync(home.log(), 1_700_000_000, 1_700_000_000);
    expect(await home.outputs(reading)).toEqual({ [A]: 139 });
  });

  it('is read anew when its end was rewritten and it went on', async () => {
    home.replace(home.log(), line(1, { output: 10 }), line(2, { output: 20 }), line(3, { output: 77 }), line(4, { output: 1 }));
    expect(await home.outputs(reading)).toEqual({ [A]: 108 });
  });

  it('is the same when another file with the same bytes took its place', async () => {
    copyFileSync(home.log(), `${home.log()}.new`);
    renameSync(`${home.log()}.new`, home.log());
    expect(await home.outputs(reading)).toEqual({ [A]: 60 });
  });

  it('is gone when it vanished', async () => {
    rmSync(home.log());
    expect(await home.outputs(reading)).toEqual({});
  });

  it('gives its records back to the copies when it vanished', async () => {
    home.append(home.log(B), line(1, { output: 10, session: B, copiedFrom: A }));
    expect(await home.outputs(reading)).toEqual({ [A]: 60, [B]: 0 });
    rmSync(home.log());
    expect(await home.outputs(reading)).toEqual({ [B]: 10 });
  });

  it('is gone and told as unread when a link took its place', async () => {
    renameSync(home.log(), join(home.path, 'elsewhere'));
    symlinkSync(join(home.path, 'elsewhere'), home.log());
    const { sessions, unread } = await home.read(reading);
    expect({ sessions, reasons: unread.map(({ reason }) => reason) }).toEqual({ sessions: [], reasons: ['link'] });
  });

  it('is told as unread when a FIFO took its place', { timeout: 10_000 }, async () => {
    rmSync(home.log());
    execFileSync('mkfifo', [home.log()]);
    expect((await home.read(reading)).unread.map(({ reason }) => reason)).toEqual(['not_a_file']);
  });

  it('comes back when it does', async () => {
    renameSync(home.log(), `${home.log()}.away`);
    await home.read(reading);
    renameSync(`${home.log()}.away`, home.log());
    expect(await home.outputs(reading)).toEqual({ [A]: 60 });
  });
});

describe('a log that vanishes between being found and being read', () => {
  it('is told as unread, and the others are read', async () => {
    home.append(home.log(A), line(1, { output: 10 })).append(home.log(B), line(2, { output: 20, session: B }));
    const reader = home.agent.reader;
    const agent = {
      ...home.agent,
      reader: {
        ...reader,
        logs: async (root: string) => {
          const logs = await reader.logs(root);
          if (logs.length > 0) rmSync(home.log(A));
          return logs;
        },
      },
    };
    const { sessions, unread } = await readSessions(agent, home.roots, reading);
    expect([sessions.map(({ session_id }) => session_id), unread.map(({ reason }) => reason)]).toEqual([[B], ['gone']]);
  });
});

describe('a root that is named twice', () => {
  const twice = async (): Promise<Record<string, number | null>> => {
    const { sessions } = await readSessions(home.agent, [...home.roots, ...home.roots], reading);
    return Object.fromEntries(sessions.map(({ session_id, usage }) => [session_id, usage.counts.output]));
  };

  it('is read once', async () => {
    home.append(home.log(), line(1, { output: 10 }), 'no json');
    const { sessions } = await readSessions(home.agent, [...home.roots, ...home.roots], reading);
    expect(sessions.map(({ files, skipped }) => [files, skipped])).toEqual([[1, [{ reason: 'bad_json', count: 1 }]]]);
  });

  it('keeps nothing of a log that vanished', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await twice();
    rmSync(home.log());
    expect(await twice()).toEqual({});
  });

  it('keeps nothing of lines that were cut off', async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 20 }));
    await twice();
    truncateSync(home.log(), line(1, { output: 10 }).length + 1);
    expect(await twice()).toEqual({ [A]: 10 });
  });
});

describe('the cursor cache', () => {
  beforeEach(async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 20 }));
    await home.read(reading);
  });

  it('is one file with nothing left beside it', () => {
    expect(cursors()).toHaveLength(1);
  });

  it('is not written again when nothing changed', async () => {
    const before = readFileSync(cursors()[0]!);
    utimesSync(cursors()[0]!, 1_700_000_000, 1_700_000_000);
    await home.read(reading);
    expect(readFileSync(cursors()[0]!).equals(before)).toBe(true);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['words', () => Buffer.from('hello\nworld\n')],
    ['cut in its head', (bytes) => bytes.subarray(0, 100)],
    ['changed in its head', (bytes) => Buffer.from(bytes.toString('latin1').replace('"reader"', '"reeder"'), 'latin1')],
    ['not of our making', () => Buffer.from('tokentrail-cursor/1 00\n{}\n')],
  ])('that is %s is a cold reading', async (_, damage) => {
    writeFileSync(cursors()[0]!, damage(readFileSync(cursors()[0]!)));
    expect(await home.outputs(newReading(cache))).toEqual({ [A]: 30 });
  });

  it('that is damaged is a warning', async () => {
    writeFileSync(cursors()[0]!, 'hello');
    const again = newReading(cache);
    await home.read(again);
    expect(again.warnings.map(({ code }) => code)).toEqual(['CACHE_DAMAGED']);
  });

  it('that was damaged is whole after the next reading', async () => {
    writeFileSync(cursors()[0]!, 'hello');
    await home.read(reading);
    const again = newReading(cache);
    await home.read(again);
    expect(again.warnings).toEqual([]);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['changed', (bytes) => Buffer.concat([bytes.subarray(0, -20), Buffer.alloc(20, 0x78)])],
    ['cut off', (bytes) => bytes.subarray(0, -20)],
  ])('whose last bucket was %s is a cold reading when that bucket is needed', async (_, damage) => {
    writeFileSync(cursors()[0]!, damage(readFileSync(cursors()[0]!)));
    for (let n = 1; n < 40; n++) home.append(home.log(), line(n, { output: 40 }));
    expect(await home.outputs(newReading(cache))).toEqual({ [A]: 39 * 40 });
  });

  it('that is a folder is a warning, and a cold reading', async () => {
    const path = cursors()[0]!;
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    const again = newReading(cache);
    expect([await home.outputs(again), again.warnings.map(({ code }) => code)]).toEqual([
      { [A]: 30 },
      ['CACHE_DAMAGED', 'CACHE_UNWRITABLE'],
    ]);
  });

  it('that has no place to be written to is a warning', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const again = newReading(join(file, 'below'));
    await home.read(again);
    expect(again.warnings.map(({ code }) => code)).toContain('CACHE_UNWRITABLE');
  });

  it('that has no place to be written to changes no number', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(await home.outputs(newReading(join(file, 'below')))).toEqual({ [A]: 30 });
  });

  it('leaves nothing behind when it could not be written', async () => {
    const path = cursors()[0]!;
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    await home.read(newReading(cache));
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('of another version of the reader is as none', () => {
    const newer = { ...home.agent, reader: { ...home.agent.reader, version: 999 } };
    expect(Scope.open(newer, 'all', newReading(cache)).entries).toEqual([]);
  });

  it('is damaged by no name of a session', async () => {
    const odd = '..odd "name" ä';
    home.append(home.log(odd), line(9, { output: 9, session: odd }));
    await home.open(odd, newReading(cache));
    expect(readdirSync(cache).every((name) => /^[A-Za-z0-9._-]+\.cursor$/.test(name))).toBe(true);
  });
});
