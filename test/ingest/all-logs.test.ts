import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Agent, LogFile } from '../../src/capture/agent.js';
import { agentNamed } from '../../src/capture/agents.js';
import { AllLogs } from '../../src/ingest/all-logs.js';
import type { Reading } from '../../src/ingest/scope.js';
import { filesIn, fixtures, makeFolderOf, newReading, temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line, type Line } from './claude-home.js';

let home: ClaudeHome;
let cache: string;
let reading: ReturnType<typeof newReading>;

beforeEach(() => {
  home = new ClaudeHome();
  cache = temporaryFolder();
  reading = newReading(cache);
});

const found = async (agent: Agent, path: string): Promise<LogFile[]> =>
  (await Promise.all(agent.roots({ home: path, variables: {} }).map((root) => agent.reader.logs(root)))).flat();

const update = async (all: AllLogs, path = home.path): Promise<AllLogs> => {
  await all.update({ logs: await found(all.agent, path), blocked: [] });
  return all;
};

/** What the cache knows, brought up to date and kept. */
async function warm(from: Reading = reading, agent = home.agent, path = home.path): Promise<AllLogs> {
  const all = await AllLogs.read(agent, from, agent.roots({ home: path, variables: {} }));
  all.save();
  return all;
}

const cold = (agent = home.agent, path = home.path): Promise<AllLogs> => update(AllLogs.once(agent, newReading()), path);

/** All that counts and where it stands, whichever numbers the logs have. */
function counted(all: AllLogs): unknown {
  const records = [...all.counted()].map(({ log, ...copy }) => ({ ...copy, log: all.entry(log).name }));
  return {
    records: records.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.session < b.session ? -1 : 1)),
    recordCount: all.recordCount,
    sessions: [...all.tallies].map(([session, { first_at, last_at }]) => [session, first_at, last_at]).sort(),
    logs: all.entries.map(({ name, scan, prefix, skipped }) => [name, scan.bytes, prefix === '' ? null : prefix.length, skipped]).sort(),
  };
}

/** Output by session. */
function outputs(all: AllLogs): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { session, counts } of all.counted()) sums[session] = (sums[session] ?? 0) + counts.output!;
  return sums;
}

/** The same session's transcript in another project's folder, as a copied or moved project leaves it. */
const elsewhere = (session = A): string => home.log(session).replace('-home-ada-paper', '-home-ada-copy');

function copyTo(from: string, to: string): void {
  makeFolderOf(to);
  copyFileSync(from, to);
}

describe('all logs of an agent', () => {
  it('are counted together', async () => {
    home.append(home.log(), line(1, { output: 10 })).append(home.log(B), line(2, { output: 5, session: B }));
    expect(outputs(await warm())).toEqual({ [A]: 10, [B]: 5 });
  });

  it('count a file once that is there twice', async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 5 }));
    copyTo(home.log(), elsewhere());
    const all = await warm();
    expect([outputs(all), all.recordCount, all.entries.length]).toEqual([{ [A]: 15 }, 2, 2]);
  });

  it('still count a file once of which the copy came later', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await warm();
    copyTo(home.log(), elsewhere());
    expect(outputs(await warm())).toEqual({ [A]: 10 });
  });

  it('still count a record of which one of two copies was deleted', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    copyTo(home.log(), elsewhere());
    await warm();
    rmSync(home.log());
    expect(outputs(await warm())).toEqual({ [A]: 10 });
  });

  it('are taken once if a root is named twice', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const all = AllLogs.once(home.agent, newReading());
    const logs = await found(home.agent, home.path);
    await all.update({ logs: [...logs, ...logs], blocked: [] });
    expect([all.recordCount, all.entries.length]).toEqual([1, 1]);
  });

  it('that can not be read are told, and the others count', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    mkdirSync(home.log(B), { recursive: true });
    const all = AllLogs.once(home.agent, newReading());
    const [log] = await found(home.agent, home.path);
    await all.update({ logs: [log!, { ...log!, name: log!.name.replace(A, B) }], blocked: [] });
    expect([all.unread, outputs(all)]).toEqual([[{ path: home.log(B), reason: 'not_a_file' }], { [A]: 10 }]);
  });

  it('that can be read again count again', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await warm();
    renameSync(home.log(), `${home.log()}.away`);
    mkdirSync(home.log());
    const all = AllLogs.open(home.agent, reading);
    const [root] = home.roots;
    const log: LogFile = { agent: 'claude', root: root!, name: home.log().slice(root!.length + 1), kind: 'append' };
    await all.update({ logs: [log], blocked: [] });
    expect(all.recordCount).toBe(0);
    rmSync(home.log(), { recursive: true });
    renameSync(`${home.log()}.away`, home.log());
    await all.update({ logs: [log], blocked: [] });
    expect(outputs(all)).toEqual({ [A]: 10 });
  });
});

describe('a cache of all logs', () => {
  it('is not used where logs are read anew', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await warm();
    for (const name of filesIn(cache)) writeFileSync(join(cache, name), 'x');
    const all = await update(AllLogs.anew(home.agent, reading));
    expect([outputs(all), reading.warnings]).toEqual([{ [A]: 10 }, []]);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut in its middle', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['cut by its last byte', (bytes) => bytes.subarray(0, -1)],
    ['changed in its first line', (bytes) => Buffer.concat([Buffer.from('X'), bytes.subarray(1)])],
    ['changed in its head', (bytes) => Buffer.from(bytes.toString('latin1').replace('"entries"', '"entriez"'), 'latin1')],
    ['text', () => Buffer.from('no cache\nat all\n')],
  ])('that is %s is a cold reading with a warning', async (_, damage) => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 5 }));
    await warm();
    const [file] = filesIn(cache).map((name) => join(cache, name));
    writeFileSync(file!, damage(readFileSync(file!)));
    const all = await warm();
    expect([outputs(all), reading.warnings.map(({ code }) => code)]).toEqual([{ [A]: 15 }, ['CACHE_DAMAGED']]);
  });

  it('that is changed in its records is a cold reading with a warning as soon as they are needed', async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 5 }));
    await warm();
    const [file] = filesIn(cache).map((name) => join(cache, name));
    const bytes = readFileSync(file!);
    writeFileSync(file!, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
    home.append(home.log(), line(3, { output: 1 }));
    const all = await AllLogs.read(home.agent, reading, home.roots);
    expect([outputs(all), reading.warnings.map(({ code }) => code)]).toEqual([{ [A]: 16 }, ['CACHE_DAMAGED']]);
  });

  it('that was damaged is whole after the next reading', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await warm();
    for (const name of filesIn(cache)) writeFileSync(join(cache, name), 'x');
    await warm();
    const next = newReading(cache);
    expect([outputs(await warm(next)), next.warnings]).toEqual([{ [A]: 10 }, []]);
  });

  it('that can not be written is a warning, and the answer is right', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const blocked = join(temporaryFolder(), 'file');
    writeFileSync(blocked, '');
    const other = newReading(join(blocked, 'cache'));
    const all = await update(AllLogs.once(home.agent, other));
    all.save();
    expect([outputs(all), other.warnings.map(({ code }) => code)]).toEqual([{ [A]: 10 }, ['CACHE_UNWRITABLE']]);
  });

  it('is not written again where nothing is new', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    await warm();
    const [file] = filesIn(cache).map((name) => join(cache, name));
    utimesSync(file!, 1000, 1000);
    await warm();
    expect(statSync(file!).mtimeMs).toBe(1_000_000);
  });

  it('holds no text of a conversation', async () => {
    home.append(home.log(), line(1, { output: 10 }).replace('"text":""', '"text":"sesame"'));
    await warm();
    expect(filesIn(cache).map((name) => readFileSync(join(cache, name), 'latin1').includes('sesame'))).toEqual([false]);
  });
});

/** Each line some kilobytes long, so that a few make a log of more than a megabyte. */
const long = (n: number, rest: Partial<Line> = {}): string => line(n, { output: n, pad: 60_000, ...rest });

const LONG = Array.from({ length: 25 }, (_, i) => i + 1);
const SUM = LONG.reduce((a, b) => a + b, 0);

/**
 * Writes over a line that lies beyond the first 4 KiB of a log and before its last 512 KiB: both are looked at again by whoever goes
 * on, and what lies between is not. Its record counts from then on only for those who don't read it again.
 */
function blotOut(path: string, n: number): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[n - 1] = ' '.repeat(lines[n - 1]!.length);
  writeFileSync(path, lines.join('\n'));
}

describe('what a reading of one session found', () => {
  beforeEach(() => {
    home.append(home.log(), ...LONG.map((n) => long(n)));
  });

  it('is not read again by a reading of all logs', async () => {
    await home.open(A, newReading(cache));
    blotOut(home.log(), 5);
    home.append(home.log(), line(100, { output: 1000 }));
    expect(outputs(await warm())).toEqual({ [A]: SUM + 1000 });
  });

  it('counts in a reading of all logs also where nothing was written since', async () => {
    await home.open(A, newReading(cache));
    expect(counted(await warm())).toEqual(counted(await cold()));
  });

  it('is not read again by a reading of all logs that knew less of the log', async () => {
    await warm();
    home.append(home.log(), ...LONG.map((n) => long(100 + n, { output: 1 })));
    await home.open(A, newReading(cache));
    blotOut(home.log(), 30);
    home.append(home.log(), line(1000, { output: 1000 }));
    expect(outputs(await warm())).toEqual({ [A]: SUM + 25 + 1000 });
  });

  it('is read again where logs are read anew', async () => {
    await home.open(A, newReading(cache));
    blotOut(home.log(), 5);
    expect(outputs(await update(AllLogs.anew(home.agent, reading)))).toEqual({ [A]: SUM - 5 });
  });

  it('is read again where the log was replaced by another', async () => {
    await home.open(A, newReading(cache));
    home.replace(home.log(), line(1, { output: 77 }), ...LONG.map((n) => long(200 + n, { output: 1 })));
    expect(outputs(await warm())).toEqual({ [A]: 77 + 25 });
  });

  it('is a cold reading where its cache is damaged', async () => {
    await home.open(A, newReading(cache));
    for (const name of filesIn(cache)) writeFileSync(join(cache, name), 'x');
    expect(outputs(await warm())).toEqual({ [A]: SUM });
  });
});

describe('what a reading of all logs found', () => {
  it("is not read again by a session's own reading", async () => {
    home.append(home.log(), ...LONG.map((n) => long(n)));
    await warm();
    blotOut(home.log(), 5);
    home.append(home.log(), line(100, { output: 1000 }));
    const session = await home.open(A, newReading(cache));
    expect(session.snapshot(0).usage.counts.output).toBe(SUM + 1000);
  });
});

/** Files get a time of their own at each step, as they have where steps are seconds apart. */
class Steps {
  #seconds = 1_700_000_000;

  touch(...paths: readonly string[]): void {
    this.#seconds++;
    for (const path of paths) if (existsSync(path)) utimesSync(path, this.#seconds, this.#seconds);
  }
}

const SESSIONS = [A, B] as const;

const anyStep = fc.record({
  kind: fc.constantFrom(
    'append',
    'append',
    'append',
    'half',
    'truncate',
    'rewrite',
    'delete',
    'rename',
    'copy',
    'read',
    'session',
    'reopen',
  ),
  session: fc.constantFrom(...SESSIONS),
  n: fc.nat({ max: 4 }),
  output: fc.nat({ max: 20 }),
  at: fc.constantFrom('2026-03-09T09:00:00.000Z', '2026-03-09T08:00:00.000Z', 'none'),
  finished: fc.boolean(),
  subagent: fc.boolean(),
  copied: fc.boolean(),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
});

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function apply(where: ClaudeHome, step: Step, steps: Steps): void {
  const { kind, session, n, output, at, finished, subagent, copied, part } = step;
  const path = subagent ? where.subagent('a1', session) : where.log(session);
  const moved = where.log(session).replace('-home-ada-paper', '-home-ada-moved');
  const other = session === A ? B : A;
  const text = line(n, { output, session, at, finished, subagent, ...(copied ? { copiedFrom: other } : {}) });
  const there = existsSync(path);
  if (kind === 'append') where.append(path, text);
  else if (kind === 'half') where.append(path, Buffer.from(text.slice(0, Math.ceil(part * text.length))));
  else if (kind === 'rewrite') where.replace(path, text);
  else if (kind === 'truncate' && there) truncateSync(path, Math.floor(part * statSync(path).size));
  else if (kind === 'delete') rmSync(path, { force: true });
  else if (kind === 'rename' && there) {
    mkdirSync(dirname(moved), { recursive: true });
    renameSync(path, moved);
  } else if (kind === 'copy' && there) copyTo(path, moved);
  steps.touch(path, moved);
}

describe('logs that are appended to, cut, rewritten, deleted, renamed and copied', () => {
  const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 14 });

  it('count as in a cold reading, whenever they were read before, and by whom', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (all) => {
        const where = new ClaudeHome();
        const kept = newReading(temporaryFolder());
        const steps = new Steps();
        let logs = AllLogs.open(where.agent, kept);
        for (const step of all) {
          apply(where, step, steps);
          if (step.kind === 'session') await where.open(step.session, kept);
          if (step.kind !== 'read' && step.kind !== 'reopen') continue;
          await update(logs, where.path);
          logs.save();
          expect(counted(logs)).toEqual(counted(await cold(where.agent, where.path)));
          if (step.kind === 'reopen') logs = AllLogs.open(where.agent, kept);
        }
        await update(logs, where.path);
        expect(counted(logs)).toEqual(counted(await cold(where.agent, where.path)));
      }),
      { seed: 35, numRuns: 60 },
    );
  });

  it('name every key that may count otherwise than when the books were brought up to date', async () => {
    const standing = (logs: AllLogs): Map<string, string> => {
      const texts = new Map<string, string>();
      for (const { log, ...copy } of logs.counted()) {
        const text = JSON.stringify({ ...copy, log: logs.entry(log).name });
        texts.set(copy.key, `${texts.get(copy.key) ?? ''}${text}`);
      }
      return texts;
    };
    await fc.assert(
      fc.asyncProperty(anySteps, anySteps, async (before, after) => {
        const where = new ClaudeHome();
        const kept = newReading(temporaryFolder());
        const steps = new Steps();
        for (const step of before) apply(where, step, steps);
        const first = await update(AllLogs.open(where.agent, kept), where.path);
        first.save('booked');
        const old = standing(first);
        for (const step of after) {
          apply(where, step, steps);
          if (step.kind === 'session') await where.open(step.session, kept);
          if (step.kind === 'read') (await update(AllLogs.open(where.agent, kept), where.path)).save();
        }
        const logs = await update(AllLogs.open(where.agent, kept), where.path);
        const now = standing(logs);
        const changed = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
        const { unbooked } = logs;
        expect(unbooked === null ? [] : changed.filter((key) => !unbooked.has(key))).toEqual([]);
      }),
      { seed: 36, numRuns: 60 },
    );
  });
});

describe('the state of the books', () => {
  it('is not known before they were brought up to date', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const all = await warm();
    expect([all.booked, all.unbooked]).toEqual([null, null]);
  });

  it('is kept, with the keys that the books do not hold yet', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    (await update(AllLogs.open(home.agent, reading))).save('state-1', ['msg_x']);
    const all = AllLogs.open(home.agent, reading);
    expect([all.booked, [...all.unbooked!]]).toEqual(['state-1', ['msg_x']]);
  });

  it('has the keys that came since, and those of a log that is gone', async () => {
    home.append(home.log(), line(1, { output: 10 })).append(home.log(B), line(2, { output: 5, session: B }));
    (await update(AllLogs.open(home.agent, reading))).save('state-1');
    home.append(home.log(), line(3, { output: 1 }));
    rmSync(home.log(B));
    expect([...(await warm()).unbooked!].sort().map((key) => key.slice(0, 16))).toEqual(['msg_ada_00000002', 'msg_ada_00000003']);
  });

  it('has the keys of a log that was replaced, also if a session was read before all logs were', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    (await update(AllLogs.open(home.agent, reading))).save('state-1');
    home.replace(home.log(), line(2, { output: 10 }), line(3, { output: 10 }), line(4, { output: 10 }));
    await home.open(A, newReading(cache));
    const { unbooked } = await warm();
    expect([...unbooked!].map((key) => key.slice(0, 16))).toContain('msg_ada_00000001');
  });

  it('has the key of a record that another one with an id of its own takes over', async () => {
    const opencode = agentNamed('opencode');
    const where = join(temporaryFolder(), 'home');
    const storage = join(where, '.local', 'share', 'opencode', 'storage');
    const write = (name: string, value: unknown): void => {
      makeFolderOf(join(storage, name));
      writeFileSync(join(storage, name), JSON.stringify(value));
    };
    const T = 1_773_000_000_000;
    const put = (session: string, created: number, message: string): void => {
      write(`session/p/${session}.json`, {
        id: session,
        projectID: 'p',
        directory: '/home/ada/paper',
        version: '1.1.0',
        time: { created },
      });
      write(`message/${session}/${message}.json`, {
        id: message,
        sessionID: session,
        role: 'assistant',
        modelID: 'm',
        time: { created: T + 1000, completed: T + 2000 },
        tokens: { input: 100, output: 20, reasoning: 0, cache: { read: 0, write: 0 } },
      });
    };
    const from = newReading(cache);
    put('ses_fork', T + 60_000, 'msg_copy');
    (await update(AllLogs.open(opencode, from), where)).save('state-1');
    put('ses_original', T, 'msg_original');
    const all = await update(AllLogs.open(opencode, from), where);
    expect([...all.counted()].map(({ session }) => session)).toEqual(['ses_original']);
    const { unbooked } = all;
    expect(unbooked === null || [...unbooked].some((key) => key.includes('msg_copy'))).toBe(true);
  });
});

describe.each(fixtures().map((fixture) => [fixture.name, fixture] as const))('%s', (_, { agent, home: path }) => {
  it('counts the same from the cache as in a cold reading', async () => {
    const kept = newReading(temporaryFolder());
    await warm(kept, agent, path);
    expect(counted(await warm(kept, agent, path))).toEqual(counted(await cold(agent, path)));
  });
});
