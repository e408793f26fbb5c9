import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogFile } from '../../../src/capture/agent.js';
import { copilotLogs, copilotLogsAt, copilotLogsOf, copilotRoots, sessionInName } from '../../../src/capture/copilot/paths.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const S = '0ada0c00-0005-4000-8000-000000000005';

function rootWith(...files: readonly string[]): string {
  const root = temporaryFolder();
  for (const name of files) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), '');
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name).sort();

describe("Copilot's folder", () => {
  it.each<[string, Record<string, string>, string]>([
    ['~/.copilot', {}, '/home/ada/.copilot'],
    ['what COPILOT_HOME names', { COPILOT_HOME: '/c' }, '/c'],
    ['~/.copilot where that is empty', { COPILOT_HOME: '' }, '/home/ada/.copilot'],
  ])('is %s', (_, variables, root) => {
    expect(copilotRoots({ home: '/home/ada', variables })).toEqual([root]);
  });
});

describe("Copilot's sessions", () => {
  it('are the events in their folders and the files of early builds, and nothing of the rest', async () => {
    const root = rootWith(
      `session-state/${S}/events.jsonl`,
      `session-state/${S}/workspace.yaml`,
      `session-state/${S}/other.jsonl`,
      `session-state/${S}/files/events.jsonl`,
      'session-state/old.jsonl',
      'session-state/old.json',
      'history-session-state/x.jsonl',
      'config.json',
    );
    const logs = await copilotLogs(root);
    expect([names(logs), new Set(logs.map(({ kind }) => kind))]).toEqual([
      [`session-state/${S}/events.jsonl`, 'session-state/old.jsonl'],
      new Set(['append']),
    ]);
  });

  it.each(['session-state', `session-state/${S}`])('are not looked for behind a link: %s', async (linked) => {
    const root = rootWith(`session-state/${S}/events.jsonl`);
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    renameSync(join(root, linked), elsewhere);
    symlinkSync(elsewhere, join(root, linked));
    expect([await copilotLogs(root), await copilotLogsOf(root, S)]).toEqual([[], []]);
  });

  it('are none where there is no folder', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere');
    expect([await copilotLogs(nowhere), await copilotLogsOf(nowhere, S)]).toEqual([[], []]);
  });
});

describe('the logs of one session', () => {
  it('are the events in its folder and its file, of that name alone', async () => {
    const root = rootWith(
      `session-state/${S}/events.jsonl`,
      `session-state/${S}.jsonl`,
      `session-state/${S}x/events.jsonl`,
      'session-state/y.jsonl',
    );
    expect(names(await copilotLogsOf(root, S))).toEqual([`session-state/${S}.jsonl`, `session-state/${S}/events.jsonl`].sort());
  });

  it.each(['../x', '..', '', '.', '*', 'a/b', '-x'])('of an odd id, "%s", are not looked for', async (id) => {
    const root = rootWith('x/events.jsonl', 'x.jsonl', 'session-state/events.jsonl', 'events.jsonl', 'session-state/a/b/events.jsonl');
    expect(await copilotLogsOf(root, id)).toEqual([]);
  });
});

describe('a log by its path', () => {
  it.each([
    [`/x/${S}/events.jsonl`, '/x', `${S}/events.jsonl`, S],
    ['/x/old.jsonl', '/x', 'old.jsonl', 'old'],
  ])('%s has its session in its name', (path, root, name, session) => {
    const logs = copilotLogsAt(path);
    expect([logs, sessionInName(logs[0]!.name)]).toEqual([[{ agent: 'copilot', root, name, kind: 'append' }], session]);
  });
});
