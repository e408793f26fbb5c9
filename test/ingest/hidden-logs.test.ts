// Logs below folders that can't be looked into at a sync: nothing is known of them, so nothing that is known of them changes.
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { AllLogs } from '../../src/ingest/all-logs.js';
import { findLogs } from '../../src/ingest/find-logs.js';
import { newReading, temporaryFolder } from '../capture/fixture.js';
import { A, B, ClaudeHome, line } from './claude-home.js';
import { deskOf, told, type Desk } from './sync-desk.js';

let home: ClaudeHome;
let desk: Desk;
let project: string;

/** Two projects with a log each; the first one will be hidden. */
beforeEach(async () => {
  home = new ClaudeHome();
  project = dirname(home.log());
  home.append(home.log(), line(1, { output: 7 }));
  home.append(join(dirname(project), '-home-ada-thesis', `${B}.jsonl`), line(2, { output: 8, session: B }));
  desk = deskOf(home);
  await desk.sync();
});

const BOTH = { 'claude:msg_ada_00000001': told(A, 7, false), 'claude:msg_ada_00000002': told(B, 8, false) };

/** Puts a link where the project's folder is. @returns its other place. */
function moveBehindLink(): string {
  const aside = join(temporaryFolder(), 'paper');
  renameSync(project, aside);
  symlinkSync(aside, project);
  return aside;
}

describe('a project folder that becomes a link to itself elsewhere', () => {
  it('hides its logs, which the sync tells, and whose records stay as they are', async () => {
    moveBehindLink();
    expect(await desk.sync()).toMatchObject({ added: 0, changed: 0, gone: 0, superseded: 0, unread: [{ path: project, reason: 'link' }] });
    expect(await desk.ledger()).toEqual(BOTH);
    expect((await desk.logs()).get(`projects/-home-ada-paper/${A}.jsonl`)).toMatchObject({ gone_at: null });
  });

  it('changes nothing in a sync that reads all rows, without a cache, and in a rebuild', async () => {
    moveBehindLink();
    desk.cache = temporaryFolder();
    expect(await desk.sync()).toMatchObject({ logs: 1, added: 0, changed: 0, gone: 0 });
    expect(await desk.sync(desk.agent, true)).toMatchObject({ logs: 1, added: 0, changed: 0, gone: 0 });
    expect(await desk.ledger()).toEqual(BOTH);
  });

  it('changes nothing for a log beside it that goes on, and nothing for one that is deleted', async () => {
    moveBehindLink();
    const other = join(dirname(project), '-home-ada-thesis', `${B}.jsonl`);
    home.append(other, line(3, { output: 9, session: B }));
    expect(await desk.sync()).toMatchObject({ added: 1, gone: 0 });
    rmSync(other);
    expect(await desk.sync()).toMatchObject({ gone: 2 });
    expect(await desk.ledger()).toEqual({
      'claude:msg_ada_00000001': told(A, 7, false),
      'claude:msg_ada_00000002': told(B, 8, true),
      'claude:msg_ada_00000003': told(B, 9, true),
    });
  });

  it('keeps its logs known in the cache, so that they go on where they were once it is a folder again', async () => {
    const aside = moveBehindLink();
    await desk.sync();
    rmSync(project);
    renameSync(aside, project);
    home.append(home.log(), line(4, { output: 10 }));
    expect(await desk.sync()).toMatchObject({ added: 1, changed: 0, gone: 0, unread: [] });
    expect(await desk.ledger()).toEqual({ ...BOTH, 'claude:msg_ada_00000004': told(A, 10, false) });
  });

  it('does not make a record that was marked as gone one that is not', async () => {
    const bytes = readFileSync(home.log());
    rmSync(home.log());
    await desk.sync();
    const gone = { ...BOTH, 'claude:msg_ada_00000001': told(A, 7, true) };
    expect(await desk.ledger()).toEqual(gone);
    writeFileSync(home.log(), bytes);
    moveBehindLink();
    expect(await desk.sync()).toMatchObject({ changed: 0, gone: 0 });
    expect(await desk.ledger()).toEqual(gone);
  });

  it('does not hide a log from a report of the logs alone that is nowhere else', async () => {
    moveBehindLink();
    const all = AllLogs.once(home.agent, newReading());
    await all.update(await findLogs(home.agent, home.roots));
    expect([all.recordCount, all.unread]).toEqual([1, [{ path: project, reason: 'link' }]]);
  });
});

describe('a folder above all projects', () => {
  it('that becomes a link hides them all', async () => {
    const projects = dirname(project);
    const aside = join(temporaryFolder(), 'projects');
    renameSync(projects, aside);
    symlinkSync(aside, projects);
    expect(await desk.sync()).toMatchObject({ gone: 0, changed: 0, unread: [{ path: projects, reason: 'link' }] });
    expect(await desk.ledger()).toEqual(BOTH);
  });

  it('that is deleted does not: its logs are gone', async () => {
    rmSync(dirname(project), { recursive: true });
    expect(await desk.sync()).toMatchObject({ gone: 2, unread: [] });
  });
});

describe('a folder of sub-agents that becomes a link', () => {
  it('hides their logs and not the session’s own', async () => {
    home.append(home.subagent('a1'), line(5, { output: 11, subagent: true }));
    await desk.sync();
    const folder = dirname(home.subagent('a1'));
    const aside = join(temporaryFolder(), 'subagents');
    renameSync(folder, aside);
    symlinkSync(aside, folder);
    home.append(home.log(), line(6, { output: 12 }));
    expect(await desk.sync()).toMatchObject({ added: 1, changed: 0, gone: 0, unread: [{ path: folder, reason: 'link' }] });
    expect(await desk.ledger()).toEqual({
      ...BOTH,
      'claude:msg_ada_00000005': told(A, 11, false),
      'claude:msg_ada_00000006': told(A, 12, false),
    });
  });
});

describe('a link that was never a folder of logs', () => {
  it('is told once, and counts nothing', async () => {
    const elsewhere = temporaryFolder();
    mkdirSync(join(elsewhere, 'x'));
    writeFileSync(join(elsewhere, 'x', `${B}.jsonl`), `${line(9, { output: 99, session: B })}\n`);
    symlinkSync(join(elsewhere, 'x'), join(dirname(project), '-linked'));
    expect(await desk.sync()).toMatchObject({ added: 0, unread: [{ path: join(dirname(project), '-linked'), reason: 'link' }] });
    expect(await desk.ledger()).toEqual(BOTH);
  });
});
