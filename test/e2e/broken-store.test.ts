// Stores that are not there, not folders, not writable, full, damaged, or named oddly.
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { BIN, Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { hasStore, idsIn, isRoot, NOBODY, runAsNobody, runProgram, shown, works } from './shown.js';

const START = 'analysis start --source-id s1 --tool manual';

let home: Home;

beforeEach(() => {
  home = new QuickHome();
});

const READERS = ['analysis list', 'analysis show ANALYSIS-2026-001', 'analysis current', 'source list', 'source show s1'];

/** Gives a folder to an ordinary user, optionally without the right to write. */
function giveToNobody(path: string, writable: boolean): void {
  chownSync(path, NOBODY, NOBODY);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) giveToNobody(join(path, name), writable);
  if (!writable) chmodSync(path, statSync(path).isDirectory() ? 0o500 : 0o400);
}

describe('a store that is not there', () => {
  it.each(READERS)('is exit 12 for `%s`, which creates nothing', async (args) => {
    const { code, stdout } = await home.run(args);
    expect({ code, stdout, store: hasStore(home) }).toEqual({ code: 12, stdout: '', store: false });
  });

  it('is created by the first start, which says so on stderr only', async () => {
    const { code, stdout, stderr } = await home.run(START);
    expect({ code, told: stderr.includes('Created the store ~/.local/share/tokentrail') }).toEqual({ code: 0, told: true });
    expect(stdout).toMatch(/^ANALYSIS-\d{4}-001\n$/);
  });

  it('is not made for a list of sessions, which asks the logs', async () => {
    new ClaudeSession(home).answer();
    const { code } = await home.run('analysis sessions list');
    expect({ code, store: hasStore(home) }).toEqual({ code: 0, store: false });
  });
});

describe('a store that is a file', () => {
  it.each([START, ...READERS])('is exit 12 for `%s`', async (args) => {
    writeFileSync(join(home.project, 'ledger'), 'not a store');
    expect((await home.run(`${args} --store ledger`)).code).toBe(12);
  });

  it('is left as it is', async () => {
    writeFileSync(join(home.project, 'ledger'), 'not a store');
    await home.run(`${START} --store ledger`);
    expect(statSync(join(home.project, 'ledger')).size).toBe(11);
  });

  it('is exit 12 also where only a folder above it is one', async () => {
    writeFileSync(join(home.project, 'ledger'), 'not a store');
    expect((await home.run(`${START} --store ledger/below`)).code).toBe(12);
  });
});

describe('addresses of stores', () => {
  it.each(['db', 'db-ledger', 'dbs/ledger', './db'])('"%s" is a folder beside the current one, not a cloud', async (address) => {
    const { code } = await home.run(`${START} --store ${address}`);
    expect({ code, there: existsSync(join(home.project, address, '.gitignore')) }).toEqual({ code: 0, there: true });
  });

  it.each([
    's3://bucket/x',
    'gs://bucket/x',
    'az://bucket/x',
    'db://x',
    'S3://bucket/x',
    'memory://',
    'file:///srv/x',
    'https://example.org/x',
  ])('"%s" is exit 12, with a word that it is no local folder', async (address) => {
    const { code, stderr } = await home.run(`${START} --store ${address}`);
    expect({ code, told: stderr.includes('no local folder') }).toEqual({ code: 12, told: true });
  });

  it('with spaces, quotes and letters of all kinds are folders like any other', async () => {
    const address = `my "ledger" — año's %41 #1?`;
    await home.ok([...START.split(' '), '--store', address]);
    const { analyses } = await home.json<{ analyses: unknown[] }>(['analysis', 'list', '--store', address]);
    expect(analyses).toHaveLength(1);
  });

  it('begin at the home with a tilde', async () => {
    await home.ok([...START.split(' '), '--store', '~/books']);
    expect(existsSync(join(home.path, 'books', '.gitignore'))).toBe(true);
  });
});

describe('a store that can not be written', () => {
  it('is exit 12 for a start, with what to do', async (ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    await home.ok(START);
    giveToNobody(home.path, true);
    giveToNobody(home.store, false);
    const { code, stdout, stderr } = await runAsNobody(home, START.split(' '));
    expect({ code, stdout, told: stderr.includes('STORE_UNWRITABLE') }).toEqual({ code: 12, stdout: '', told: true });
  });

  it('is exit 12 where it can not even be created', async (ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    giveToNobody(home.path, true);
    giveToNobody(home.project, false);
    const { code } = await runAsNobody(home, [...START.split(' '), '--store', 'ledger']);
    expect(code).toBe(12);
  });

  it.for(['analysis list', 'analysis show', 'analysis current', 'source list', 'doctor'])('still answers `%s`', async (args, ctx) => {
    if (!isRoot) ctx.skip('only root can run the command as another user');
    const id = await home.ok(START);
    giveToNobody(home.path, true);
    giveToNobody(home.store, false);
    const words = args === 'analysis show' ? [...args.split(' '), id] : args.split(' ');
    const { code, stderr } = await runAsNobody(home, words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('still answers on a file system that is mounted read-only', async (ctx) => {
    if (!isRoot || !(await works('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']))) ctx.skip('no mounts here');
    const id = await home.ok(START);
    const script = `mount --bind "${home.store}" "${home.store}" && mount -o remount,bind,ro "${home.store}"
      "${process.execPath}" "${BIN}" analysis list
      "${process.execPath}" "${BIN}" ${START} 2>/dev/null; echo "start $?"`;
    const { stdout } = await runProgram(home, 'unshare', ['-m', 'sh', '-c', script]);
    expect({ listed: stdout.includes(id), refused: stdout.includes('start 12') }).toEqual({ listed: true, refused: true });
  });
});

describe('a disk that is full', () => {
  /** Fills the disk of the store up to `left` KB, then starts an analysis, then frees the disk again. */
  const script = (left: number): string => `
    set -e
    mkdir -p "${home.store}"
    mount -t tmpfs -o size=3m none "${home.store}"
    run() { "${process.execPath}" "${BIN}" "$@"; }
    run ${START} 2>/dev/null
    free=$(df -k --output=avail "${home.store}" | tail -1)
    dd if=/dev/zero of="${home.store}/filler" bs=1k count=$((free - ${left})) 2>/dev/null
    set +e
    run ${START} 2>error; echo "exit $?"
    grep -o 'DISK_FULL' error; echo "listed while full:"
    run analysis list --json; echo "exit $?"
    rm "${home.store}/filler"
    run ${START} 2>/dev/null; echo "exit $?"
    run analysis list --all`;

  const run = async (left: number): Promise<string> => (await runProgram(home, 'unshare', ['-m', 'sh', '-c', script(left)])).stdout;
  const allowed = async (): Promise<boolean> => isRoot && (await works('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']));

  it('is exit 12 and says so', async (ctx) => {
    if (!(await allowed())) ctx.skip('no mounts here');
    expect(await run(0)).toMatch(/^ANALYSIS-\d+-001\nexit 12\nDISK_FULL\n/);
  });

  it.for([0, 4, 16, 40, 64, 80])('with %i KB left leaves the store readable, and whole once there is space', async (left, ctx) => {
    if (!(await allowed())) ctx.skip('no mounts here');
    const out = await run(left);
    const [, second] = /\nexit (\d+)\n/.exec(out)!;
    const listed = /listed while full:\n(.*)\nexit (\d+)/.exec(out)!;
    const acknowledged = [...out.matchAll(/^ANALYSIS-\d+-\d+$/gm)].map(([id]) => id);
    const rows = [...out.matchAll(/^(ANALYSIS-\d+-\d+)\t/gm)].map(([, id]) => id);
    expect(['0', '12']).toContain(second);
    expect(listed[2]).toBe('0');
    expect(rows.sort()).toEqual(acknowledged.sort());
  });
});

describe('a store that was damaged', () => {
  it('is exit 12, never a bug of ours, if a table lost its newest manifest bytes', async () => {
    const id = await home.ok(START);
    const folder = join(home.store, 'analysis_logs.lance', '_versions');
    for (const name of readdirSync(folder)) if (name.endsWith('.manifest')) truncateSync(join(folder, name), 10);
    expect((await home.run(['analysis', 'show', id])).code).toBe(12);
  });

  it('is exit 12 if a table lost its data', async () => {
    const id = await home.ok(START);
    rmSync(join(home.store, 'analysis_logs.lance', 'data'), { recursive: true });
    expect((await home.run(['analysis', 'show', id])).code).toBe(12);
  });

  it('is exit 12 if a table is gone as a whole', async () => {
    const id = await home.ok(START);
    rmSync(join(home.store, 'analysis_logs.lance'), { recursive: true });
    expect((await home.run(['analysis', 'show', id])).code).toBe(12);
  });

  it('is found by doctor, with exit 1', async () => {
    await home.ok(START);
    rmSync(join(home.store, 'analysis_logs.lance', 'data'), { recursive: true });
    expect((await home.run('doctor')).code).toBe(1);
  });

  it('does not matter to a list of sessions', async () => {
    const session = new ClaudeSession(home).answer();
    await home.ok(START);
    rmSync(join(home.store, 'analysis_logs.lance'), { recursive: true });
    expect(await home.ok('analysis sessions list')).toContain(session.id);
  });
});

describe('init', () => {
  it('makes the folder a project whose store is used from then on', async () => {
    await home.ok('init');
    await home.ok(START);
    expect(await idsIn(home)).toHaveLength(1);
    expect(existsSync(join(home.project, '.tokentrail', '.gitignore'))).toBe(true);
  });

  it('changes nothing when it is run again', async () => {
    await home.ok('init');
    const id = await home.ok(START);
    await home.ok('init');
    expect((await shown(home, id)).id).toBe(id);
  });

  it('writes down the store that was given', async () => {
    await home.ok('init --store ~/books');
    await home.ok(START);
    expect(existsSync(join(home.path, 'books', 'analysis_logs.lance'))).toBe(true);
  });

  it('is refused where the folder of the store is a file', async () => {
    mkdirSync(join(home.project, '.git'));
    writeFileSync(join(home.project, '.tokentrail'), '');
    expect((await home.run('init')).code).toBe(12);
  });
});
