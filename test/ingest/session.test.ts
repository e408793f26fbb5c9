import { chmodSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SessionReading, stageCut } from '../../src/ingest/session.js';
import { recentSessionIds, resolveSession } from '../../src/ingest/top-session.js';
import type { Cut } from '../../src/model/cut.js';
import { parseInstant, type Instant } from '../../src/model/time.js';
import { copyOfHome, filesIn, fixtures, newReading, temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line } from './claude-home.js';

const instant = (text: string): Instant => parseInstant(`2026-03-09T${text}Z`)!;

const output = (session: SessionReading): number | null => session.snapshot(0).usage.counts.output;

const cutOf = (session: SessionReading): Cut => session.snapshot(0).cut;

let home: ClaudeHome;

beforeEach(() => {
  home = new ClaudeHome();
});

describe('a snapshot', () => {
  it("covers the session's own log and its sub-agents", async () => {
    home.append(home.log(), line(1, { output: 10 })).append(home.subagent('a1'), line(2, { output: 5, subagent: true }));
    expect((await home.open()).snapshot(0).usage).toMatchObject({ counts: { output: 15 }, subagents: { output: 5, records: 1 } });
  });

  it('covers no other session of the project', async () => {
    home.append(home.log(), line(1, { output: 10 })).append(home.log(B), line(2, { output: 99, session: B }));
    expect(output(await home.open())).toBe(10);
  });

  it('leaves out what is marked as copied, with the original here', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    home.append(home.log(B), line(1, { output: 10, session: B, copiedFrom: A }), line(2, { output: 3, session: B }));
    expect(output(await home.open(B))).toBe(3);
  });

  it('leaves out what is marked as copied, with the original gone', async () => {
    home.append(home.log(B), line(1, { output: 10, session: B, copiedFrom: A }), line(2, { output: 3, session: B }));
    expect(output(await home.open(B))).toBe(3);
  });

  it("leaves out another session's history that the log holds", async () => {
    home.append(home.log(B), line(1, { output: 10 }), line(2, { output: 3, session: B }));
    expect(output(await home.open(B))).toBe(3);
  });

  it('is not called unreliable, nor partial, for what is marked as copied', async () => {
    const copied = { ...(JSON.parse(line(1, { output: 1, session: B, copiedFrom: A, finished: false })) as object), version: '2.1.20' };
    home.append(home.log(B), JSON.stringify(copied), line(2, { output: 3, session: B }));
    const { flags, partial_records } = (await home.open(B)).snapshot(0);
    expect({ flags, partial_records }).toEqual({ flags: [], partial_records: 0 });
  });

  it('of a session without a log is 0', async () => {
    const session = await home.open();
    expect([session.exists, session.snapshot(0).usage.records]).toEqual([false, 0]);
  });

  it('grows with the log', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const session = await home.open();
    home.append(home.log(), line(2, { output: 4 }));
    await session.update();
    expect(output(session)).toBe(14);
  });

  it('takes in a sub-agent that began later', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const session = await home.open();
    home.append(home.subagent('a1'), line(2, { output: 5, subagent: true }));
    await session.update();
    expect(output(session)).toBe(15);
  });

  it("takes in an old sub-agent's log whose first line was not whole when it was first seen", async () => {
    const flat = home.log().replace(A, 'agent-1a2b3c4d');
    const text = line(2, { output: 5, subagent: true });
    home.append(home.log(), line(1, { output: 10 })).append(flat, Buffer.from(text.slice(0, 30)));
    const session = await home.open();
    home.append(flat, text.slice(30));
    await session.update();
    expect(output(session)).toBe(15);
  });

  it("takes in a Codex sub-agent's log that was empty when it was first seen", async () => {
    const fixture = fixtures().find(({ name }) => name === 'codex/sibling-sub-agents')!;
    const copied = copyOfHome(fixture);
    const child = filesIn(copied).find((name) => name.includes('0adac0de-0002'))!;
    const bytes = readFileSync(join(copied, child));
    truncateSync(join(copied, child), 0);
    const { agent } = fixture;
    const target = { agent, session_id: '0adac0de-0001-7000-8000-000000000001', path: null };
    const session = await SessionReading.open(target, { roots: agent.roots({ home: copied, variables: {} }) }, newReading());
    writeFileSync(join(copied, child), bytes);
    await session.update();
    expect(session.snapshot(0).usage.records).toBe(4);
  });

  it('names the reader and its version', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    expect(cutOf(await home.open()).reader).toMatch(/^claude@\d+$/);
  });

  it('of a log given by path counts that log', async () => {
    home.append(home.log(), line(1, { output: 10 })).append(home.subagent('a1'), line(2, { output: 5, subagent: true }));
    expect(output(await home.open(A, newReading(), home.subagent('a1')))).toBe(5);
  });

  it('of a log given by path works outside of every root', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const moved = `${temporaryFolder()}/${A}.jsonl`;
    renameSync(home.log(), moved);
    expect(output(await home.open(A, newReading(), moved))).toBe(10);
  });
});

describe('the position of a cut', () => {
  it('lies after the last whole line', async () => {
    const first = line(1, { output: 10 });
    home.append(home.log(), first, Buffer.from('{"type":"assis'));
    const [log] = cutOf(await home.open()).logs;
    expect(log?.position).toMatchObject({ kind: 'append', bytes: first.length + 1 });
  });

  it('has the same hash, however many readings it took', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const stepped = await home.open();
    home.append(home.log(), line(2, { output: 10 }));
    await stepped.update();
    expect(cutOf(stepped).logs).toEqual(cutOf(await home.open()).logs);
  });

  it('of a stage is a number for each log', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const cut = stageCut(A, (await home.open()).snapshot(7));
    expect(Object.values(cut.positions)).toEqual([line(1, { output: 10 }).length + 1]);
  });
});

describe('the digest of a cut', () => {
  it('is the same for the same records, read in one go or in steps', async () => {
    home.append(home.log(), line(1, { output: 1, finished: false }));
    const reading = newReading();
    await home.open(A, reading);
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 4 }));
    expect(cutOf(await home.open(A, reading)).digest).toBe(cutOf(await home.open()).digest);
  });

  it('is the same when it was kept in the cache', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const reading = newReading();
    const session = await home.open(A, reading);
    const before = cutOf(session).digest;
    home.append(home.log(), '{"type":"user"}');
    expect(cutOf(await home.open(A, reading)).digest).toBe(before);
  });

  it('changes with a count', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const session = await home.open();
    const before = cutOf(session).digest;
    home.append(home.log(), line(1, { output: 11 }));
    await session.update();
    expect(cutOf(session).digest).not.toBe(before);
  });

  it('changes with a record each time, also when it is asked for after each', async () => {
    const session = await home.open();
    const digests = new Set([cutOf(session).digest]);
    for (let n = 1; n <= 20; n++) {
      home.append(home.log(), line(n, { output: 1 }));
      await session.update();
      digests.add(cutOf(session).digest);
    }
    expect(digests.size).toBe(21);
  });

  it('that another process takes from the cache is that of a cold reading', async () => {
    const reading = newReading();
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 4 }));
    const session = await home.open(A, reading);
    cutOf(session);
    home.append(home.log(), line(1, { output: 11 }));
    await session.update();
    expect(cutOf(await home.open(A, reading)).digest).toBe(cutOf(await home.open()).digest);
  });

  it('of a long session is that of a cold reading, asked for before and after it went on', async () => {
    home.append(home.log(), ...Array.from({ length: 600 }, (_, n) => line(n, { output: n })));
    const session = await home.open();
    cutOf(session);
    home.append(home.log(), line(5, { output: 1_000 }));
    await session.update();
    expect(cutOf(session).digest).toBe(cutOf(await home.open()).digest);
  });

  // Root alone can take another user's place for a moment; the folder can be read by that one, and not be written.
  it.skipIf(process.getuid?.() !== 0)(
    'of a long session, and its records, are those of a cold reading where its cache can be read and not written',
    async () => {
      const lines = Array.from({ length: 600 }, (_, n) => line(n, { output: n }));
      const cache = temporaryFolder();
      home.append(home.log(), ...lines);
      await home.open(A, newReading(cache));
      home.append(home.log(), ...Array.from({ length: 600 }, (_, n) => line(1_000 + n, { output: n })));
      const told = (session: SessionReading): unknown => ({
        records: cutOf(session).records,
        digest: cutOf(session).digest,
        byTime: session.usageAfter(instant('01:00:00')).records,
      });
      const cold = told(await home.open());
      for (const folder of [home.path, cache]) chmodSync(folder, 0o755);
      for (const name of filesIn(cache)) chmodSync(join(cache, name), 0o644);
      process.seteuid!(65_534);
      try {
        const reading = newReading(cache);
        const warm = told(await home.open(A, reading));
        expect([reading.warnings.map(({ code }) => code), warm]).toEqual([['CACHE_UNWRITABLE'], cold]);
      } finally {
        process.seteuid!(0);
      }
    },
  );

  it('in steps with a digest after each is that of a cold reading', async () => {
    const session = await home.open();
    for (let n = 1; n <= 20; n++) {
      home.append(home.log(), line(n, { output: n }));
      await session.update();
      cutOf(session);
    }
    expect(cutOf(session).digest).toBe(cutOf(await home.open()).digest);
  });

  it('does not hold what is marked as copied', async () => {
    home.append(home.log(B), line(2, { output: 3, session: B }));
    const before = cutOf(await home.open(B)).digest;
    home.append(home.log(B), line(1, { output: 10, session: B, copiedFrom: A }));
    expect(cutOf(await home.open(B)).digest).toBe(before);
  });

  it('does not depend on other sessions', async () => {
    home.append(home.log(), line(1, { output: 10 }));
    const before = cutOf(await home.open()).digest;
    home.append(home.log(B), line(2, { output: 3, session: B }));
    expect(cutOf(await home.open()).digest).toBe(before);
  });
});

describe('the records open at a cut', () => {
  it('are the last of a log if it was not finished', async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 2, finished: false }));
    expect(cutOf(await home.open()).open.map(({ key, counts }) => [key, counts.output])).toEqual([['msg_ada_00000002', 2]]);
  });

  it("are the last message of a log, also where the advisor's calls stand in it", async () => {
    const streamed = JSON.parse(line(1, { output: 2, finished: false })) as { message: { usage: object } };
    streamed.message.usage = { ...streamed.message.usage, iterations: [{ type: 'advisor_message', model: 'm', output_tokens: 7 }] };
    home.append(home.log(), JSON.stringify(streamed));
    expect(cutOf(await home.open()).open.map(({ key }) => key)).toEqual(['msg_ada_00000001']);
  });

  it('are none if the last was finished', async () => {
    home.append(home.log(), line(1, { output: 2, finished: false }), line(2, { output: 10 }));
    expect(cutOf(await home.open()).open).toEqual([]);
  });

  it('are one for each log that is being written', async () => {
    home
      .append(home.log(), line(1, { output: 1, finished: false }))
      .append(home.subagent('a1'), line(2, { output: 2, subagent: true, finished: false }));
    expect(
      cutOf(await home.open())
        .open.map(({ subagent }) => subagent)
        .sort(),
    ).toEqual([false, true]);
  });

  it('are never copies', async () => {
    home.append(home.log(B), line(1, { output: 2, session: B, copiedFrom: A, finished: false }));
    expect(cutOf(await home.open(B)).open).toEqual([]);
  });

  it('can be asked for again when they have grown', async () => {
    home.append(home.log(), line(1, { output: 2, finished: false }));
    const session = await home.open();
    const [record] = cutOf(session).open;
    home.append(home.log(), line(1, { output: 60 }));
    await session.update();
    expect([session.now(record!.key)?.counts.output, session.isFinished(record!.key)]).toEqual([60, true]);
  });

  it('are null when they are gone', async () => {
    home.append(home.log(), line(1, { output: 2, finished: false }));
    const session = await home.open();
    truncateSync(home.log(), 0);
    await session.update();
    expect(session.now('msg_ada_00000001')).toBeNull();
  });
});

describe('whether a session holds a cut', () => {
  let cut: Cut;

  beforeEach(async () => {
    home.append(home.log(), line(1, { output: 10 }), line(2, { output: 20 }));
    cut = cutOf(await home.open());
  });

  const holds = async (): Promise<boolean> => (await home.open()).holds(cut);

  it('is true while nothing changed', async () => {
    expect(await holds()).toBe(true);
  });

  it('is true when the log grew', async () => {
    home.append(home.log(), line(3, { output: 20 }));
    expect(await holds()).toBe(true);
  });

  it('is true when the project folder has another name', async () => {
    const projects = `${home.path}/.claude/projects`;
    renameSync(`${projects}/-home-ada-paper`, `${projects}/-home-ada-thesis`);
    expect(await holds()).toBe(true);
  });

  it('is false when the log was truncated', async () => {
    truncateSync(home.log(), 50);
    expect(await holds()).toBe(false);
  });

  it('is false when the log was replaced', async () => {
    home.replace(home.log(), ...[7, 8, 9].map((n) => line(n, { output: 1 })));
    expect(await holds()).toBe(false);
  });

  it('is false when the log is gone', async () => {
    renameSync(home.log(), `${home.log()}.away`);
    expect(await holds()).toBe(false);
  });
});

describe('usage by time', () => {
  beforeEach(() => {
    home.append(
      home.log(),
      line(1, { output: 1, at: '2026-03-09T09:00:00.000Z' }),
      line(2, { output: 20, at: '2026-03-09T09:00:10.000Z' }),
      line(3, { output: 300, at: '2026-03-09T09:00:20.000Z' }),
      line(4, { output: 4_000, at: 'no time' }),
    );
  });

  it('leaves out a record at the instant', async () => {
    const session = await home.open();
    const at = instant('09:00:10.000');
    expect([session.usageAfter(at - 1).counts.output, session.usageAfter(at).counts.output]).toEqual([320, 300]);
  });

  it('is without what is marked as copied', async () => {
    home.append(home.log(), line(5, { output: 50_000, copiedFrom: B }));
    expect((await home.open()).usageAfter(instant('01:00:00')).counts.output).toBe(321);
  });
});

describe('the session that an id stands for', () => {
  it('is itself', async () => {
    home.append(home.log(), line(1, { output: 1 }));
    expect(await resolveSession(home.agent, home.roots, A)).toBe(A);
  });

  it('is the one that a sub-agent works for', async () => {
    home.append(home.log(), line(1, { output: 1 })).append(home.subagent('a77'), line(2, { output: 1, subagent: true }));
    expect(await resolveSession(home.agent, home.roots, 'a77')).toBe(A);
  });

  it.each(['nobody', '*', '../../etc/passwd', '', '{a,b}', 'x'.repeat(5_000)])('is none if no log of it exists: "%s"', async (id) => {
    home.append(home.log(), line(1, { output: 1 }));
    expect(await resolveSession(home.agent, home.roots, id)).toBeNull();
  });

  it('is the root of a Codex sub-agent', async () => {
    const fixture = fixtures().find(({ name }) => name === 'codex/sibling-sub-agents')!;
    const roots = fixture.agent.roots({ home: fixture.home, variables: {} });
    expect(await resolveSession(fixture.agent, roots, '0adac0de-0003-7000-8000-000000000003')).toBe('0adac0de-0001-7000-8000-000000000001');
  });

  it('is the root of a Codex sub-agent whose parent is gone', async () => {
    const fixture = fixtures().find(({ name }) => name === 'codex/sub-agent-parent-gone')!;
    const roots = fixture.agent.roots({ home: fixture.home, variables: {} });
    expect(await resolveSession(fixture.agent, roots, '0adac0de-0002-7000-8000-000000000002')).toBe('0adac0de-0001-7000-8000-000000000001');
  });
});

describe('the recent sessions', () => {
  it('are those whose logs were written since', async () => {
    home.append(home.log(), line(1, { output: 1 }));
    const soon = (Date.now() + 60_000) * 1000;
    const before = (Date.now() - 60_000) * 1000;
    expect([await recentSessionIds(home.agent, home.roots, before), await recentSessionIds(home.agent, home.roots, soon)]).toEqual([
      [A],
      [],
    ]);
  });

  it('name the root of a sub-agent that was written', async () => {
    const fixture = fixtures().find(({ name }) => name === 'codex/sibling-sub-agents')!;
    const copied = copyOfHome(fixture);
    const ids = await recentSessionIds(fixture.agent, fixture.agent.roots({ home: copied, variables: {} }), 0);
    expect(ids).toEqual(['0adac0de-0001-7000-8000-000000000001']);
  });
});
