// Logs that nobody would write, but a crash, a full disk or an enemy may: the reading never throws, never hangs, never goes below 0.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentNamed } from '../../src/capture/agents.js';
import { SessionReading } from '../../src/ingest/session.js';
import { recentSessionIds } from '../../src/ingest/top-session.js';
import type { AgentSessions } from '../../src/ingest/sessions.js';
import type { AgentName } from '../../src/model/agents.js';
import { formatInstant } from '../../src/model/time.js';
import { TOKEN_CLASSES } from '../../src/model/tokens.js';
import { allTold, filesIn, fixtures, makeFolderOf, newReading, readHome, temporaryFolder } from '../capture/fixture.js';

const ID = '0adabad0-0c00-4000-8000-000000000001';
const OTHER = '0adabad0-0c00-4000-8000-000000000002';

const PATHS: Readonly<Record<'claude' | 'codex' | 'amp', (id: string) => string>> = {
  claude: (id) => `.claude/projects/-p/${id}.jsonl`,
  codex: (id) => `.codex/sessions/2026/03/09/rollout-2026-03-09T08-00-00-${id}.jsonl`,
  amp: (id) => `.local/share/amp/threads/T-${id}.json`,
};

type Read = keyof typeof PATHS;

const READ = Object.keys(PATHS) as Read[];

function homeWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const home = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    makeFolderOf(join(home, name));
    writeFileSync(join(home, name), content);
  }
  return home;
}

const read = (agent: AgentName, home: string, reading = newReading()): Promise<AgentSessions> => readHome(agentNamed(agent), home, reading);

const usageIsSound = ({ sessions }: AgentSessions): boolean =>
  sessions.every(({ usage }) => TOKEN_CLASSES.every((name) => usage.counts[name] === null || usage.counts[name] >= 0));

const claudeLine = (rest: Readonly<Record<string, unknown>>, message: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  type: 'assistant',
  sessionId: ID,
  timestamp: '2026-03-09T09:00:00.000Z',
  message: { id: 'msg_ada_hostile', model: 'm', stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 10 }, ...message },
  ...rest,
});

const DEEP = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;

/** JSON of `value` in which the text "@deep" is a list of a hundred thousand levels. */
const deepJson = (value: unknown): string => JSON.stringify(value).replace('"@deep"', DEEP);

describe('lists of a hundred thousand levels', () => {
  it('in a Claude line are survived', async () => {
    const home = homeWith({ [PATHS.claude(ID)]: deepJson(claudeLine({ uuid: 'u' }, { content: '@deep' })) });
    expect((await read('claude', home)).records).toBe(1);
  });

  it('in a Claude line without message.id and uuid are survived', async () => {
    const home = homeWith({ [PATHS.claude(ID)]: deepJson(claudeLine({}, { id: undefined, content: '@deep' })) });
    expect((await read('claude', home)).records).toBe(1);
  });

  it('in a Claude line with a short id and no request are survived', async () => {
    const home = homeWith({ [PATHS.claude(ID)]: deepJson(claudeLine({}, { id: 'msg', content: '@deep' })) });
    expect((await read('claude', home)).records).toBe(1);
  });

  it('as a count are no count', async () => {
    const home = homeWith({ [PATHS.claude(ID)]: deepJson(claudeLine({}, { usage: { input_tokens: '@deep', output_tokens: 10 } })) });
    expect((await read('claude', home)).sessions[0]?.flags).toEqual(['invalid_count']);
  });

  it('in a Codex line are survived', async () => {
    const meta = { type: 'session_meta', payload: { id: ID, source: '@deep' } };
    const home = homeWith({
      [PATHS.codex(ID)]: `${deepJson(meta)}\n${deepJson({ type: 'event_msg', payload: { type: 'token_count', info: '@deep' } })}\n`,
    });
    expect((await read('codex', home)).sessions.map(({ session_id }) => session_id)).toEqual([ID]);
  });

  it('in an Amp thread are survived', async () => {
    const home = homeWith({
      [PATHS.amp(ID)]: deepJson({ id: `T-${ID}`, messages: [{ messageId: '@deep', usage: { outputTokens: 10 } }] }),
    });
    expect((await read('amp', home)).records).toBe(1);
  });
});

describe('counts near 2^53', () => {
  const MAX = Number.MAX_SAFE_INTEGER;
  const huge = (n: number, model = 'm'): string =>
    `${JSON.stringify(claudeLine({}, { id: `msg_ada_huge_${n}`, model, usage: { output_tokens: MAX } }))}\n`;

  it('are added up without an error', async () => {
    const home = homeWith({ [PATHS.claude(ID)]: [1, 2, 3, 4].map((n) => huge(n)).join('') });
    expect(usageIsSound(await read('claude', home))).toBe(true);
  });

  it('are survived where records go on with another model', async () => {
    const home = homeWith({ [PATHS.claude(ID)]: [1, 2, 3].map((n) => huge(n)).join('') });
    const reading = newReading();
    await read('claude', home, reading);
    appendFileSync(join(home, PATHS.claude(ID)), [1, 2, 3].map((n) => huge(n, 'another')).join(''));
    expect(usageIsSound(await read('claude', home, reading))).toBe(true);
  });

  it('give the same in steps as in one reading', async () => {
    const reading = newReading();
    const home = homeWith({ [PATHS.claude(ID)]: '' });
    let text = '';
    for (const n of [1, 2, 3, 2, 1]) {
      text += huge(n);
      writeFileSync(join(home, PATHS.claude(ID)), text);
      await read('claude', home, reading);
    }
    expect(allTold(await read('claude', home, reading))).toEqual(allTold(await read('claude', home)));
  });

  it('in Codex totals without what was added are never negative', async () => {
    const total = (n: number): string =>
      JSON.stringify({
        type: 'event_msg',
        timestamp: '2026-03-09T09:00:00Z',
        payload: { type: 'token_count', info: { total_token_usage: { input_tokens: n, output_tokens: n, cached_input_tokens: MAX } } },
      });
    const home = homeWith({
      [PATHS.codex(ID)]: [JSON.stringify({ type: 'session_meta', payload: { id: ID } }), total(MAX), total(1), total(MAX), total(5)].join(
        '\n',
      ),
    });
    expect(usageIsSound(await read('codex', home))).toBe(true);
  });
});

describe('times that no calendar has', () => {
  it.each([Number.MAX_SAFE_INTEGER, 8.64e15, 1e15, 253_402_300_800_000])(
    'in an Amp thread give times that can be shown: created %d',
    async (created) => {
      const home = homeWith({
        [PATHS.amp(ID)]: JSON.stringify({ id: `T-${ID}`, created, messages: [{ messageId: 1, usage: { outputTokens: 10 } }] }),
      });
      const { sessions } = await read('amp', home);
      const shown = sessions.map(({ changed_at, first_at }) => [
        formatInstant(changed_at),
        first_at === null ? null : formatInstant(first_at),
      ]);
      expect(shown).toHaveLength(1);
    },
  );

  it.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-03-09T24:00:00Z', '+275760-09-13T00:00:00Z'])(
    'in a line give times that can be shown: %s',
    async (timestamp) => {
      const home = homeWith({ [PATHS.claude(ID)]: JSON.stringify(claudeLine({ timestamp })) });
      const { sessions } = await read('claude', home);
      expect(sessions.map(({ changed_at }) => formatInstant(changed_at))).toHaveLength(1);
    },
  );
});

describe('files that are not what their names say', () => {
  it.each(READ)('are survived if they are empty: %s', async (agent) => {
    const { records } = await read(agent, homeWith({ [PATHS[agent](ID)]: '' }));
    expect(records).toBe(0);
  });

  it.each(READ)('are survived if they are folders: %s', async (agent) => {
    const home = temporaryFolder();
    mkdirSync(join(home, PATHS[agent](ID)), { recursive: true });
    expect((await read(agent, home)).sessions).toEqual([]);
  });

  it.each(READ)('are survived with any bytes: %s', async (agent) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(usageIsSound(await read(agent, homeWith({ [PATHS[agent](ID)]: bytes })))).toBe(true);
      }),
      { seed: 21, numRuns: 30 },
    );
  });

  it('are survived as compressed rollouts with any bytes', async () => {
    const magic = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd]);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, zstd) => {
        const home = homeWith({ [`${PATHS.codex(ID)}.zst`]: zstd ? Buffer.concat([magic, bytes]) : bytes });
        expect(usageIsSound(await read('codex', home))).toBe(true);
      }),
      { seed: 22, numRuns: 60 },
    );
  });

  it('are survived as compressed rollouts with a byte changed', async () => {
    const fixture = fixtures().find(({ name }) => name === 'codex/compressed')!;
    const bytes = readFileSync(join(fixture.home, filesIn(fixture.home)[0]!));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= change;
        expect(usageIsSound(await read('codex', homeWith({ [`${PATHS.codex(ID)}.zst`]: damaged })))).toBe(true);
      }),
      { seed: 23, numRuns: 60 },
    );
  });

  it.each([
    'null',
    '[]',
    '7',
    '"text"',
    '{}',
    '{"messages":{}}',
    '{"messages":[null,1,[]],"usageLedger":[]}',
    '{"usageLedger":{"events":[{},{"tokens":7}]}}',
  ])('are survived as an Amp thread: %s', async (text) => {
    expect(usageIsSound(await read('amp', homeWith({ [PATHS.amp(ID)]: text })))).toBe(true);
  });
});

describe('ids of any kind', () => {
  const odd = [
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '*',
    '{a,b}',
    'a b',
    '\u0000',
    '\ud800',
    'ä',
    '~',
    'x'.repeat(1_000),
    '{"a":1}',
    'unknown',
  ];

  it.each(odd)('of a Codex session are a session, read alone as among all: %j', async (id) => {
    const event = {
      type: 'event_msg',
      timestamp: '2026-03-09T09:00:00Z',
      payload: { type: 'token_count', info: { total_token_usage: { input_tokens: 1 }, last_token_usage: { input_tokens: 1 } } },
    };
    const home = homeWith({
      [PATHS.codex(ID)]: `${JSON.stringify({ type: 'session_meta', payload: { id, cwd: '/p' } })}\n${JSON.stringify(event)}\n`,
    });
    expect((await read('codex', home)).sessions.map(({ session_id, usage }) => [session_id, usage.counts.input])).toEqual([
      [id.toWellFormed(), 1],
    ]);
  });

  it.each(odd)('of a Claude session are survived: %j', async (id) => {
    const home = homeWith({ '.claude/projects/-p/notes.jsonl': `${JSON.stringify(claudeLine({ sessionId: id }))}\n` });
    expect((await read('claude', home)).sessions.map(({ session_id }) => session_id)).toEqual([id.toWellFormed()]);
  });

  it('of a day that no calendar has are found in the names of Codex folders', async () => {
    const home = homeWith({
      [`.codex/sessions/2026/13/45/rollout-2026-13-45T08-00-00-${ID}.jsonl`]: JSON.stringify({ type: 'session_meta', payload: { id: ID } }),
    });
    const codex = agentNamed('codex');
    const session = await SessionReading.open(
      { agent: codex, session_id: ID, path: null },
      { roots: codex.roots({ home, variables: {} }) },
      newReading(),
    );
    expect(session.exists).toBe(true);
  });

  it('of a Codex sub-agent that is its own parent come to an end', { timeout: 10_000 }, async () => {
    const meta = { type: 'session_meta', payload: { id: ID, source: { subagent: { thread_spawn: { parent_thread_id: ID } } } } };
    const home = homeWith({ [PATHS.codex(ID)]: JSON.stringify(meta) });
    expect((await read('codex', home)).sessions).toHaveLength(1);
  });

  it("of Codex sub-agents that are each other's parents come to an end", { timeout: 10_000 }, async () => {
    const meta = (id: string, parent: string): string =>
      JSON.stringify({
        type: 'session_meta',
        payload: { id, forked_from_id: parent, source: { subagent: { thread_spawn: { parent_thread_id: parent } } } },
      });
    const home = homeWith({ [PATHS.codex(ID)]: meta(ID, OTHER), [PATHS.codex(OTHER)]: meta(OTHER, ID) });
    const codex = agentNamed('codex');
    const roots = codex.roots({ home, variables: {} });
    await SessionReading.open({ agent: codex, session_id: ID, path: null }, { roots }, newReading());
    expect((await recentSessionIds(codex, roots, 0)).length).toBeGreaterThan(0);
  });

  it('of a Claude session that was forked from itself come to an end', { timeout: 10_000 }, async () => {
    const home = homeWith({ [PATHS.claude(ID)]: JSON.stringify(claudeLine({ forkedFrom: { sessionId: ID } })) });
    expect((await read('claude', home)).sessions).toHaveLength(1);
  });
});

/** Every place in a value, as a path of keys. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function withPlace(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  const changed = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Record<string, unknown>) };
  const inside = changed as Record<string, unknown>;
  inside[key] = withPlace(inside[key], rest, put);
  return changed;
}

const NASTY = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  -0,
  '',
  ' ',
  '10',
  '-10',
  '\u0000',
  '\ud800',
  '__proto__',
  'x'.repeat(2_000),
  [],
  [[]],
  {},
  { usage: 1 },
  { id: null },
];

describe.each(READ)('a field of a %s log that holds anything', (agent) => {
  // Whole lines for logs of lines, whole documents for Amp.
  const texts = fixtures()
    .filter((fixture) => fixture.agent.name === agent)
    .flatMap(({ home }) =>
      filesIn(home)
        .filter((name) => !name.endsWith('.zst'))
        .map((name) => readFileSync(join(home, name), 'utf8')),
    );
  const values = texts
    .flatMap((text) => (agent === 'amp' ? [text] : text.split('\n')))
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as unknown];
      } catch {
        return [];
      }
    });

  it('is survived, and read in steps as in one go', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 }), async (picks) => {
        const lines = picks.map(([which, where, what]) => {
          const value = values[which % values.length];
          const places = placesIn(value);
          return JSON.stringify(withPlace(value, places[where % places.length]!, NASTY[what % NASTY.length]));
        });
        const home = homeWith({ [PATHS[agent](ID)]: '' });
        const reading = newReading();
        for (let n = 1; n <= lines.length; n++) {
          writeFileSync(
            join(home, PATHS[agent](ID)),
            agent === 'amp'
              ? lines[n - 1]!
              : lines
                  .slice(0, n)
                  .map((line) => `${line}\n`)
                  .join(''),
          );
          expect(usageIsSound(await read(agent, home, reading))).toBe(true);
        }
        expect(allTold(await read(agent, home, reading))).toEqual(allTold(await read(agent, home)));
      }),
      { seed: 31, numRuns: 120 },
    );
  });
});
