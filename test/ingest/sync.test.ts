// The books of all sessions against a small model: what a cold reading of the logs gives, and the records whose bytes are gone.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Agent } from '../../src/capture/agent.js';
import { agentNamed } from '../../src/capture/agents.js';
import { AllLogs } from '../../src/ingest/all-logs.js';
import { findLogs } from '../../src/ingest/find-logs.js';
import { syncUsage } from '../../src/ingest/sync.js';
import type { UsageRow } from '../../src/model/usage-row.js';
import { copyOfHome, filesIn, fixtures, newReading, temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line } from './claude-home.js';
import { Desk, deskOf, HOUR, told } from './sync-desk.js';
import { testPrices } from '../support/prices.js';

const first = '2026-03-09T09:00:00.000Z';

describe('a sync', () => {
  it('books each record once, with the session, folder and numbers of its log', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 2, finished: false }), line(1, { output: 640 }), line(2, { output: 5 }));
    const desk = deskOf(home);
    expect(await desk.sync()).toMatchObject({ logs: 1, records: 2, added: 2, changed: 0 });
    expect(await desk.rows()).toEqual([
      expect.objectContaining({
        session_id: A,
        project: '~/paper',
        model: 'claude-sonnet-4-5',
        revision: 1,
        source_gone: false,
        purged_at: null,
      }) as UsageRow,
      expect.objectContaining({ counts: expect.objectContaining({ output: 5 }) as object }) as UsageRow,
    ]);
  });

  it('that finds nothing new writes nothing', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    const files = await (await desk.store).logFiles();
    const before = [...(await files.current()).values()];
    expect(await desk.sync()).toMatchObject({ added: 0, changed: 0, gone: 0, superseded: 0 });
    await files.refresh();
    expect([...(await files.current()).values()]).toEqual(before);
  });

  it('books what was appended since, and more tokens of a known answer as its next revision', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 3, finished: false, at: first }));
    const desk = deskOf(home);
    await desk.sync();
    home.append(home.log(), line(1, { output: 30 }), line(2, { output: 4 }));
    expect(await desk.sync()).toMatchObject({ added: 1, changed: 1 });
    expect((await desk.rows()).map(({ revision, counts }) => [revision, counts.output]).sort()).toEqual([
      [1, 4],
      [2, 30],
    ]);
  });

  it('holds an answer back that may still be written, until it is finished or ten minutes old', async () => {
    const home = new ClaudeHome();
    const desk = deskOf(home);
    const soon = new Date((desk.now + HOUR - 60_000_000) / 1000).toISOString();
    home.append(home.log(), line(1, { output: 3, finished: false, at: soon }));
    expect(await desk.sync()).toMatchObject({ added: 0, held: 1 });
    // An hour later it is as it is.
    expect(await desk.sync()).toMatchObject({ added: 1, held: 0 });
    expect((await desk.rows())[0]).toMatchObject({ completeness: 'partial' });
  });

  it('keeps the records of a log that is deleted, marked so, and unmarks them when it is back', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }), line(2, { output: 8 }));
    const desk = deskOf(home);
    await desk.sync();
    const bytes = readFileSync(home.log());
    rmSync(home.log());
    expect(await desk.sync()).toMatchObject({ gone: 2, logs: 0 });
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, true), told(A, 8, true)]);
    const [log] = [...(await (await (await desk.store).logFiles()).current()).values()];
    expect(log).toMatchObject({ gone_at: desk.now });
    writeFileSync(home.log(), bytes);
    await desk.sync();
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, false), told(A, 8, false)]);
  });

  it('counts a record once whose owner is deleted while a fork still has a copy: the kept one wins', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    home.append(home.log(B), line(1, { output: 7, session: B, copiedFrom: A }), line(2, { output: 9, session: B }));
    const desk = deskOf(home);
    await desk.sync();
    rmSync(home.log());
    await desk.sync();
    expect(Object.values(await desk.ledger()).sort()).toEqual([told(A, 7, true), told(B, 9, false)]);
  });

  it('follows a log into a folder of another name', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    renameSync(dirname(home.log()), join(dirname(dirname(home.log())), '-mnt-elsewhere'));
    await desk.sync();
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, false)]);
  });

  it('takes a record back that another version of the reader no longer gives although its bytes are there', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }), line(2, { output: 8 }));
    const desk = deskOf(home);
    await desk.sync();
    const { reader } = home.agent;
    const newer: Agent = {
      ...home.agent,
      reader: {
        ...reader,
        version: reader.version + 1,
        line: (state, value, place, sink) => {
          if (place.position > 0) reader.line(state, value, place, sink);
        },
      },
    };
    expect(await desk.sync(newer)).toMatchObject({ superseded: 1, gone: 0 });
    expect(Object.values(await desk.ledger())).toEqual([told(A, 8, false)]);
  });

  it.skipIf(process.platform === 'win32')('leaves the records of a log alone that can’t be read at the moment', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    const aside = join(temporaryFolder(), 'log');
    renameSync(home.log(), aside);
    execFileSync('mkfifo', [home.log()]);
    expect(await desk.sync()).toMatchObject({ gone: 0, unread: [{ reason: 'not_a_file' }] });
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, false)]);
    rmSync(home.log());
    renameSync(aside, home.log());
    expect(await desk.sync()).toMatchObject({ gone: 0, changed: 0 });
  });

  it('does not take another machine’s logs for deleted ones', async () => {
    const [one, two] = [new ClaudeHome(), new ClaudeHome()];
    one.append(one.log(), line(1, { output: 7 }));
    two.append(two.log(B), line(2, { output: 8, session: B }));
    const desk = deskOf(one);
    await desk.sync();
    const other = new Desk(two.path, two.agent);
    Object.assign(other, { folder: desk.folder });
    expect(await other.sync()).toMatchObject({ added: 1, gone: 0 });
    expect(Object.values(await other.ledger()).sort()).toEqual([told(A, 7, false), told(B, 8, false)]);
  });

  it('keeps an original that is deleted, and does not count the copy that a fork made of it with an id of its own', async () => {
    const home = temporaryFolder();
    const storage = join(home, '.local', 'share', 'opencode', 'storage');
    const put = (path: string, value: unknown): void => {
      mkdirSync(dirname(join(storage, path)), { recursive: true });
      writeFileSync(join(storage, path), JSON.stringify(value));
    };
    const created = 1_773_050_400_000;
    const tokens = { input: 7, output: 20, reasoning: 0, cache: { read: 0, write: 0 } };
    for (const [id, message, later] of [
      ['ses_original', 'msg_original', 0],
      ['ses_fork', 'msg_copy', 60_000],
    ] as const) {
      put(`session/p/${id}.json`, { id, projectID: 'p', version: '1.1.0', time: { created: created + later } });
      const time = { created: created + 1000, completed: created + 2000 };
      put(`message/${id}/${message}.json`, { id: message, sessionID: id, role: 'assistant', modelID: 'm', time, tokens });
    }
    const desk = new Desk(home, agentNamed('opencode'));
    await desk.sync();
    expect(Object.keys(await desk.ledger())).toEqual(['opencode:msg_original']);
    rmSync(join(storage, 'message', 'ses_original'), { recursive: true });
    await desk.sync();
    await desk.sync(desk.agent, true);
    expect(await desk.ledger()).toEqual({ 'opencode:msg_original': told('ses_original', 20, true) });
  });

  it('reads the logs anew if its cache turns out to be damaged', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    const [name] = filesIn(desk.cache);
    const bytes = readFileSync(join(desk.cache, name!));
    writeFileSync(join(desk.cache, name!), Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
    rmSync(join(desk.folder, 'usage.state'));
    expect(await desk.sync()).toMatchObject({ added: 0, gone: 0 });
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, false)]);
  });

  it('is done by the next one if it was cut short between the totals and the records', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 7 }));
    const desk = deskOf(home);
    await desk.sync();
    home.append(home.log(), line(2, { output: 8 }));
    const store = await desk.store;
    const killed = (): never => {
      throw new Error('killed');
    };
    const parts = { folder: desk.folder, agents: [home.agent], rootsOf: () => home.roots, reading: newReading(desk.cache) };
    const rest = {
      stored: (path: string) => path,
      now: () => desk.now + HOUR,
      rebuild: false,
      prices: testPrices,
      machine: 'm1',
      openStore: () => desk.store,
    };
    await expect(syncUsage({ ...parts, ...rest, writing: killed })).rejects.toThrow('killed');
    const pending = [...(await (await store.logFiles()).current()).values()];
    expect(pending.map(({ state }) => state)).toEqual(['pending']);
    await desk.sync();
    expect(Object.values(await desk.ledger())).toEqual([told(A, 7, false), told(A, 8, false)]);
  });
});

/** What the books should hold: a cold reading, and what was kept of before. */
class Model {
  #known = new Map<string, { session: string; text: string; output: number | null }>();

  async after(home: ClaudeHome): Promise<Record<string, string>> {
    const all = AllLogs.once(home.agent, newReading());
    await all.update(await findLogs(home.agent, home.roots));
    const next = new Map<string, { session: string; text: string; output: number | null }>();
    for (const copy of all.counted()) {
      const key = `claude:${copy.key}`;
      const before = this.#known.get(key);
      const isKept = before !== undefined && !all.index.copies(copy.key).some(({ session }) => session === before.session);
      const of = isKept ? before : { session: copy.session, output: copy.counts.output };
      next.set(key, { ...of, text: told(of.session, of.output, isKept) });
    }
    for (const [key, before] of this.#known)
      if (!next.has(key)) next.set(key, { ...before, text: told(before.session, before.output, true) });
    this.#known = next;
    return Object.fromEntries([...next].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { text }]) => [key, text]));
  }
}

const SESSIONS = [A, B, '0ada000c-0c00-4000-8000-00000000000c'];

/** Something that happens to a home: to the log of a session, with a number that says how much. */
const happening = fc.tuple(
  fc.constantFrom('append', 'append', 'append', 'fork', 'cut', 'rewrite', 'delete', 'move', 'copy', 'forget', 'cutLine'),
  fc.nat({ max: 2 }),
  fc.nat({ max: 7 }),
);

function happen(home: ClaudeHome, desk: Desk, [what, who, much]: readonly [string, number, number], next: () => number): void {
  const session = SESSIONS[who]!;
  const places = ['-home-ada-paper', '-mnt-a', '-mnt-b'].map((folder) =>
    join(home.path, '.claude', 'projects', folder, `${session}.jsonl`),
  );
  const here = places.find((path) => existsSync(path)) ?? places[0]!;
  const lines = (count: number): string[] => Array.from({ length: count }, () => line(next(), { output: much + 1, session }));
  switch (what) {
    case 'append':
      home.append(here, ...lines(much + 1));
      break;
    case 'fork':
      home.append(
        here,
        ...Array.from({ length: much }, (_, i) => line(i + 1, { output: i + 1, session, copiedFrom: SESSIONS[(who + 1) % 3]! })),
      );
      break;
    case 'cut':
      if (existsSync(here)) truncateSync(here, Math.floor((readFileSync(here).length * much) / 8));
      break;
    case 'cutLine':
      home.append(here, Buffer.from(lines(1)[0]!.slice(0, 40 + much)));
      break;
    case 'rewrite':
      home.replace(here, ...lines(much));
      break;
    case 'delete':
      rmSync(here, { force: true });
      break;
    case 'move':
    case 'copy': {
      const target = places[much % 3]!;
      if (!existsSync(here) || target === here) break;
      mkdirSync(dirname(target), { recursive: true });
      if (what === 'copy') cpSync(here, target);
      else renameSync(here, target);
      break;
    }
    case 'forget':
      desk.cache = temporaryFolder();
      break;
  }
}

describe('the books of all sessions', () => {
  it('are a cold reading and what was kept, whatever happens to the logs in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(happening, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 }), async (steps) => {
        const home = new ClaudeHome();
        const desk = deskOf(home);
        const model = new Model();
        let n = 10;
        for (const step of steps) {
          for (const one of step) happen(home, desk, one, () => n++);
          await desk.sync();
          expect(await desk.ledger()).toEqual(await model.after(home));
        }
      }),
      { seed: 20261124, numRuns: 14 },
    );
  });

  it.each(fixtures().map((fixture) => [fixture.name, fixture] as const))('hold what each session of %s spent', async (_, fixture) => {
    const home = copyOfHome(fixture);
    const desk = new Desk(home, fixture.agent);
    // Later than every record of the fixtures, so that none is held back.
    desk.now = Date.UTC(2027, 0, 1) * 1000;
    await desk.sync();
    const sums = new Map<string, number>();
    for (const { counted, parent_session_id, session_id, counts } of await desk.rows())
      if (counted) sums.set(parent_session_id ?? session_id, (sums.get(parent_session_id ?? session_id) ?? 0) + (counts.output ?? 0));
    const expected = fixture.expected.filter(({ usage, records }) => usage.output !== null && records > 0);
    expect(Object.fromEntries([...sums].sort())).toEqual(
      Object.fromEntries(expected.map(({ session_id, usage }) => [session_id, usage.output] as const).sort()),
    );
  });

  it.each(
    fixtures()
      .filter(({ agent }) => agent.name === 'codex')
      .map((fixture) => [fixture.name, fixture] as const),
  )('stay the same when every log of %s is deleted', async (_, fixture) => {
    const home = copyOfHome(fixture);
    const desk = new Desk(home, fixture.agent);
    await desk.sync();
    const before = await desk.ledger();
    rmSync(join(home, '.codex'), { recursive: true });
    await desk.sync();
    expect(await desk.ledger()).toEqual(Object.fromEntries(Object.entries(before).map(([key, text]) => [key, `${text}gone`])));
  });

  it('stay the same when the parent of a fork is deleted, whose history the fork repeats', async () => {
    const fixture = fixtures().find(({ name }) => name === 'codex/fork')!;
    const home = copyOfHome(fixture);
    const desk = new Desk(home, fixture.agent);
    await desk.sync();
    const sum = async (): Promise<number> =>
      (await desk.rows()).reduce((all, { counted, counts }) => all + (counted ? (counts.output ?? 0) : 0), 0);
    const before = await sum();
    const logs = await Promise.all(fixture.agent.roots({ home, variables: {} }).map((root) => fixture.agent.reader.logs(root)));
    const [parent] = logs
      .flat()
      .map(({ root, name }) => join(root, name))
      .sort();
    rmSync(parent!);
    await desk.sync();
    expect(await sum()).toBe(before);
  });
});
