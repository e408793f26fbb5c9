// An agent that ends without a word: what it started is marked and found, and what it spent stays.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { BIN, Home } from '../support/home.js';

const run = promisify(execFile);

interface Line {
  readonly status: string;
  readonly process_gone: boolean;
  readonly attempts: number;
}

let home: Home;

/** Runs commands as a process named `claude` does, which ends then. */
async function agent(...commands: readonly string[]): Promise<void> {
  const script = join(home.path, 'claude');
  writeFileSync(script, commands.map((words) => `"${process.execPath}" "${BIN}" ${words}\n`).join(''));
  // The shell is that process as long as it has more to do.
  await run('sh', [script], { cwd: home.project, env: home.env });
}

const line = async (...flags: string[]): Promise<Line> =>
  (await home.json<{ analyses: Line[] }>(['analysis', 'list', ...flags])).analyses[0]!;

const codes = async (): Promise<string[]> =>
  (await home.json<{ findings: { code: string }[] }>('validate')).findings.map(({ code }) => code);

beforeEach(async () => {
  home = new Home();
  new ClaudeSession(home).enter().answer();
  await agent('analysis start --task T-1', 'analysis mark --stage read', 'analysis current');
});

describe('a started analysis whose agent has ended', () => {
  it('is marked in the list and found by validate, and keeps what it spent', async () => {
    expect(await line()).toMatchObject({ status: 'started', process_gone: true, attempts: 1 });
    expect(await home.ok('analysis list')).toContain('(agent gone)');
    expect(await codes()).toEqual(['AGENT_GONE']);
  });

  it('is not marked once it was ended', async () => {
    await home.ok('analysis complete');
    expect(await line()).toMatchObject({ status: 'completed', process_gone: false });
    expect(await codes()).toEqual([]);
  });

  it('is not told of an earlier state, of whose processes nothing is known', async () => {
    const { process_gone } = await line('--at', new Date().toISOString());
    expect(process_gone).toBe(false);
  });

  it('is not marked while an agent is at work on it again in the same session', async () => {
    await agent('analysis mark --stage write', 'analysis list --json > list.json', 'analysis current');
    const { stdout } = await run('cat', [join(home.project, 'list.json')]);
    const { data } = JSON.parse(stdout) as { data: { analyses: Line[] } };
    expect(data.analyses[0]).toMatchObject({ process_gone: false, attempts: 2 });
    expect(await line()).toMatchObject({ process_gone: true });
  });
});

it('an analysis that was started by no agent is never marked', async () => {
  await home.ok('analysis start --task T-2');
  expect(await line()).toMatchObject({ status: 'started', process_gone: false });
});
