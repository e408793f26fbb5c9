// Which session an analysis is started on, and what happens where none, several, or the wrong one could be meant.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { BIN, Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { hasStore, runProgram, shown, works } from './shown.js';

const OTHER = '5e551011-0000-4000-8000-000000000002';

let home: Home;

beforeEach(() => {
  home = new QuickHome();
});

describe('a session that is given by flag', () => {
  it('is an error if its id is unknown, and nothing is written', async () => {
    new ClaudeSession(home).enter().answer();
    const { code, stdout } = await home.run('analysis start --source-id s1 --usage-session-id none-such');
    expect({ code, stdout, store: hasStore(home) }).toEqual({ code: 4, stdout: '', store: false });
  });

  it('is an error if its path leads nowhere, and nothing is written', async () => {
    const { code, stdout } = await home.run('analysis start --source-id s1 --usage-session-path /none/such.jsonl');
    expect({ code, stdout, store: hasStore(home) }).toEqual({ code: 4, stdout: '', store: false });
  });

  it('is an error if its path is no log', async () => {
    writeFileSync(join(home.project, 'notes.txt'), 'nothing to count\n');
    expect((await home.run('analysis start --source-id s1 --usage-session-path notes.txt')).code).toBe(4);
  });

  it('is an error if its path is a folder', async () => {
    expect((await home.run('analysis start --source-id s1 --usage-session-path .')).code).toBe(4);
  });

  it('wins over the one that the environment names', async () => {
    new ClaudeSession(home).enter().answer();
    new ClaudeSession(home, OTHER).answer();
    const id = await home.ok(['analysis', 'start', '--source-id', 's1', '--usage-session-id', OTHER]);
    expect((await shown(home, id)).usage_session_id).toBe(OTHER);
  });

  it('is found by a path with a tilde', async () => {
    const session = new ClaudeSession(home).answer();
    const id = await home.ok(['analysis', 'start', '--source-id', 's1', '--usage-session-path', session.path.replace(home.path, '~')]);
    expect((await shown(home, id)).usage_session_id).toBe(session.id);
  });

  it('contradicts --no-usage', async () => {
    new ClaudeSession(home).answer();
    expect((await home.run(['analysis', 'start', '--source-id', 's1', '--no-usage', '--usage-session-id', OTHER])).code).toBe(2);
  });

  it('is the whole session if the id is one of its sub-agents', async () => {
    const session = new ClaudeSession(home).answer({ input: 1, output: 2 }).subagent('abc123', { input: 10, output: 20 });
    const id = await home.ok('analysis start --source-id s1 --tool claude --usage-session-id abc123');
    expect(await shown(home, id)).toMatchObject({ usage_session_id: session.id, tokens_baseline: 33 });
  });
});

describe('a session that the environment names', () => {
  it('starts without tokens, with a warning, if its agent keeps no logs here', async () => {
    Object.assign(home.env, { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: OTHER });
    const { code, stdout, stderr } = await home.run('analysis start --source-id s1');
    expect(code).toBe(0);
    expect(stderr).toContain('UNATTACHED');
    expect(await shown(home, stdout.trim())).toMatchObject({
      capture_status: 'unattached',
      capture_reason: 'no_log_here',
      tokens_baseline: null,
    });
  });

  it('leaves the tokens of an analysis without a log unknown to the end, never 0', async () => {
    Object.assign(home.env, { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: OTHER });
    const id = await home.ok('analysis start --source-id s1');
    await home.ok('analysis complete');
    expect(await shown(home, id)).toMatchObject({ status: 'completed', tokens_final: null, tokens_check: null, total_tokens: null });
  });

  it.each([
    ['amp', { AMP_CURRENT_THREAD_ID: 'T-1b8d0b5e-0000-4000-8000-000000000001' }],
    ['gemini', { GEMINI_CLI: '1' }],
    ['cursor', { CURSOR_AGENT: '1' }],
  ])('starts without tokens inside %s, whose logs are not read', async (tool, env) => {
    Object.assign(home.env, env);
    const { code, stdout } = await home.run('analysis start --source-id s1');
    expect(code).toBe(0);
    expect(await shown(home, stdout.trim())).toMatchObject({ tool, capture_status: 'unattached', total_tokens: null });
  });

  it.each([
    ['amp', { AMP_CURRENT_THREAD_ID: 'T-1b8d0b5e-0000-4000-8000-000000000001' }],
    ['gemini', { GEMINI_CLI: '1' }],
    ['cursor', { CURSOR_AGENT: '1' }],
  ])('is marked and completed without an id inside %s', async (_, env) => {
    Object.assign(home.env, env);
    await home.ok('analysis start --source-id s1');
    await home.ok('analysis mark --stage one');
    expect((await home.run('analysis complete')).code).toBe(0);
  });

  it('is not counted from zero if its log is there and can not be read', async () => {
    const session = new ClaudeSession(home).enter().answer({ input: 1, output: 999 });
    renameSync(session.path, `${session.path}.kept`);
    symlinkSync(`${session.path}.kept`, session.path);
    const id = await home.ok('analysis start --source-id s1');
    expect(await shown(home, id)).toMatchObject({ capture_status: 'unattached', tokens_baseline: null });
  });

  it('is counted if the folder of its agent is a link, as those who keep their dotfiles elsewhere have it', async () => {
    new ClaudeSession(home).enter().answer({ input: 1, output: 9 });
    renameSync(join(home.path, '.claude'), join(home.path, 'dotfiles'));
    symlinkSync(join(home.path, 'dotfiles'), join(home.path, '.claude'));
    const id = await home.ok('analysis start --source-id s1');
    expect(await shown(home, id)).toMatchObject({ capture_status: 'captured', tokens_baseline: 10 });
  });

  it('waits for its log also if the folder of its agent is a link', async () => {
    mkdirSync(join(home.path, 'dotfiles', 'projects'), { recursive: true });
    symlinkSync(join(home.path, 'dotfiles'), join(home.path, '.claude'));
    Object.assign(home.env, { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: OTHER });
    const id = await home.ok('analysis start --source-id s1');
    expect((await shown(home, id)).capture_reason).toBe('log_not_yet');
  });

  it('is overridden by TOKENTRAIL_SESSION_ID', async () => {
    new ClaudeSession(home).enter().answer();
    new ClaudeSession(home, OTHER).answer();
    const id = await home.ok('analysis start --source-id s1', { env: { TOKENTRAIL_SESSION_ID: OTHER } });
    expect((await shown(home, id)).usage_session_id).toBe(OTHER);
  });

  it('is no error if TOKENTRAIL_SESSION_ID names a session that is not here', async () => {
    new ClaudeSession(home).answer();
    const { code, stdout, stderr } = await home.run('analysis start --source-id s1 --tool claude', {
      env: { TOKENTRAIL_SESSION_ID: 'gone', CLAUDE_CONFIG_DIR: join(home.path, 'none') },
    });
    expect({ code, warned: stderr.includes('UNATTACHED') }).toEqual({ code: 0, warned: true });
    expect((await shown(home, stdout.trim())).capture_status).toBe('unattached');
  });

  it('does not count if another tool is named', async () => {
    new ClaudeSession(home).enter().answer();
    const id = await home.ok('analysis start --source-id s1 --tool codex');
    expect(await shown(home, id)).toMatchObject({ tool: 'codex', usage_session_id: null, capture_status: 'unattached' });
  });
});

describe('a session that nobody names', () => {
  it('is the only one that was written in this project in the last two minutes', async () => {
    const session = new ClaudeSession(home).answer({ input: 1, output: 9 });
    const id = await home.ok('analysis start --source-id s1 --tool claude');
    const analysis = await shown(home, id);
    expect(analysis).toMatchObject({ usage_session_id: session.id, tokens_baseline: 10 });
    expect(analysis.sessions[0]!.found_by).toBe('project');
  });

  it('is ambiguous if two were, and nothing is written', async () => {
    new ClaudeSession(home).answer();
    new ClaudeSession(home, OTHER).answer();
    const { code, stdout } = await home.run('analysis start --source-id s1 --tool claude');
    expect({ code, stdout, store: hasStore(home) }).toEqual({ code: 5, stdout: '', store: false });
  });

  it('is told with the exact flag for each candidate on stderr if it is ambiguous', async () => {
    const a = new ClaudeSession(home).answer();
    const b = new ClaudeSession(home, OTHER).answer();
    const { stderr } = await home.run('analysis start --source-id s1 --tool claude');
    for (const { id } of [a, b]) expect(stderr).toContain(`--usage-session-id ${id}`);
  });

  it('is told with the exact flag for each candidate in --json if it is ambiguous', async () => {
    const a = new ClaudeSession(home).answer();
    const b = new ClaudeSession(home, OTHER).answer();
    const { error } = await home.envelope('analysis start --source-id s1 --tool claude');
    const candidates = error!.details['candidates'] as { flag: string }[];
    expect(candidates.map(({ flag }) => flag).sort()).toEqual([a, b].map(({ id }) => `--usage-session-id ${id}`));
  });

  it('can be chosen by the very flag that was told', async () => {
    new ClaudeSession(home).answer();
    new ClaudeSession(home, OTHER).answer();
    const { error } = await home.envelope('analysis start --source-id s1 --tool claude');
    const [candidate] = error!.details['candidates'] as { flag: string }[];
    expect((await home.run(`analysis start --source-id s1 --tool claude ${candidate!.flag}`)).code).toBe(0);
  });

  it('is none if the only one was written three minutes ago', async () => {
    const session = new ClaudeSession(home).answer();
    const then = Date.now() / 1000 - 180;
    utimesSync(session.path, then, then);
    const id = await home.ok('analysis start --source-id s1 --tool claude');
    expect(await shown(home, id)).toMatchObject({ usage_session_id: null, capture_status: 'unattached' });
  });

  it('is none if the only one is of another project', async () => {
    new ClaudeSession(home).answer({ extra: { cwd: join(home.path, 'work', 'other') } });
    const id = await home.ok('analysis start --source-id s1 --tool claude');
    expect((await shown(home, id)).usage_session_id).toBeNull();
  });

  it('is this one where the other one is of another project', async () => {
    const session = new ClaudeSession(home).answer();
    new ClaudeSession(home, OTHER).answer({ extra: { cwd: join(home.path, 'work', 'other') } });
    const id = await home.ok('analysis start --source-id s1 --tool claude');
    expect((await shown(home, id)).usage_session_id).toBe(session.id);
  });

  it('is found in the main checkout from a worktree', async (ctx) => {
    if (!(await works('git', ['--version']))) ctx.skip('git is not installed');
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        cwd: home.project,
        env: home.env,
        stdio: 'ignore',
      });
    git('init');
    git('commit', '--allow-empty', '-m', 'first');
    const worktree = join(home.path, 'work', 'side');
    git('worktree', 'add', worktree);
    const session = new ClaudeSession(home).answer();
    await home.ok('analysis start --source-id s1 --tool claude', { cwd: worktree });
    const { analyses } = await home.json<{ analyses: { usage_session_id: string }[] }>('analysis list');
    expect(analyses.map(({ usage_session_id }) => usage_session_id)).toEqual([session.id]);
  });
});

describe('several agents at once', () => {
  const both = { CODEX_THREAD_ID: '0199aaaa-0000-7000-8000-000000000001', GEMINI_CLI: '1' };

  it('are ambiguous, and nothing is written', async () => {
    Object.assign(home.env, both);
    const { code, stdout } = await home.run('analysis start --source-id s1');
    expect({ code, stdout, store: hasStore(home) }).toEqual({ code: 5, stdout: '', store: false });
  });

  it('are told apart by --tool', async () => {
    Object.assign(home.env, both);
    const id = await home.ok('analysis start --source-id s1 --tool gemini');
    expect((await shown(home, id)).tool).toBe('gemini');
  });

  it('are told apart by the nearest process among the ancestors', async () => {
    Object.assign(home.env, both);
    const agent = join(home.path, 'gemini');
    writeFileSync(agent, `#!/bin/sh\n"${process.execPath}" "${BIN}" analysis start --source-id s1 --json\ntrue\n`);
    chmodSync(agent, 0o755);
    const { stdout } = await runProgram(home, agent, []);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { analysis: { tool: 'gemini' } } });
  });

  it.each(['mark --stage one', 'complete', 'current'])('are not answered by `%s` with a flag that it does not have', async (words) => {
    await home.ok('analysis start --source-id s1 --tool manual');
    Object.assign(home.env, both);
    const { error } = await home.envelope(`analysis ${words}`);
    expect(error!.suggestions.filter((suggestion) => suggestion.includes('--tool'))).toEqual([]);
  });

  it.each(['mark --stage one', 'complete', 'current'])(
    'does not send `%s` to a flag of `start` where two sessions could be meant',
    async (words) => {
      new ClaudeSession(home).answer();
      new ClaudeSession(home, OTHER).answer();
      await home.ok(['analysis', 'start', '--source-id', 's1', '--tool', 'claude', '--usage-session-id', OTHER]);
      const { error } = await home.envelope(`analysis ${words}`, { env: { CLAUDECODE: '1' } });
      expect((error?.suggestions ?? []).filter((suggestion) => suggestion.includes('--usage-session-id'))).toEqual([]);
    },
  );
});
