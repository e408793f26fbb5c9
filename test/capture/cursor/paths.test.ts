import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogFile } from '../../../src/capture/agent.js';
import { cursorLogs, cursorLogsAt, cursorLogsOf, cursorRoots, sessionInName } from '../../../src/capture/cursor/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const S = '0ada0cc0-0005-4000-8000-000000000005';
const FOLDER = 'projects/-home-ada-paper/agent-transcripts';

function rootWith(...files: readonly string[]): string {
  const root = temporaryFolder();
  for (const name of files) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), '');
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name).sort();

describe("Cursor's folder", () => {
  it('is ~/.cursor, whatever the environment says', () => {
    expect(cursorRoots({ home: '/home/ada', variables: { CURSOR_HOME: '/c', XDG_DATA_HOME: '/d' } })).toEqual(['/home/ada/.cursor']);
  });
});

describe("Cursor's transcripts", () => {
  it('are those of its agent, in each form, and never a database', async () => {
    const root = rootWith(
      `${FOLDER}/${S}.txt`,
      `${FOLDER}/${S}.jsonl`,
      `${FOLDER}/${S}/${S}.jsonl`,
      `${FOLDER}/${S}/notes.txt`,
      `${FOLDER}/${S}/sub/deep.jsonl`,
      `${FOLDER}/${S}.json`,
      'projects/-home-ada-paper/terminals/1.txt',
      'chats/a/b/store.db',
      'cli-config.json',
    );
    expect(names(await cursorLogs(root))).toEqual([`${FOLDER}/${S}.jsonl`, `${FOLDER}/${S}.txt`, `${FOLDER}/${S}/${S}.jsonl`]);
  });

  it('that are text tell nothing but that they are there', async () => {
    const logs = await cursorLogs(rootWith(`${FOLDER}/a.txt`, `${FOLDER}/b.jsonl`));
    expect(logs.map(({ name, kind, opaque }) => [sessionInName(name), kind, opaque])).toEqual([
      ['a', 'document', true],
      ['b', 'append', false],
    ]);
  });

  it.each(['projects', 'projects/-home-ada-paper', FOLDER, `${FOLDER}/${S}`])('are not looked for behind a link: %s', async (linked) => {
    const root = rootWith(`${FOLDER}/${S}/${S}.jsonl`);
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    renameSync(join(root, linked), elsewhere);
    symlinkSync(elsewhere, join(root, linked));
    expect([await cursorLogs(root), await cursorLogsOf(root, S)]).toEqual([[], []]);
  });

  it('are none where there is no folder', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere');
    expect([await cursorLogs(nowhere), await cursorLogsOf(nowhere, S)]).toEqual([[], []]);
  });
});

describe('the transcripts of a session', () => {
  it('are those of its name in each project and form', async () => {
    const root = rootWith(
      `${FOLDER}/${S}.txt`,
      `${FOLDER}/${S}/${S}.jsonl`,
      `projects/b/agent-transcripts/${S}.jsonl`,
      `${FOLDER}/${S}x.jsonl`,
    );
    expect(names(await cursorLogsOf(root, S))).toEqual([
      `${FOLDER}/${S}.txt`,
      `${FOLDER}/${S}/${S}.jsonl`,
      `projects/b/agent-transcripts/${S}.jsonl`,
    ]);
  });

  it.each(['../x', '..', '', '*', 'a/b', '-x'])('of an odd id, "%s", are not looked for', async (id) => {
    const root = rootWith('projects/-home-ada-paper/x.jsonl', `${FOLDER}/a/b.jsonl`, `${FOLDER}/.txt`);
    expect(await cursorLogsOf(root, id)).toEqual([]);
  });
});

describe('a transcript by its path', () => {
  it.each([
    ['/x/a.jsonl', 'append', false],
    ['/x/a.txt', 'document', true],
  ])('%s is a log of its own', (path, kind, opaque) => {
    expect(cursorLogsAt(path)).toEqual([{ agent: 'cursor', root: '/x', name: path.slice(3), kind, opaque }]);
  });
});
