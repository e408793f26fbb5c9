// The torture corpus: for each format of a log, a folder that holds everything that logs should never hold. It must give the totals
// of its clean twin, and a list of skips that was counted by hand from what torture.ts puts in.
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../src/capture/lines.js';
import { SessionReading } from '../../src/ingest/session.js';
import type { AgentSessions } from '../../src/ingest/sessions.js';
import { TOKEN_CLASSES } from '../../src/model/tokens.js';
import { allTold, copyOfHome, fixtures, logsOfHome, makeFolderOf, newReading, readHome, type Fixture } from '../capture/fixture.js';
import { hostileDocuments, IS_ROOT, linkFolders, seeded, tortureDatabase, tortureFolder, tortureLines, withMark } from './torture.js';

const SEEDS = [20260309, 20260310];

type Skips = Readonly<Record<string, number>>;

interface Trial {
  /** The clean twin. */
  readonly fixture: string;
  readonly kind: 'lines' | 'documents' | 'database';
  /** Where hostile files lie, in the home. */
  readonly folder: string;
  /** A log's name with a word in it. */
  readonly nameOf: (word: string) => string;
  /** Lines or documents that look like usage in this format, and are none: their counts are inherited, not their own. */
  readonly lookalikes: readonly string[];
  /** By hand: what is skipped of hostile contents. */
  readonly skipped: Skips;
  /** By hand: what is skipped of hostile files, and how many files are read. */
  readonly inFolder: { readonly skipped: Skips; readonly files: number };
}

const INHERITED = '"__proto__":{"usage":{"input_tokens":7,"output_tokens":7},"tokens":{"input":7,"output":7},"outputTokens":7}';

/** Of one log of lines: the lines in torture.ts under each reason. */
const ONE_LOG = { bad_json: 6, not_an_object: 6, zero_filled: 1 };

/** Of hostile documents: half, NULs, garbage, unclosed and a lone mark; the empty one; a list, a number, a text and null. */
const DOCUMENTS = { bad_json: 5, empty: 1, not_an_object: 4 };

/** Files named with a newline, an escape, as an option, and very long. */
const ODD_NAMES = 4;

const TRIALS: readonly Trial[] = [
  {
    fixture: 'claude/sub-agents',
    kind: 'lines',
    folder: '.claude/projects/-home-ada-paper',
    nameOf: (word) => `${word}.jsonl`,
    lookalikes: [
      `{"type":"assistant",${INHERITED}}`,
      `{"type":"assistant","message":{"id":"msg_torture_0000","model":"m",${INHERITED}}}`,
      '{"type":"assistant","message":{"id":"msg_torture_0001","model":"<synthetic>","usage":{"input_tokens":7}}}',
      '{"type":"assistant","usage":{"input_tokens":7}}',
    ],
    // Five logs.
    skipped: { bad_json: 30, not_an_object: 30, zero_filled: 5 },
    inFolder: { skipped: { bad_json: ODD_NAMES }, files: 5 + ODD_NAMES + 1 },
  },
  {
    fixture: 'codex/fork',
    kind: 'lines',
    folder: '.codex/sessions/2026/03/09',
    nameOf: (word) => `rollout-2026-03-09T09-00-00-${word}.jsonl`,
    lookalikes: [
      `{"type":"event_msg","payload":{"type":"token_count",${INHERITED}}}`,
      '{"type":"event_msg","payload":{"type":"token_count","info":{"__proto__":{"total_token_usage":{"input_tokens":7}}}}}',
      '{"type":"event_msg","payload":{"type":"token_count","info":null}}',
      '{"type":"token_count","info":{"total_token_usage":{"input_tokens":7}}}',
    ],
    // Two logs; each has one info without a counter of its own.
    skipped: { bad_json: 12, not_an_object: 12, unknown_shape: 2, zero_filled: 2 },
    inFolder: { skipped: { bad_json: ODD_NAMES }, files: 2 + ODD_NAMES + 1 },
  },
  {
    fixture: 'gemini/sub-agent',
    kind: 'lines',
    folder: '.gemini/tmp/paper/chats',
    nameOf: (word) => `session-2026-03-10T18-00-${word}.jsonl`,
    lookalikes: [
      `{"type":"gemini","id":"t-1",${INHERITED}}`,
      '{"type":"gemini","id":"t-2","tokens":null}',
      '{"type":"user","id":"t-3","tokens":{"input":7}}',
      '{"$set":{"messages":[null,7,"text",[],{"tokens":{"input":7}}]}}',
    ],
    // Two logs.
    skipped: { bad_json: 12, not_an_object: 12, zero_filled: 2 },
    inFolder: { skipped: { bad_json: ODD_NAMES }, files: 2 + ODD_NAMES + 1 },
  },
  {
    fixture: 'gemini/json-document',
    kind: 'documents',
    folder: '.gemini/tmp/paper/chats',
    nameOf: (word) => `session-2026-03-10T18-00-${word}.json`,
    lookalikes: [
      `{"sessionId":"torture","messages":[{"type":"gemini","id":"t-1",${INHERITED}}]}`,
      '{"sessionId":"torture","__proto__":{"messages":[{"type":"gemini","id":"t-1","tokens":{"input":7}}]}}',
      '{"sessionId":"torture","messages":{"0":{"type":"gemini","id":"t-1","tokens":{"input":7}}}}',
    ],
    skipped: DOCUMENTS,
    inFolder: { skipped: { bad_json: ODD_NAMES, empty: 1 }, files: 1 + ODD_NAMES + 1 },
  },
  {
    fixture: 'qwen/sub-agent',
    kind: 'lines',
    folder: '.qwen/projects/-home-ada-paper/chats',
    nameOf: (word) => `${word}.jsonl`,
    lookalikes: [
      '{"type":"system","subtype":"ui_telemetry","systemPayload":{"__proto__":{"uiEvent":{"event.name":"qwen-code.api_response"}}}}',
      '{"type":"system","subtype":"ui_telemetry","systemPayload":{"uiEvent":{"event.name":"qwen-code.api_error","input_token_count":7}}}',
      `{"type":"assistant",${INHERITED}}`,
      '{"type":"assistant","__proto__":{"usageMetadata":{"promptTokenCount":7}}}',
    ],
    skipped: ONE_LOG,
    inFolder: { skipped: { bad_json: ODD_NAMES }, files: 1 + ODD_NAMES + 1 },
  },
  {
    fixture: 'copilot/two-shutdowns',
    kind: 'lines',
    folder: '.copilot/session-state',
    nameOf: (word) => `${word}.jsonl`,
    lookalikes: [
      `{"type":"assistant.message","data":{"messageId":"t-1",${INHERITED}}}`,
      '{"type":"assistant.message","outputTokens":7}',
      '{"type":"session.usage","data":{"modelMetrics":{"m":{"usage":{"inputTokens":7}}}}}',
      // A summary without its numbers is the one shape that isn't known; two of them.
      '{"type":"session.shutdown","data":{"__proto__":{"modelMetrics":{"m":{"usage":{"inputTokens":7}}}}}}',
      '{"type":"session.shutdown","data":{"modelMetrics":[]}}',
    ],
    skipped: { ...ONE_LOG, unknown_shape: 2 },
    inFolder: { skipped: { bad_json: ODD_NAMES }, files: 1 + ODD_NAMES + 1 },
  },
  {
    fixture: 'opencode/json-storage',
    kind: 'documents',
    folder: '.local/share/opencode/storage/message/ses_ada0000000001PaperPaperPap',
    nameOf: (word) => `msg_${word}.json`,
    lookalikes: [
      // Two answers without tokens of their own.
      `{"role":"assistant",${INHERITED}}`,
      '{"role":"assistant","tokens":[]}',
      '{"role":"user","tokens":{"input":7}}',
      '{"__proto__":{"role":"assistant"},"tokens":{"input":7}}',
    ],
    skipped: { ...DOCUMENTS, unknown_shape: 2 },
    inFolder: { skipped: { bad_json: ODD_NAMES, empty: 1 }, files: 4 + ODD_NAMES + 1 },
  },
  {
    fixture: 'opencode/sub-session',
    kind: 'database',
    folder: '.local/share/opencode',
    nameOf: (word) => `opencode-${word}.db`,
    lookalikes: [],
    // Of the rows: nothing, empty, no JSON, a list, a number, a NUL, a deep list; no id, no id and no session. Then the truncated
    // database, the text and the NULs; the empty file is a database without tables.
    skipped: { bad_json: 9, bad_database: 3, unknown_shape: 1 },
    // Of the odd names, no build has any but the long one.
    inFolder: { skipped: { bad_database: 1, unknown_shape: 1 }, files: 3 },
  },
  {
    fixture: 'amp/ledger-and-messages',
    kind: 'documents',
    folder: '.local/share/amp/threads',
    nameOf: (word) => `T-${word}.json`,
    lookalikes: [
      `{"messages":[{"role":"assistant","messageId":1,${INHERITED}}]}`,
      '{"__proto__":{"usageLedger":{"events":[{"tokens":{"input":7}}]}}}',
      '{"usageLedger":{"events":{"0":{"tokens":{"input":7}}}},"messages":[null,7,"text",[]]}',
    ],
    skipped: DOCUMENTS,
    inFolder: { skipped: { bad_json: ODD_NAMES, empty: 1 }, files: 1 + ODD_NAMES + 1 },
  },
  {
    fixture: 'cursor/transcript',
    kind: 'lines',
    folder: '.cursor/projects/home-ada-paper/agent-transcripts',
    nameOf: (word) => `${word}.jsonl`,
    lookalikes: ['{"__proto__":{"role":"user"}}', '{"role":["user"]}', `{"role":"system",${INHERITED}}`],
    skipped: ONE_LOG,
    inFolder: { skipped: { bad_json: ODD_NAMES }, files: 1 + ODD_NAMES + 1 },
  },
];

const fixtureOf = ({ fixture }: Trial): Fixture => fixtures().find(({ name }) => name === fixture)!;

const readClean = (trial: Trial): Promise<AgentSessions> => readHome(fixtureOf(trial).agent, fixtureOf(trial).home);

/** What sessions spent, by their ids. */
const spent = ({ sessions }: AgentSessions): ReadonlyMap<string, unknown> =>
  new Map(
    sessions.map(({ session_id, usage, flags, turns, first_at, last_at }) => [session_id, { usage, flags, turns, first_at, last_at }]),
  );

/** The sessions of `read` that `twin` has too. */
const shared = (read: AgentSessions, twin: AgentSessions): unknown => {
  const ids = spent(twin);
  return new Map([...spent(read)].filter(([id]) => ids.has(id)));
};

/** Classes above 0 of sessions that `twin` doesn't have. */
const extraCounts = (read: AgentSessions, twin: AgentSessions): unknown[] => {
  const ids = spent(twin);
  const extra = read.sessions.filter(({ session_id }) => !ids.has(session_id));
  return extra.flatMap(({ session_id, usage }) =>
    TOKEN_CLASSES.filter((name) => (usage.counts[name] ?? 0) > 0).map((name) => [session_id, name, usage.counts[name]]),
  );
};

const skips = (read: AgentSessions): Skips => Object.fromEntries(read.skipped.map(({ reason, count }) => [reason, count]));

/** A home whose logs have hostile contents. */
async function hostileContents(trial: Trial, seed: number): Promise<string> {
  const fixture = fixtureOf(trial);
  const random = seeded(seed);
  const home = copyOfHome(fixture);
  const logs = await logsOfHome(fixture.agent, home);
  const good = readFileSync(logs[0]!);
  const hostile = (word: string): string => join(home, trial.folder, trial.nameOf(word));
  makeFolderOf(hostile('x'));
  if (trial.kind === 'lines') for (const log of logs) writeFileSync(log, tortureLines(readFileSync(log), trial.lookalikes, random));
  if (trial.kind === 'documents') {
    for (const log of logs) writeFileSync(log, withMark(readFileSync(log)));
    hostileDocuments(good, trial.lookalikes, random).forEach((content, n) => writeFileSync(hostile(`t${n}`), content));
  }
  if (trial.kind === 'database') {
    for (const log of logs) tortureDatabase(log);
    writeFileSync(hostile('x'), good.subarray(0, good.length >> 1));
    writeFileSync(hostile('y'), 'not a database, and longer than the hundred bytes that the head of a database takes. '.repeat(9));
    writeFileSync(hostile('zeros'), Buffer.alloc(good.length));
    writeFileSync(hostile('empty'), '');
  }
  return home;
}

/** A home whose folders hold what is no log. */
async function hostileFolder(trial: Trial): Promise<string> {
  const fixture = fixtureOf(trial);
  const home = copyOfHome(fixture);
  const logs = await logsOfHome(fixture.agent, home);
  linkFolders(logs);
  await tortureFolder(join(home, trial.folder), trial.nameOf, readFileSync(logs[0]!));
  return home;
}

/** By hand: links to folders in `hostileFolder` that stand where logs may be, and through which nobody goes. */
const LINKED_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'claude/sub-agents': ['-home-ada-paper-again', 'wf_7-again', 'loop'],
  'codex/fork': ['09-again', 'loop'],
  'gemini/sub-agent': ['0ada6e00-0005-4000-8000-000000000005-again', 'loop'],
  'gemini/json-document': ['loop'],
  'copilot/two-shutdowns': ['0adac0b0-0002-4000-8000-000000000002-again', 'loop'],
  'opencode/json-storage': ['ses_ada0000000001PaperPaperPap-again'],
  'cursor/transcript': ['0adac005-0001-4000-8000-000000000001-again', 'loop'],
};

/** By hand: files in `hostileFolder` that are found and can't be read. Of a name that is no UTF-8, only an approximation is known. */
function unreadable({ fixture, kind, nameOf }: Trial): string[] {
  const folders = (LINKED_FOLDERS[fixture] ?? []).map((name) => `${name}: link`);
  const closed = IS_ROOT ? [] : [`${nameOf('closed')}: unreadable`];
  // No build of OpenCode has such a name.
  const bytes = kind === 'database' ? [] : [`${nameOf('\u{fffd}')}: name_not_utf8`];
  return [`${nameOf('link')}: link`, `${nameOf('self')}: link`, `${nameOf('pipe')}: not_a_file`, `${nameOf('socket')}: not_a_file`].concat(
    closed,
    bytes,
    folders,
  );
}

const NAMED = TRIALS.map((trial) => [trial.fixture, trial] as const);

/** Does it the first time only: what a reading gives is looked at by several tests. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

describe.each(NAMED)('a hostile twin of the logs of %s', (_, trial) => {
  const { agent } = fixtureOf(trial);
  const clean = once(() => readClean(trial));

  it('has a clean twin in which nothing is skipped', async () => {
    const twin = await clean();
    expect([twin.skipped, twin.unread]).toEqual([[], []]);
  });

  describe.each(SEEDS)('with hostile contents, seed %d', (seed) => {
    const hostile = once(async () => readHome(agent, await hostileContents(trial, seed)));

    it('gives the usage of its clean twin', async () => {
      expect(shared(await hostile(), await clean())).toEqual(spent(await clean()));
    });

    it('counts nothing for sessions that only hostile contents name', async () => {
      expect(extraCounts(await hostile(), await clean())).toEqual([]);
    });

    it('skips what was counted by hand', async () => {
      expect(skips(await hostile())).toEqual(trial.skipped);
    });

    it('can read every file', async () => {
      expect((await hostile()).unread).toEqual([]);
    });

    it('gives the same again from a warm cache', async () => {
      const home = await hostileContents(trial, seed);
      const reading = newReading();
      const first = allTold(await readHome(agent, home, reading));
      expect(allTold(await readHome(agent, home, reading))).toEqual(first);
    });

    it('leaves the objects of the program as they were', async () => {
      await hostile();
      expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
    });
  });
});

describe.runIf(process.platform === 'linux').each(NAMED)('a twin of the folders of %s with hostile files', (_, trial) => {
  const { agent } = fixtureOf(trial);
  const clean = once(() => readClean(trial));
  const hostile = once(async () => readHome(agent, await hostileFolder(trial)));

  it('gives the usage of its clean twin in time', { timeout: 5_000 }, async () => {
    expect(shared(await hostile(), await clean())).toEqual(spent(await clean()));
  });

  it('counts nothing for what only hostile files hold', { timeout: 5_000 }, async () => {
    expect(extraCounts(await hostile(), await clean())).toEqual([]);
  });

  it('skips what was counted by hand', { timeout: 5_000 }, async () => {
    expect(skips(await hostile())).toEqual(trial.inFolder.skipped);
  });

  it('has as many plain files as were counted by hand, none of them behind a link', { timeout: 5_000 }, async () => {
    expect((await hostile()).files).toBe(trial.inFolder.files);
  });

  it('names each file that was not read, and why', { timeout: 5_000 }, async () => {
    const found = (await hostile()).unread.map(({ path, reason }) => `${basename(path)}: ${reason}`);
    expect(found.sort()).toEqual(unreadable(trial).sort());
  });

  it('gives the usage of its clean twin for each session alone', { timeout: 5_000 }, async () => {
    const roots = agent.roots({ home: await hostileFolder(trial), variables: {} });
    for (const { session_id, usage } of (await clean()).sessions) {
      const session = await SessionReading.open({ agent, session_id, path: null }, { roots }, newReading());
      expect([session_id, session.snapshot(0).usage]).toEqual([session_id, usage]);
    }
  });
});

const LONG_LINE_BYTES = MAX_LINE_BYTES + 1024 * 1024;

/** Puts a line of NULs between the first line of a log and the others; a hole in the file, which takes no room on the disk. */
function withLongLine(path: string): void {
  const bytes = readFileSync(path);
  const first = bytes.indexOf(0x0a) + 1;
  const file = openSync(path, 'w');
  try {
    writeSync(file, bytes, 0, first, 0);
    writeSync(file, Buffer.from('{"type":"x_torture","text":"'), 0, null, first);
    writeSync(file, Buffer.concat([Buffer.from('"}\n'), bytes.subarray(first)]), 0, null, first + LONG_LINE_BYTES);
  } finally {
    closeSync(file);
  }
}

describe('a line above the cap, between lines of a Codex log', () => {
  const trial = TRIALS.find(({ fixture }) => fixture === 'codex/fork')!;

  async function twinWithLongLine(): Promise<AgentSessions> {
    const { agent } = fixtureOf(trial);
    const home = copyOfHome(fixtureOf(trial));
    withLongLine((await logsOfHome(agent, home))[0]!);
    return readHome(agent, home);
  }

  it('is skipped once, and the lines after it are counted', async () => {
    const twin = await readClean(trial);
    const read = await twinWithLongLine();
    expect([skips(read), spent(read)]).toEqual([{ line_too_long: 1 }, spent(twin)]);
  });
});
