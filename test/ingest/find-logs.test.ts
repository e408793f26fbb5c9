import { renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLogs, isBehind } from '../../src/ingest/find-logs.js';
import { AGENT_LIST } from '../../src/capture/agents.js';
import { copyOfHome, fixtures, logsOfHome, temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line } from './claude-home.js';

const unread = (path: string) => ({ path, reason: 'link' as const });

describe('a log is behind', () => {
  it.each([
    ['what could not be read itself', '/r/p/1.jsonl', '/r/p/1.jsonl', true],
    ['a folder right above it', '/r/p/1.jsonl', '/r/p', true],
    ['a folder far above it', '/r/p/q/s/1.jsonl', '/r', true],
    ['no folder whose name its own only begins with', '/r/paper/1.jsonl', '/r/p', false],
    ['no folder beside it', '/r/p/1.jsonl', '/r/q', false],
    ['no folder below it', '/r/p', '/r/p/q', false],
    ['no log whose name its own only begins with', '/r/p/1.jsonl.zst', '/r/p/1.jsonl', false],
  ])('%s', (_, log, blocked, behind) => {
    expect(isBehind(log, [unread('/elsewhere'), unread(blocked)])).toBe(behind);
  });

  it('nothing where all could be read', () => {
    expect(isBehind('/r/p/1.jsonl', [])).toBe(false);
  });
});

describe('all logs of an agent', () => {
  it('are found below several roots, with the folders that hide more, each once', async () => {
    const home = new ClaudeHome();
    home.append(home.log(), line(1, { output: 1 }));
    const project = dirname(home.log());
    const aside = join(temporaryFolder(), 'project');
    home.append(join(dirname(project), '-home-ada-thesis', `${B}.jsonl`), line(2, { output: 2, session: B }));
    renameSync(join(dirname(project), '-home-ada-thesis'), aside);
    symlinkSync(aside, join(dirname(project), '-home-ada-thesis'));
    const found = await findLogs(home.agent, home.roots);
    expect(found.logs.map(({ name }) => name)).toEqual([`projects/-home-ada-paper/${A}.jsonl`]);
    expect(found.blocked).toEqual([{ path: join(dirname(project), '-home-ada-thesis'), reason: 'link' }]);
  });

  it('are none, and nothing hides any, where the agent was never used', async () => {
    expect(await findLogs(new ClaudeHome().agent, [join(temporaryFolder(), 'nowhere')])).toEqual({ logs: [], blocked: [] });
  });

  it.each(AGENT_LIST.map((agent) => [agent.name, agent] as const))(
    'of %s are behind the folder that holds them once it is a link',
    async (name, agent) => {
      const fixture = fixtures().find((one) => one.agent.name === name)!;
      const home = copyOfHome(fixture);
      // The folder right above each log: a chat's, a project's, a session's or a day's.
      const logs = (await logsOfHome(agent, home)).filter((path) => !path.endsWith('.db'));
      for (const folder of new Set(logs.map((path) => dirname(path)))) {
        const aside = join(temporaryFolder(), 'folder');
        renameSync(folder, aside);
        symlinkSync(aside, folder);
      }
      const found = await findLogs(agent, agent.roots({ home, variables: {} }));
      expect(found.logs.filter(({ name: log }) => !log.endsWith('.db'))).toEqual([]);
      expect(logs.filter((path) => !isBehind(path, found.blocked))).toEqual([]);
    },
  );
});
