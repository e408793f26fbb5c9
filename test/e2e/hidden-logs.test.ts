// Folders of logs that the user may not look into at the moment: a sync says so, and takes nothing in them for deleted.
import { chmodSync, chownSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { Home, type Envelope } from '../support/home.js';
import { isRoot, NOBODY, runAsNobody } from './shown.js';

let home: Home;
let session: ClaudeSession;
let project: string;

beforeEach(() => {
  home = new Home();
  session = new ClaudeSession(home).answer({ input: 10, output: 100, at: '2026-03-28T10:00:00.000Z' });
  project = dirname(session.path);
});

const SUM = { records: 1, usage: { input: 10, output: 100 }, gone_records: 0 };

/** Everything below the home belongs to an ordinary user. */
function giveToNobody(path: string): void {
  chownSync(path, NOBODY, NOBODY);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) giveToNobody(join(path, entry.name));
    else chownSync(join(path, entry.name), NOBODY, NOBODY);
  }
}

async function asNobody(args: string): Promise<Envelope & { readonly code: number }> {
  const { code, stdout } = await runAsNobody(home, [...args.split(' '), '--json']);
  return { code, ...(JSON.parse(stdout) as Envelope) };
}

describe('a folder of logs that can’t be looked into', () => {
  it.for([
    ['the project’s', () => project],
    ['that of all projects', () => dirname(project)],
    ['the agent’s own', () => join(home.path, '.claude')],
  ] as const)('%s: a sync is exit 3 and names it, and what it held is not gone', async ([, folder], ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    giveToNobody(home.path);
    expect((await asNobody('usage sync')).code).toBe(0);
    chmodSync(folder(), 0o000);
    const synced = await asNobody('usage sync');
    expect(synced).toMatchObject({ code: 3, warnings: [{ code: 'LOGS_SKIPPED', logs: [{ reason: 'unreadable' }] }] });
    rmSync(join(home.path, '.cache'), { recursive: true });
    expect((await asNobody('usage sync')).code).toBe(3);
    expect(await asNobody('usage daily')).toMatchObject({ data: { total: SUM } });
    chmodSync(folder(), 0o700);
    expect((await asNobody('usage sync')).code).toBe(0);
    expect(await asNobody('usage daily')).toMatchObject({ data: { total: SUM } });
  });

  it('that may be listed and not entered: what it held is not gone', async (ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    giveToNobody(home.path);
    await asNobody('usage sync');
    chmodSync(project, 0o400);
    expect((await asNobody('usage sync')).code).toBe(3);
    expect(await asNobody('usage daily')).toMatchObject({ data: { total: SUM } });
  });

  it('since it is a link by now: a sync is exit 3 and names it, with --strict 1, and what it held is not gone', async () => {
    await home.ok('usage sync');
    const aside = join(home.path, 'elsewhere');
    renameSync(project, aside);
    symlinkSync(aside, project);
    const { code, stdout } = await home.run('usage sync --json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      3,
      { warnings: [{ code: 'LOGS_SKIPPED', logs: [{ path: project, reason: 'link' }] }] },
    ]);
    expect((await home.run('usage sync --strict')).code).toBe(1);
    expect(await home.envelope('usage daily')).toMatchObject({ data: { total: SUM } });
  });

  it('is a warning of a report of the logs alone', async () => {
    const aside = join(home.path, 'elsewhere');
    renameSync(project, aside);
    symlinkSync(aside, project);
    expect(await home.envelope('usage daily --no-store')).toMatchObject({
      ok: true,
      data: { total: { records: 0 } },
      warnings: [{ code: 'LOGS_SKIPPED', logs: [{ path: project, reason: 'link' }] }],
    });
  });
});
