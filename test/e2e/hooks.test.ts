// Hooks as agents call them and as users install them, in a temporary home.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { PRIVATE, recordedPayloads } from '../../src/cli/hooks/replay.js';
import { readSpool } from '../../src/store/spool.js';
import { ClaudeSession, SESSION } from '../support/claude-session.js';
import { BIN, Home } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';

let home: Home;

beforeEach(() => {
  home = new QuickHome();
});

const spool = (): string => join(home.path, '.local', 'state', 'tokentrail', 'spool');

interface Ran {
  readonly code: number;
  readonly printed: string;
}

/** Calls a hook as an agent does: the built program, the payload on stdin. */
function call(args: readonly string[], input: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BIN, 'hook', ...args], { cwd: home.project, env: home.env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), printed: stdout + stderr });
    });
    child.stdin!.on('error', () => undefined).end(input);
  });
}

const payload = (session: ClaudeSession, event: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ session_id: session.id, transcript_path: session.path, cwd: home.project, hook_event_name: event, ...more });

const fire = (session: ClaudeSession, event: string, more?: Record<string, unknown>): Promise<Ran> =>
  call([event, '--agent', 'claude'], payload(session, event, more));

/** Lets the clock go on, so that what is written next is later than what was. */
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const SILENT: Ran = { code: 0, printed: '' };

interface Segment {
  readonly session_id: string;
  readonly source: string | null;
  readonly ended_by: string | null;
  readonly end_reason: string | null;
  readonly transcript_bytes: number | null;
  readonly before: { readonly total: number } | null;
  readonly usage: { readonly total: number } | null;
}

const segments = async (): Promise<readonly Segment[]> => (await home.json<{ segments: Segment[] }>('hooks sessions')).segments;

const told = (all: readonly Segment[]): unknown[] =>
  all.map(({ source, ended_by, before, usage }) => [source, ended_by, before?.total, usage?.total]);

describe('a call of a hook', () => {
  it('of every event of every agent ends with 0, prints nothing, and leaves one line without what was said', async () => {
    const recorded = recordedPayloads(new URL('../../templates/hooks/', import.meta.url));
    const ran: Ran[] = [];
    for (let i = 0; i < recorded.length; i += 4) {
      const some = recorded.slice(i, i + 4);
      ran.push(...(await Promise.all(some.map((one) => call([one.event, '--agent', one.agent], JSON.stringify(one.payload))))));
    }
    const { events } = readSpool(spool());
    expect(ran.filter(({ code, printed }) => code !== 0 || printed !== '')).toEqual([]);
    expect([events.length, events.filter((one) => 'refused' in one)]).toEqual([recorded.length, []]);
    expect(JSON.stringify(events)).not.toContain(PRIVATE);
  });

  it('ends with 0 and prints nothing, whatever it is given and wherever it can leave nothing', async () => {
    const odd: (readonly [readonly string[], string])[] = [
      [['SessionStart'], ''],
      [['SessionStart'], '{"session_id":'],
      [['Nap'], '{"session_id":"s"}'],
      [[], '{}'],
      [['Stop', '--agent', 'nobody'], '{"session_id":"s"}'],
      [['Stop', '--no-such-flag', 'more', 'words'], '{"session_id":"s"}'],
      [['Stop'], `{"session_id":"s","x":"${'x'.repeat(300_000)}"}`],
    ];
    for (const [args, input] of odd) expect([args, await call(args, input)]).toEqual([args, SILENT]);
    expect(readSpool(spool()).events).toHaveLength(odd.length);
    writeFileSync(join(home.path, 'state'), 'a file where the folder should be');
    home.env['XDG_STATE_HOME'] = join(home.path, 'state');
    expect(await call(['Stop'], '{"session_id":"s"}')).toEqual(SILENT);
  });

  it('loses nothing among twenty at once', async () => {
    const session = new ClaudeSession(home);
    const ran = await Promise.all(Array.from({ length: 20 }, (_, i) => fire(session, 'PostToolUse', { tool_name: `tool-${i}` })));
    expect(ran).toEqual(Array.from({ length: 20 }, () => SILENT));
    const names = readSpool(spool()).events.map((one) => ('tool_name' in one ? one.tool_name : null));
    expect(names.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `tool-${i}`).sort());
  });

  it('gives up on a pipe that nobody writes to or closes, and takes what came before', async () => {
    const asked = await home.shell(
      `{ printf %s '{"session_id":"s","cwd":"/"}'; sleep 20; } | { tokentrail hook Stop; echo "ended with $?"; kill $$; }`,
    );
    expect(asked.stdout).toBe('ended with 0\n');
    expect(readSpool(spool()).events).toEqual([expect.objectContaining({ session_id: 's', kind: 'turn' })]);
  });

  it('tells older versions of Claude Code their session, for the commands that they run', async () => {
    const session = new ClaudeSession(home);
    home.env['CLAUDE_ENV_FILE'] = join(home.path, 'env.sh');
    await fire(session, 'SessionStart', { source: 'startup' });
    await fire(session, 'Stop');
    expect(readFileSync(home.env['CLAUDE_ENV_FILE'], 'utf8')).toBe(`export CLAUDE_CODE_SESSION_ID=${SESSION}\n`);
  });

  it('leaves the home out of what it leaves, and is read by its user alone', async () => {
    await fire(new ClaudeSession(home).answer(), 'SessionStart', { source: 'startup' });
    const [file] = readdirSync(spool());
    expect(readFileSync(join(spool(), file!), 'utf8')).not.toContain(home.path);
    expect([statSync(spool()).mode & 0o777, statSync(join(spool(), file!)).mode & 0o777]).toEqual([0o700, 0o600]);
  });
});

describe('sessions that hooks saw', () => {
  it('spent what came between their beginning and their end, each stretch its own', async () => {
    const session = new ClaudeSession(home).answer({ input: 10, output: 90 });
    await tick();
    await fire(session, 'SessionStart', { source: 'startup' });
    const size = statSync(session.path).size;
    await tick();
    session.answer({ input: 1, output: 199 }).subagent('a1', { input: 50, output: 250 });
    await tick();
    await fire(session, 'SessionEnd', { reason: 'clear' });
    await tick();
    session.answer({ input: 0, output: 1000 });
    await tick();
    await fire(session, 'SessionStart', { source: 'resume' });
    await tick();
    session.answer({ input: 7, output: 0 });
    await home.run('usage sync');
    const seen = await segments();
    // The resumed one begins with all that was before: 100 + 500 + 1,000.
    expect(told(seen)).toEqual([
      ['resume', null, 1600, 7],
      ['startup', 'SessionEnd', 100, 500],
    ]);
    expect(seen[1]).toMatchObject({ session_id: SESSION, transcript_bytes: size, end_reason: 'clear' });
  });

  it('are stored once, by whichever command writes next, and proved with the store', async () => {
    const session = new ClaudeSession(home).answer();
    await fire(session, 'SessionStart', { source: 'startup' });
    await home.ok('analysis add --task t --tool manual --total-tokens 7');
    const before = await segments();
    await home.run('usage sync');
    expect([before.length, await segments()]).toEqual([1, before]);
    await home.ok(`store backup ${join(home.path, 'backup')}`);
    expect((await home.json<{ findings: { check: string; level: string }[] }>('doctor')).findings).toContainEqual(
      expect.objectContaining({ check: 'store', level: 'ok' }),
    );
  });

  it('that ended without a word are ended by a sync once they are silent, once, and again if they went on', async () => {
    const session = new ClaudeSession(home);
    await fire(session, 'SessionStart', { source: 'startup' });
    await tick();
    session.answer({ input: 40, output: 60 });
    await home.run('usage sync');
    const open = await segments();
    const silence = (minutes: number): void => utimesSync(session.path, new Date(), new Date(Date.now() - minutes * 60_000));
    silence(11);
    await home.run('usage sync');
    const ended = await segments();
    await home.run('usage sync');
    expect([told(open), told(ended), await segments()]).toEqual([[['startup', null, 0, 100]], [['startup', 'usage sync', 0, 100]], ended]);
    session.answer({ input: 0, output: 5 });
    silence(10.5);
    await home.run('usage sync');
    expect(told(await segments())).toEqual([['startup', 'usage sync', 0, 105]]);
  });

  it('of two projects at the same time each have their own tokens, in the store of their project', async () => {
    const [one, two] = [new ClaudeSession(home), new ClaudeSession(home, '5e551022-0000-4000-8000-000000000002')];
    const other = join(home.path, 'work', 'other');
    for (const folder of [home.project, other]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'tokentrail.yaml'), 'store: .tokentrail\n');
    }
    await fire(one, 'SessionStart', { source: 'startup' });
    await fire(two, 'SessionStart', { source: 'startup', cwd: other });
    await tick();
    one.answer({ input: 1, output: 10 });
    two.answer({ input: 2, output: 20, extra: { cwd: other } });
    await tick();
    await fire(one, 'SessionEnd', { reason: 'other' });
    await fire(two, 'SessionEnd', { reason: 'other', cwd: other });
    await home.run('usage sync');
    await home.run('usage sync', { cwd: other });
    const there = await home.json<{ segments: Segment[] }>('hooks sessions', { cwd: other });
    expect([told(await segments()), told(there.segments)]).toEqual([
      [['startup', 'SessionEnd', 0, 11]],
      [['startup', 'SessionEnd', 0, 22]],
    ]);
  });

  it('that were resumed without a log here are stored with their counts unknown, and not 0', async () => {
    await call(['SessionStart', '--agent', 'codex'], JSON.stringify({ session_id: 'gone', cwd: home.project, source: 'resume' }));
    await home.run('usage sync');
    expect(await segments()).toEqual([expect.objectContaining({ before: null, usage: null, unknown_because: 'no_log' })]);
  });

  it('begin with nothing where they have no log yet, whenever that is taken in', async () => {
    const session = new ClaudeSession(home);
    await fire(session, 'SessionStart', { source: 'startup' });
    await home.run('usage sync');
    session.answer({ input: 40, output: 60 });
    await tick();
    await fire(session, 'SessionEnd', { reason: 'other' });
    await home.run('usage sync');
    expect(told(await segments())).toEqual([['startup', 'SessionEnd', 0, 100]]);
  });

  it('end in the store in which they began, whatever folder their agent has gone to, and wherever that is by then', async () => {
    const session = new ClaudeSession(home).answer();
    const [main, other] = [join(home.path, 'main'), join(home.path, 'other')];
    const tree = join(home.path, 'tree');
    for (const folder of [main, other]) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'tokentrail.yaml'), 'store: .tokentrail\n');
    }
    // A worktree of the main checkout, which is removed when its agent is done.
    mkdirSync(join(main, '.git', 'worktrees', 'tree'), { recursive: true });
    writeFileSync(join(main, '.git', 'worktrees', 'tree', 'commondir'), '../..\n');
    mkdirSync(tree);
    writeFileSync(join(tree, '.git'), `gitdir: ${join(main, '.git', 'worktrees', 'tree')}\n`);
    await fire(session, 'SessionStart', { source: 'resume', cwd: tree });
    await tick();
    session.answer({ input: 3, output: 4 });
    await tick();
    await fire(session, 'SessionEnd', { reason: 'other', cwd: other });
    rmSync(tree, { recursive: true });
    await home.run('usage sync', { cwd: other });
    await home.run('usage sync', { cwd: main });
    const seen = await home.json<{ segments: Segment[] }>('hooks sessions', { cwd: main });
    expect(told(seen.segments)).toEqual([['resume', 'SessionEnd', 110, 7]]);
  });

  it('of a folder whose configuration can’t be read are taken in once it can be', async () => {
    const session = new ClaudeSession(home).answer();
    writeFileSync(join(home.project, 'tokentrail.yaml'), 'stroe: x\n');
    await fire(session, 'SessionStart', { source: 'resume' });
    const elsewhere = join(home.path, 'elsewhere');
    mkdirSync(elsewhere);
    await home.run(['usage', 'sync', '--store', join(home.path, 'ledger')], { cwd: elsewhere });
    writeFileSync(join(home.project, 'tokentrail.yaml'), `store: ${join(home.path, 'ledger')}\n`);
    await home.run('usage sync');
    expect(told(await segments())).toEqual([['resume', null, 110, 0]]);
  });
});

describe('hooks in the settings of agents', () => {
  const settings = (): string => join(home.path, '.claude', 'settings.json');
  const OWN = '{\n    // mine\n    "hooks": { "Stop": [ {"hooks":[{"type":"command","command":"say done"}]} ] },\n\t"model":"opus"}';

  /** Every file and folder of the home that is not ours, with what it holds. */
  const everything = (): unknown[] =>
    (readdirSync(home.path, { recursive: true }) as string[])
      .filter((name) => !name.startsWith('.local') && !name.startsWith('.cache'))
      .sort()
      .map((name) => [name, statSync(join(home.path, name)).isFile() ? readFileSync(join(home.path, name), 'utf8') : null]);

  it('are put in once, and taken out to the very byte', async () => {
    mkdirSync(dirname(settings()), { recursive: true });
    mkdirSync(join(home.path, '.codex'));
    writeFileSync(settings(), OWN);
    chmodSync(settings(), 0o640);
    const before = everything();
    const dry = await home.ok('hooks install --dry-run --statusline');
    expect([dry.includes('+'), everything()]).toEqual([true, before]);
    await home.ok('hooks install --statusline');
    const installed = readFileSync(settings(), 'utf8');
    await home.ok('hooks install --statusline');
    expect([readFileSync(settings(), 'utf8'), installed.includes('say done'), statSync(settings()).mode & 0o777]).toEqual([
      installed,
      true,
      0o640,
    ]);
    expect(existsSync(join(home.path, '.codex', 'hooks.json'))).toBe(true);
    await home.ok('hooks uninstall');
    expect(everything()).toEqual(before);
  });

  it('are taken out of a file that was changed since, and the rest stays', async () => {
    mkdirSync(dirname(settings()), { recursive: true });
    await home.ok('hooks install --agent claude');
    writeFileSync(settings(), readFileSync(settings(), 'utf8').replace('{', '{\n  "model": "opus",'));
    const removed = await home.ok('hooks uninstall');
    expect(JSON.parse(readFileSync(settings(), 'utf8'))).toEqual({ model: 'opus' });
    expect(removed).toContain('changed since');
  });

  it('of a project go beside it, for machines with and without tokentrail, and leave nothing behind', async () => {
    const before = everything();
    for (const agent of ['claude', 'codex', 'gemini', 'qwen', 'copilot']) await home.ok(`hooks install --project --agent ${agent}`);
    expect(readFileSync(join(home.project, '.claude', 'settings.json'), 'utf8')).toContain('if command -v tokentrail');
    expect(readFileSync(join(home.project, '.github', 'hooks', 'tokentrail.json'), 'utf8')).not.toContain(home.path);
    await home.ok('hooks uninstall --project');
    expect(everything()).toEqual(before);
  });

  it('are written to where a link leads', async () => {
    mkdirSync(join(home.path, 'dotfiles'));
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(join(home.path, 'dotfiles', 'claude.json'), '{}\n');
    symlinkSync(join(home.path, 'dotfiles', 'claude.json'), settings());
    await home.ok('hooks install --agent claude');
    expect(readFileSync(join(home.path, 'dotfiles', 'claude.json'), 'utf8')).toContain('SessionStart');
    await home.ok('hooks uninstall --agent claude');
    expect(readFileSync(join(home.path, 'dotfiles', 'claude.json'), 'utf8')).toBe('{}\n');
  });

  it('are refused by settings that can’t be read, which stay as they are', async () => {
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(settings(), '{ "hooks": ');
    mkdirSync(join(home.path, '.codex'));
    const { code, stdout } = await home.run('hooks install');
    expect([code, stdout.includes('claude: refused'), readFileSync(settings(), 'utf8')]).toEqual([1, true, '{ "hooks": ']);
    // The others are done.
    expect(existsSync(join(home.path, '.codex', 'hooks.json'))).toBe(true);
  });

  it('are refused by settings that could not be kept as they are: no UTF-8, a link that leads nowhere, a folder', async () => {
    mkdirSync(dirname(settings()), { recursive: true });
    writeFileSync(settings(), Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]));
    const codes = [(await home.run('hooks install --agent claude')).code];
    rmSync(settings());
    symlinkSync(join(home.path, 'no', 'such'), settings());
    codes.push((await home.run('hooks install --agent claude')).code);
    expect(lstatSync(settings()).isSymbolicLink()).toBe(true);
    rmSync(settings());
    mkdirSync(settings());
    codes.push((await home.run('hooks install --agent claude')).code);
    expect(codes).toEqual([1, 1, 1]);
  });

  it('need an agent that is used here, or one that is named', async () => {
    expect((await home.run('hooks install')).code).toBe(2);
    expect((await home.run('hooks install --agent amp')).code).toBe(2);
  });

  it('fire as they are installed, and the doctor tells it', async () => {
    mkdirSync(dirname(settings()), { recursive: true });
    await home.ok('hooks install --agent claude');
    const { hooks } = JSON.parse(readFileSync(settings(), 'utf8')) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
    const session = new ClaudeSession(home).answer();
    const input = payload(session, 'SessionStart', { source: 'startup' });
    await home.shell(`printf %s '${input}' | ${hooks['SessionStart']![0]!.hooks[0]!.command}`);
    await call(['PostToolUse'], '{"session_id":"s","cwd":"/"}');
    await home.run('usage sync');
    const doctor = await home.envelope('hooks doctor');
    const { events, unrecognised, findings } = doctor.data as Record<'events' | 'unrecognised' | 'findings', Record<string, unknown>[]>;
    expect(events.map(({ event, fired, parsed, stored }) => [event, fired, parsed, stored])).toEqual([
      ['PostToolUse', 1, 0, 0],
      ['SessionStart', 1, 1, 1],
    ]);
    expect(unrecognised).toEqual([expect.objectContaining({ reason: 'no_tool_name', count: 1, keys: ['session_id', 'cwd'] })]);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(await home.json('overhead')).toMatchObject({ hooks: 5, calls: 2, printed_bytes: 0, context_tokens: 0 });
    expect(await home.ok('self-check --roi')).toContain('· claude Stop: new: 0 firings in 14 days');
  });

  it('that can’t fire, or did not in two weeks, are found', async () => {
    mkdirSync(dirname(settings()), { recursive: true });
    await home.ok('hooks install --agent claude');
    const state = join(home.path, '.local', 'state', 'tokentrail', 'hooks.json');
    const [install] = JSON.parse(readFileSync(state, 'utf8')) as { installed_at: number }[];
    writeFileSync(state, JSON.stringify([{ ...install, installed_at: install!.installed_at - 15 * 86_400_000_000 }]));
    const dead = await home.run('self-check --roi');
    expect([dead.code, dead.stdout.split('\n')[0]]).toEqual([1, '✗ claude SessionStart: dead: 0 firings in 14 days']);
    writeFileSync(settings(), readFileSync(settings(), 'utf8').replaceAll(process.execPath, '/no/such/node'));
    const { code, stdout } = await home.run('hooks doctor');
    expect([code, stdout.includes('"/no/such/node", which is not there')]).toEqual([1, true]);
  });
});

describe('the status line', () => {
  it('tells what the books told at the last sync, with a share of the budget, and works without them', async () => {
    const line = (): Promise<string> =>
      new Promise((resolve) => {
        const child = execFile(process.execPath, [BIN, 'statusline'], { env: home.env }, (_, stdout) => resolve(stdout));
        child.stdin!.end('{"cost":{"total_cost_usd":0.5},"context_window":{"used_percentage":12}}');
      });
    expect(await line()).toBe('$0.50 session · today n/a (see `tokentrail usage sync`) · ctx 12 %\n');
    mkdirSync(join(home.path, '.config', 'tokentrail'), { recursive: true });
    writeFileSync(join(home.path, '.config', 'tokentrail', 'config.yaml'), 'budget: { day: 10 }\n');
    // 200,000 tokens of output at $15 a million.
    new ClaudeSession(home).answer({ input: 0, output: 200_000, model: 'claude-sonnet-4-5-20250929' });
    await home.run('usage sync');
    expect(await line()).toMatch(/^\$0\.50 session · today ~\$3\.00 at \d\d:\d\d · 30 % of the day's budget · ctx 12 %\n$/);
  });
});
