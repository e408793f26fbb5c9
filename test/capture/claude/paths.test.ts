import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claudeLogs, claudeLogsAt, claudeLogsOf, claudeRoots, isSubagentLog, sessionInName } from '../../../src/capture/claude/paths.js';
import { noFacts, type LogFile, type Peek } from '../../../src/capture/agent.js';
import { makeFolderOf, temporaryFolder } from '../fixture.js';

const S = '0ada0001-0c00-4000-8000-000000000001';

function rootWith(...names: string[]): string {
  const root = temporaryFolder();
  for (const name of names) {
    makeFolderOf(join(root, name));
    writeFileSync(join(root, name), '');
  }
  return root;
}

const names = (logs: readonly LogFile[]): string[] => logs.map(({ name }) => name);

/** Flat sub-agent files tell their session by what `sessions` says. */
const peekAt =
  (sessions: Readonly<Record<string, string>>): Peek =>
  ({ name }) =>
    Promise.resolve({ ...noFacts(), session_id: sessions[name] ?? null });

describe("Claude Code's folders", () => {
  it('are ~/.claude and ~/.config/claude', () => {
    expect(claudeRoots({ home: '/home/ada', variables: {} })).toEqual(['/home/ada/.claude', '/home/ada/.config/claude']);
  });

  it('are where XDG_CONFIG_HOME says', () => {
    expect(claudeRoots({ home: '/home/ada', variables: { XDG_CONFIG_HOME: '/cfg' } })).toEqual(['/home/ada/.claude', '/cfg/claude']);
  });

  it('are only what CLAUDE_CONFIG_DIR names, one or several', () => {
    expect(claudeRoots({ home: '/home/ada', variables: { CLAUDE_CONFIG_DIR: '/a, /b,' } })).toEqual(['/a', '/b']);
  });

  it('are the usual ones if CLAUDE_CONFIG_DIR is empty', () => {
    expect(claudeRoots({ home: '/home/ada', variables: { CLAUDE_CONFIG_DIR: ' ' } })).toHaveLength(2);
  });
});

describe("Claude Code's logs", () => {
  it('are transcripts and sub-agents at any depth, and nothing else', async () => {
    const root = rootWith(
      `projects/-p/${S}.jsonl`,
      `projects/-p/${S}/subagents/agent-a1.jsonl`,
      `projects/-p/${S}/subagents/workflows/wf_1/agent-a2.jsonl`,
      `projects/-p/${S}/subagents/workflows/wf_1/journal.jsonl`,
      `projects/-p/${S}/tool-results/agent-a3.jsonl`,
      `projects/-p/${S}.jsonl.bak`,
      'projects/-p/memory/notes.jsonl',
      'projects/stray.jsonl',
      'history.jsonl',
    );
    expect(names(await claudeLogs(root))).toEqual([
      `projects/-p/${S}.jsonl`,
      `projects/-p/${S}/subagents/agent-a1.jsonl`,
      `projects/-p/${S}/subagents/workflows/wf_1/agent-a2.jsonl`,
    ]);
  });

  it('of a session are its own, in every project folder, with its sub-agents', async () => {
    const root = rootWith(
      `projects/-p/${S}.jsonl`,
      `projects/-q/${S}.jsonl`,
      `projects/-q/${S}/subagents/agent-a1.jsonl`,
      'projects/-q/other.jsonl',
    );
    expect(names(await claudeLogsOf(root, S, peekAt({})))).toEqual([
      `projects/-p/${S}.jsonl`,
      `projects/-q/${S}.jsonl`,
      `projects/-q/${S}/subagents/agent-a1.jsonl`,
    ]);
  });

  it('of a session are the flat sub-agents that name it inside', async () => {
    const root = rootWith('projects/-p/agent-11111111.jsonl', 'projects/-p/agent-22222222.jsonl');
    const found = await claudeLogsOf(root, S, peekAt({ 'projects/-p/agent-22222222.jsonl': S }));
    expect(names(found)).toEqual(['projects/-p/agent-22222222.jsonl']);
  });

  it.each(['projects', 'projects/-p', `projects/-p/${S}`, `projects/-p/${S}/subagents`])(
    'of a session are not looked for behind a link, as little as all logs are: %s',
    async (linked) => {
      const root = rootWith(`projects/-p/${S}.jsonl`, `projects/-p/${S}/subagents/agent-a1.jsonl`);
      const elsewhere = join(temporaryFolder(), 'elsewhere');
      renameSync(join(root, linked), elsewhere);
      symlinkSync(elsewhere, join(root, linked));
      expect(names(await claudeLogsOf(root, S, peekAt({})))).toEqual(names(await claudeLogs(root)));
    },
  );

  it("of a sub-agent's id are its log", async () => {
    const root = rootWith(`projects/-p/${S}/subagents/agent-a1.jsonl`, `projects/-p/${S}/subagents/agent-a12.jsonl`);
    expect(names(await claudeLogsOf(root, 'a1', peekAt({})))).toEqual([`projects/-p/${S}/subagents/agent-a1.jsonl`]);
  });

  it.each(['*', '..', '../x', `{${S},x}`, ''])('of an id that is a pattern are none: "%s"', async (id) => {
    expect(await claudeLogsOf(rootWith(`projects/-p/${S}.jsonl`), id, peekAt({}))).toEqual([]);
  });

  it('at a path are the transcript and the sub-agents in the folder of its name', () => {
    const root = rootWith(`x/${S}.jsonl`, `x/${S}/subagents/agent-a1.jsonl`, 'x/other.jsonl');
    expect(names(claudeLogsAt(join(root, 'x', `${S}.jsonl`)))).toEqual([`${S}.jsonl`, `${S}/subagents/agent-a1.jsonl`]);
  });
});

describe('the name of a log', () => {
  it.each([
    [`projects/-p/${S}.jsonl`, S, false],
    [`projects/-p/${S}/subagents/agent-a1.jsonl`, S, true],
    [`projects/-p/${S}/subagents/workflows/wf_1/agent-a1.jsonl`, S, true],
    ['projects/-p/agent-1a2b3c4d.jsonl', null, true],
  ])('%s tells its session', (name, session, subagent) => {
    expect([sessionInName(name), isSubagentLog(name)]).toEqual([session, subagent]);
  });
});
