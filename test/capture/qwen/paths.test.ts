import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFacts, type LogFile, type Peek } from '../../../src/capture/agent.js';
import { qwenLogs, qwenLogsAt, qwenLogsOf, qwenRoots } from '../../../src/capture/qwen/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const S = '0ada1234-0005-4000-8000-000000000005';
const OLD = 'tmp/a1b2/chats/session-2026-03-10T10-00-0ada1234.json';

function rootWith(...files: readonly string[]): string {
  const root = temporaryFolder();
  for (const name of files) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), '');
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name).sort();

const holding =
  (session: string | null): Peek =>
  () =>
    Promise.resolve({ ...noFacts(), session_id: session });

describe("Qwen's folder", () => {
  it.each<[string, Record<string, string>, string]>([
    ['~/.qwen', {}, '/home/ada/.qwen'],
    ['what QWEN_HOME names', { QWEN_HOME: '/q' }, '/q'],
    ['what QWEN_RUNTIME_DIR names before that', { QWEN_HOME: '/q', QWEN_RUNTIME_DIR: '/r' }, '/r'],
    ['~/.qwen where both are empty', { QWEN_HOME: '', QWEN_RUNTIME_DIR: '' }, '/home/ada/.qwen'],
  ])('is %s', (_, variables, root) => {
    expect(qwenRoots({ home: '/home/ada', variables })).toEqual([root]);
  });
});

describe("Qwen's chats", () => {
  it('are those of every project and those of the old form, and nothing of the rest', async () => {
    const root = rootWith(
      `projects/-home-ada-paper/chats/${S}.jsonl`,
      `projects/-home-ada-paper/chats/${S}.runtime.json`,
      `projects/-home-ada-paper/chats/${S}/sub.jsonl`,
      `projects/-home-ada-paper/${S}.jsonl`,
      OLD,
      'tmp/a1b2/logs.json',
      'tmp/a1b2/chats/session-1.jsonl',
      'oauth_creds.json',
    );
    const logs = await qwenLogs(root);
    expect(logs.map(({ name, kind }) => [name, kind])).toEqual([
      [`projects/-home-ada-paper/chats/${S}.jsonl`, 'append'],
      [OLD, 'document'],
    ]);
  });

  it.each(['projects', 'projects/p', 'projects/p/chats', 'tmp', 'tmp/a1b2', 'tmp/a1b2/chats'])(
    'are not looked for behind a link: %s',
    async (linked) => {
      const root = rootWith(`projects/p/chats/${S}.jsonl`, OLD);
      const elsewhere = join(temporaryFolder(), 'elsewhere');
      renameSync(join(root, linked), elsewhere);
      symlinkSync(elsewhere, join(root, linked));
      const left = linked.startsWith('tmp') ? [`projects/p/chats/${S}.jsonl`] : [OLD];
      expect([names(await qwenLogs(root)), names(await qwenLogsOf(root, S, holding(S)))]).toEqual([left, left]);
    },
  );
});

describe('the chats of a session', () => {
  it('are those of its name in each project, and nothing that begins like it', async () => {
    const root = rootWith(
      `projects/p/chats/${S}.jsonl`,
      `projects/q/chats/${S}.jsonl`,
      `projects/p/chats/${S}x.jsonl`,
      'projects/p/chats/y.jsonl',
    );
    expect(names(await qwenLogsOf(root, S, holding(null)))).toEqual([`projects/p/chats/${S}.jsonl`, `projects/q/chats/${S}.jsonl`]);
  });

  it('are those of the old form that name it inside', async () => {
    const root = rootWith(OLD);
    expect([names(await qwenLogsOf(root, S, holding(S))), names(await qwenLogsOf(root, S, holding('0ada1234-else')))]).toEqual([[OLD], []]);
  });

  it.each(['../x', '..', '', '*', 'a/b', '-x'])('of an odd id, "%s", are not looked for', async (id) => {
    const root = rootWith('projects/p/x.jsonl', 'projects/p/chats/y.jsonl', OLD);
    expect(await qwenLogsOf(root, id, holding(id))).toEqual([]);
  });
});

describe('a chat by its path', () => {
  it.each([
    ['/x/a.jsonl', 'append'],
    ['/x/a.json', 'document'],
  ])('%s is a log of its own', (path, kind) => {
    expect(qwenLogsAt(path)).toEqual([{ agent: 'qwen', root: '/x', name: path.slice(3), kind }]);
  });
});
