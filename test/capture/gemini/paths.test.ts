import { createHash } from 'node:crypto';
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFacts, type LogFile, type Peek } from '../../../src/capture/agent.js';
import { geminiLogs, geminiLogsAt, geminiLogsOf, geminiRoots, parentInName } from '../../../src/capture/gemini/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const S = '0ada6e00-0005-4000-8000-000000000005';
const OTHER = '0ada6e00-0006-4000-8000-000000000006';

function rootWith(...names: readonly (string | readonly [name: string, text: string])[]): string {
  const root = temporaryFolder();
  for (const entry of names) {
    const [name, text] = typeof entry === 'string' ? [entry, ''] : entry;
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), text);
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name).sort();
const folders = (logs: readonly LogFile[]): unknown[] => logs.map(({ about }) => about?.['folder']);

/** Which session a chat holds stands inside. */
const holding =
  (sessions: Readonly<Record<string, string>>): Peek =>
  ({ name }) =>
    Promise.resolve({ ...noFacts(), session_id: sessions[name] ?? null });

const chat = (project: string, time: string, end = 'jsonl'): string => `tmp/${project}/chats/session-${time}-0ada6e00.${end}`;

describe("Gemini's folder", () => {
  it.each<[string, Record<string, string>, string]>([
    ['~/.gemini', {}, '/home/ada/.gemini'],
    ['.gemini in what GEMINI_CLI_HOME names', { GEMINI_CLI_HOME: '/g' }, '/g/.gemini'],
    ['~/.gemini where that is empty', { GEMINI_CLI_HOME: '' }, '/home/ada/.gemini'],
  ])('is %s', (_, variables, root) => {
    expect(geminiRoots({ home: '/home/ada', variables })).toEqual([root]);
  });
});

describe("Gemini's chats", () => {
  it('are those of every project and of sub-agents, in both forms, and nothing of the rest', async () => {
    const root = rootWith(
      chat('paper', '2026-03-10T10-00', 'json'),
      chat('a1b2', '2026-03-10T11-00'),
      `tmp/paper/chats/${S}/sub.jsonl`,
      `tmp/paper/chats/${S}/sub.json`,
      'tmp/paper/chats/notes.jsonl',
      'tmp/paper/chats/session-1.json.tmp',
      'tmp/paper/logs.json',
      'tmp/paper/checkpoints/session-1.json',
      'oauth_creds.json',
      'projects.json',
    );
    expect(names(await geminiLogs(root))).toEqual([
      chat('a1b2', '2026-03-10T11-00'),
      `tmp/paper/chats/${S}/sub.json`,
      `tmp/paper/chats/${S}/sub.jsonl`,
      chat('paper', '2026-03-10T10-00', 'json'),
    ]);
  });

  it('grow where they are lines, and are written whole where they are JSON', async () => {
    const logs = await geminiLogs(rootWith(chat('p', '1', 'json'), chat('p', '1')));
    expect(logs.map(({ name, kind }) => [name.endsWith('.jsonl'), kind])).toEqual([
      [false, 'document'],
      [true, 'append'],
    ]);
  });

  it.each(['tmp', 'tmp/paper', 'tmp/paper/chats'])('are not looked for behind a link: %s', async (linked) => {
    const root = rootWith(chat('paper', '1'), `tmp/paper/chats/${S}/sub.jsonl`);
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    renameSync(join(root, linked), elsewhere);
    symlinkSync(elsewhere, join(root, linked));
    const peek = holding({ [chat('paper', '1')]: S });
    expect([names(await geminiLogs(root)), names(await geminiLogsOf(root, S, peek))]).toEqual([[], []]);
  });

  it('are none where there is no folder', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere');
    expect([await geminiLogs(nowhere), await geminiLogsOf(nowhere, S, holding({}))]).toEqual([[], []]);
  });
});

describe('the chats of a session', () => {
  it('are those that name it inside, in each project, and those of its sub-agents', async () => {
    const root = rootWith(chat('paper', '1'), chat('paper', '2'), chat('book', '3', 'json'), `tmp/paper/chats/${S}/sub.jsonl`);
    const peek = holding({ [chat('paper', '1')]: S, [chat('paper', '2')]: OTHER, [chat('book', '3', 'json')]: S });
    expect(names(await geminiLogsOf(root, S, peek))).toEqual([
      chat('book', '3', 'json'),
      `tmp/paper/chats/${S}/sub.jsonl`,
      chat('paper', '1'),
    ]);
  });

  it("are a sub-agent's own by its id", async () => {
    const root = rootWith(`tmp/paper/chats/${S}/${OTHER}.jsonl`, `tmp/paper/chats/${S}/else.jsonl`);
    expect(names(await geminiLogsOf(root, OTHER, holding({})))).toEqual([`tmp/paper/chats/${S}/${OTHER}.jsonl`]);
  });

  it('are not opened where their name tells of another session', async () => {
    const asked: string[] = [];
    const peek: Peek = ({ name }) => {
      asked.push(name);
      return Promise.resolve(null);
    };
    await geminiLogsOf(rootWith('tmp/p/chats/session-2026-03-10T10-00-ffffffff.jsonl'), S, peek);
    expect(asked).toEqual([]);
  });

  it.each(['../x', '..', '', '*', 'a/b', '-x', '/etc'])('of an odd id, "%s", are not looked for', async (id) => {
    const root = rootWith(chat('paper', '1'), 'tmp/x/a.jsonl', `tmp/paper/chats/${S}/sub.jsonl`);
    expect(await geminiLogsOf(root, id, holding({ [chat('paper', '1')]: id }))).toEqual([]);
  });
});

describe("the working folder of a project's chats", () => {
  it('is what projects.json tells of its short name', async () => {
    const root = rootWith(chat('paper', '1'), ['projects.json', '{"projects":{"/home/ada/paper":"paper"}}']);
    expect(folders(await geminiLogs(root))).toEqual(['/home/ada/paper']);
  });

  it('is the one of which it bears the hash', async () => {
    const hash = createHash('sha256').update('/home/ada/paper').digest('hex');
    const root = rootWith(chat(hash, '1'), ['projects.json', '{"projects":{"/home/ada/paper":"other"}}']);
    expect(folders(await geminiLogs(root))).toEqual(['/home/ada/paper']);
  });

  it('is what lies beside the chats, where projects.json does not tell', async () => {
    const root = rootWith(chat('paper', '1'), ['tmp/paper/.project_root', '/home/ada/paper\n'], ['projects.json', 'no json']);
    expect(folders(await geminiLogs(root))).toEqual(['/home/ada/paper']);
  });

  it.each(['', '\n'])('is unknown where what lies beside the chats is %j', async (text) => {
    expect(folders(await geminiLogs(rootWith(chat('paper', '1'), ['tmp/paper/.project_root', text])))).toEqual([null]);
  });

  it('is told with the chats of a session, too', async () => {
    const root = rootWith(chat('paper', '1'), ['projects.json', '{"projects":{"/home/ada/paper":"paper"}}']);
    expect(folders(await geminiLogsOf(root, S, holding({ [chat('paper', '1')]: S })))).toEqual(['/home/ada/paper']);
  });
});

describe('a chat by its path or name', () => {
  it.each([
    ['/x/session-1.json', 'document'],
    ['/x/session-1.jsonl', 'append'],
  ])('%s is a log of its own', (path, kind) => {
    expect(geminiLogsAt(path)).toEqual([{ agent: 'gemini', root: '/x', name: path.slice(3), kind }]);
  });

  it('names the session that a sub-agent works for by its folder', () => {
    expect([parentInName(`tmp/p/chats/${S}/sub.jsonl`), parentInName(chat('p', '1'))]).toEqual([S, null]);
  });
});
