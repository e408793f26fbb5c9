import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogFile } from '../../../src/capture/agent.js';
import { opencodeLogs, opencodeLogsAt, opencodeLogsOf, opencodeRoots } from '../../../src/capture/opencode/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const message = (session: string, id: string): string => `storage/message/${session}/${id}.json`;

function rootWith(files: Readonly<Record<string, unknown>>): string {
  const root = temporaryFolder();
  for (const [name, value] of Object.entries(files)) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name).sort();

describe("OpenCode's folder", () => {
  it.each<[string, Record<string, string>, string]>([
    ['the data folder', {}, '/home/ada/.local/share/opencode'],
    ['XDG_DATA_HOME', { XDG_DATA_HOME: '/data' }, '/data/opencode'],
    ['the data folder where XDG_DATA_HOME is empty', { XDG_DATA_HOME: '' }, '/home/ada/.local/share/opencode'],
  ])('is in %s', (_, variables, root) => {
    expect(opencodeRoots({ home: '/home/ada', variables })).toEqual([root]);
  });
});

describe("OpenCode's logs", () => {
  it('are its databases and its messages, and nothing of the rest', async () => {
    const root = rootWith({
      'opencode.db': '',
      'opencode-beta.db': '',
      'opencode.db-wal': '',
      'opencode.db-shm': '',
      'opencode.db.bak': '',
      'other.db': '',
      'auth.json': '{}',
      [message('ses_1', 'msg_1')]: {},
      'storage/message/ses_1/msg_2.json.tmp': '',
      'storage/part/msg_1/prt_1.json': {},
      'storage/session/p/ses_1.json': {},
    });
    const logs = await opencodeLogs(root);
    expect(logs.map(({ name, kind }) => [name, kind]).sort()).toEqual([
      ['opencode-beta.db', 'rows'],
      ['opencode.db', 'rows'],
      [message('ses_1', 'msg_1'), 'document'],
    ]);
  });

  it('are no folder that is named like a database', async () => {
    const root = rootWith({});
    mkdirSync(join(root, 'opencode.db'));
    expect(await opencodeLogs(root)).toEqual([]);
  });

  it("tell what their session's file says", async () => {
    const session = {
      id: 'ses_1',
      parentID: 'ses_0',
      directory: '/home/ada/paper',
      version: '1.1.0',
      projectID: 'p',
      time: { created: 7 },
    };
    const [log] = await opencodeLogs(rootWith({ [message('ses_1', 'msg_1')]: {}, 'storage/session/p/ses_1.json': session }));
    expect(log?.about).toEqual({ parent: 'ses_0', folder: '/home/ada/paper', version: '1.1.0', project: 'p', created: '7' });
  });

  it.each([
    ['no file', {}],
    ['a damaged file', { 'storage/session/p/ses_1.json': '{"id":' }],
    ['an odd file', { 'storage/session/p/ses_1.json': '[]' }],
  ])('are there also where their session has %s', async (_, more) => {
    const logs = await opencodeLogs(rootWith({ [message('ses_1', 'msg_1')]: {}, ...more }));
    expect(logs.map(({ name, about }) => [name, about])).toEqual([[message('ses_1', 'msg_1'), {}]]);
  });

  it.each(['storage', 'storage/message', 'storage/message/ses_1'])('are not looked for behind a link: %s', async (linked) => {
    const root = rootWith({ [message('ses_1', 'msg_1')]: {} });
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    renameSync(join(root, linked), elsewhere);
    symlinkSync(elsewhere, join(root, linked));
    expect([await opencodeLogs(root), await opencodeLogsOf(root, 'ses_1')]).toEqual([[], []]);
  });

  it('are none where there is no folder', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere');
    expect([await opencodeLogs(nowhere), await opencodeLogsOf(nowhere, 'ses_1')]).toEqual([[], []]);
  });
});

describe('the logs of a session', () => {
  it('are its messages and every database, which may hold more of it', async () => {
    const root = rootWith({ 'opencode.db': '', [message('ses_1', 'msg_1')]: {}, [message('ses_2', 'msg_2')]: {} });
    expect(names(await opencodeLogsOf(root, 'ses_1'))).toEqual(['opencode.db', message('ses_1', 'msg_1')]);
  });

  it('are those of the sessions that it spawned, and that they spawned', async () => {
    const root = rootWith({
      ...Object.fromEntries([1, 2, 3, 4].map((n) => [message(`ses_${n}`, `msg_${n}`), {}])),
      'storage/session/p/ses_2.json': { id: 'ses_2', parentID: 'ses_1' },
      'storage/session/q/ses_3.json': { id: 'ses_3', parentID: 'ses_2' },
      'storage/session/p/ses_4.json': { id: 'ses_4', parentID: 'ses_9' },
    });
    expect(names(await opencodeLogsOf(root, 'ses_1'))).toEqual([1, 2, 3].map((n) => message(`ses_${n}`, `msg_${n}`)));
  });

  it('come to an end where sessions name each other as parents', async () => {
    const root = rootWith({
      [message('ses_1', 'msg_1')]: {},
      [message('ses_2', 'msg_2')]: {},
      'storage/session/p/ses_1.json': { id: 'ses_1', parentID: 'ses_2' },
      'storage/session/p/ses_2.json': { id: 'ses_2', parentID: 'ses_1' },
    });
    expect((await opencodeLogsOf(root, 'ses_1')).length).toBe(2);
  });

  it('are not looked for outside, whatever a spawned session calls itself', async () => {
    const root = rootWith({
      [message('ses_1', 'msg_1')]: {},
      'storage/session/p/ses_2.json': { id: '../session/p', parentID: 'ses_1' },
    });
    expect(names(await opencodeLogsOf(root, 'ses_1'))).toEqual([message('ses_1', 'msg_1')]);
  });

  it.each(['../x', '..', '', '*', 'a/b', '-x'])('of an odd id, "%s", are not looked for', async (id) => {
    const root = rootWith({ 'opencode.db': '', 'storage/x/a.json': {}, [message('a', 'b')]: {}, 'storage/message/a/b/c.json': {} });
    expect(await opencodeLogsOf(root, id)).toEqual([]);
  });
});

describe('a log by its path', () => {
  it.each([
    ['/x/opencode.db', { root: '/x', name: 'opencode.db', kind: 'rows' }],
    ['/x/opencode-dev.db', { root: '/x', name: 'opencode-dev.db', kind: 'rows' }],
    ['/x/ses_1/msg_1.json', { root: '/x', name: 'ses_1/msg_1.json', kind: 'document' }],
  ])('%s is one, with its session in its name where that tells it', (path, log) => {
    expect(opencodeLogsAt(path)).toMatchObject([log]);
  });
});
