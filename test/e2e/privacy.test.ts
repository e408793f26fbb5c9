// What must never leave the logs, who may read the books, and what may reach a terminal.
import { lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_FRAGMENTS } from '../../src/store/upkeep.js';
import { ClaudeSession } from '../support/claude-session.js';
import { BIN, Home, type Envelope, type Result } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { EVIL, EVIL_TEXT, everyCommand, forged, raw, runEvery } from './every-command.js';
import { runProgram, shown, works } from './shown.js';

let home: Home;

beforeEach(() => {
  home = new QuickHome();
});

/** All files and folders below a folder. */
function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...walk(path)] : [path];
  });
}

/** Files of the home that are not the agent's. */
const ourFiles = (): string[] => walk(home.path).filter((path) => !path.startsWith(join(home.path, '.claude')) && lstatSync(path).isFile());

const written = (): Buffer => Buffer.concat(ourFiles().map((path) => readFileSync(path)));

const LIFE = [
  'analysis start --source-id s1',
  'analysis mark --stage one',
  'analysis list',
  'analysis current',
  'analysis complete',
  'analysis sessions list',
  'doctor',
];

/** A whole lifecycle, as text and as JSON, with debugging words; everything that it printed. */
async function live(grow: () => void): Promise<string> {
  const all: Result[] = [];
  for (const args of LIFE) {
    for (const json of ['', ' --json']) {
      if (json !== '' && /start|complete/.test(args)) continue;
      all.push(await home.run(args + json, { env: { DEBUG: 'tokentrail' } }));
      grow();
    }
  }
  const id = /ANALYSIS-\d+-\d+/.exec(all[0]!.stdout)?.[0] ?? 'none';
  for (const args of [
    `analysis show ${id}`,
    `analysis show ${id} --json`,
    `analysis complete --id ${id}`,
    `analysis add --source-id s1 --usage-from claude:${join(home.path, '.claude')}`,
  ]) {
    all.push(await home.run(args, { env: { DEBUG: 'tokentrail' } }));
  }
  return all.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

describe('what people and agents say to each other', () => {
  const CANARIES = [
    'CANARY-prompt-8841',
    'CANARY-answer-8842',
    'sk-ant-CANARY-8843',
    'CANARY-tool-8844',
    'CANARY-broken-8845',
    'CANARY-summary-8846',
  ];

  /** Lines that hold what must not be stored, in the places where agents write it. */
  function talk(session: ClaudeSession): void {
    const base = { sessionId: session.id, cwd: home.project, timestamp: new Date().toISOString() };
    session
      .raw(
        `${JSON.stringify({ ...base, type: 'user', uuid: `u-${Math.random()}`, message: { role: 'user', content: `${CANARIES[0]} ${CANARIES[2]}` } })}\n`,
      )
      .raw(`${JSON.stringify({ ...base, type: 'summary', summary: CANARIES[5] })}\n`)
      .raw(`{"type":"user","content":"${CANARIES[4]}\n`)
      .answer({ extra: { toolUseResult: { stdout: CANARIES[3] }, requestId: 'req_1' } })
      .raw(`${session.line().replace('"ok"', JSON.stringify(CANARIES[1]))}\n`);
  }

  it('is nowhere in the store, the cache and the outputs', async () => {
    const session = new ClaudeSession(home).enter();
    talk(session);
    const printed = await live(() => talk(session));
    const found = CANARIES.filter((canary) => printed.includes(canary) || written().includes(canary));
    expect(found).toEqual([]);
  });

  it('is in the log all the same, so that this test could find it', () => {
    const session = new ClaudeSession(home);
    talk(session);
    const text = readFileSync(session.path, 'utf8');
    expect(CANARIES.filter((canary) => !text.includes(canary))).toEqual([]);
  });
});

describe('paths of the home', () => {
  it('are nowhere in the store', async () => {
    const session = new ClaudeSession(home).answer();
    const id = await home.ok([
      'analysis',
      'start',
      '--source-id',
      's1',
      '--tool',
      'claude',
      '--usage-session-path',
      session.path,
      '--analysis-file',
      'paper.md',
    ]);
    session.answer();
    await home.ok(['analysis', 'mark', '--stage', 'one', '--id', id]);
    await home.ok('source add --id s1 --analysis-file paper.md');
    const stored = walk(home.store).filter((path) => lstatSync(path).isFile());
    expect(stored.filter((path) => readFileSync(path).includes(home.path))).toEqual([]);
  });

  it('are stored with a tilde', async () => {
    const id = await home.ok('analysis start --source-id s1 --tool manual --analysis-file paper.md');
    expect(await shown(home, id)).toMatchObject({ project: '~/work/paper', analysis_file: '~/work/paper/paper.md' });
  });

  it('are stored with a tilde also if the home is a link', async () => {
    const real = join(home.path, 'disk', 'user');
    mkdirSync(join(real, 'paper'), { recursive: true });
    symlinkSync(real, join(home.path, 'link'));
    const env = { HOME: join(home.path, 'link') };
    const cwd = join(home.path, 'link', 'paper');
    const { analysis } = await home.json<{ analysis: { project: string } }>('analysis start --source-id s1 --tool manual', { env, cwd });
    expect(analysis.project).toBe('~/paper');
  });

  it('are not stored in the names that agents give to folders, and the log is found again', async () => {
    const session = new ClaudeSession(home).answer();
    const name = home.path.replaceAll(/[^A-Za-z0-9]/g, '-');
    expect(session.path).toContain(name);
    const given = ['--tool', 'claude', '--usage-session-path', session.path];
    const ids = [
      await home.ok(['analysis', 'start', '--source-id', 's1', ...given]),
      await home.ok(['analysis', 'start', '--source-id', 's2', '--tool', 'claude', '--usage-session-id', session.id]),
    ];
    session.answer();
    for (const id of ids) await home.ok(['analysis', 'complete', '--id', id]);
    const all = await Promise.all(ids.map((id) => shown(home, id)));
    expect(JSON.stringify(all)).not.toContain(name);
    expect(JSON.stringify(all)).toContain('projects/~-work-paper/');
    expect(all[0]!.output_tokens).toBe(100);
    const { analyses } = await home.json<{ analyses: { result: string }[] }>('analysis verify --all');
    expect(analyses.map(({ result }) => result)).toEqual(['verified', 'verified']);
  });

  it('are not stored of logs that were given by a path with a link in it', async () => {
    new ClaudeSession(home).answer();
    renameSync(join(home.path, '.claude'), join(home.path, 'dotfiles'));
    symlinkSync(join(home.path, 'dotfiles'), join(home.path, '.claude'));
    const [session] = walk(join(home.path, 'dotfiles')).filter((path) => path.endsWith('.jsonl'));
    const id = await home.ok(['analysis', 'start', '--source-id', 's1', '--tool', 'claude', '--usage-session-path', session!]);
    expect(JSON.stringify((await shown(home, id)).sessions)).not.toContain(home.path);
  });
});

describe('who may read the books', () => {
  const modesUnder = (folder: string): string[] =>
    [folder, ...(lstatSync(folder).isDirectory() ? walk(folder) : [])].map((path) => {
      const stat = lstatSync(path);
      return `${relative(home.path, path)} ${(stat.mode & 0o777).toString(8)} ${stat.isDirectory() ? 'folder' : 'file'}`;
    });

  it('is only their owner, also if the shell leaves everything open', async () => {
    const session = new ClaudeSession(home).enter().answer();
    const line = `printf '%s\\n' '${session.line()}' >> '${session.path}'`;
    await home.shell(`umask 000; set -e
      tokentrail source add --id s1
      for n in 1 2 3; do tokentrail analysis start --source-id s1; ${line}; done
      tokentrail analysis mark --id ANALYSIS-$(date -u +%Y)-001 --stage one
      tokentrail analysis complete --id ANALYSIS-$(date -u +%Y)-001
      tokentrail analysis sessions list
      tokentrail usage sync
      tokentrail store optimize
      tokentrail store backup ../../backup
      tokentrail store restore ../../backup --force
      tokentrail init`);
    const theirs = new Set(['.claude', 'work']);
    const left = readdirSync(home.path).filter((name) => !theirs.has(name));
    expect(left.sort()).toEqual(['.cache', '.local', 'backup']);
    const wrong = [...left.map((name) => join(home.path, name)), join(home.project, '.tokentrail'), join(home.project, 'tokentrail.yaml')]
      .flatMap(modesUnder)
      .filter((line) => !/ (700 folder|600 file)$/.test(line));
    expect(wrong).toEqual([]);
  });

  it('is only their owner after the tables were merged', async () => {
    const id = await home.ok('analysis start --source-id s1 --tool manual');
    const mark = (stage: string): string[] => ['analysis', 'mark', '--id', id, '--stage', stage, '-q'];
    const parts = async (): Promise<number> => {
      const { tables } = await home.json<{ tables: { name: string; fragments: number }[] }>('store status');
      return tables.find(({ name }) => name === 'analysis_logs')!.fragments;
    };
    for (let n = 1; n < MAX_FRAGMENTS; n++) await home.ok(mark(`s${n}`));
    expect(await parts()).toBe(MAX_FRAGMENTS);
    // More are too many: one of the next commands, which a shell runs that leaves everything open, merges them.
    for (let n = 0; n < 16 && (await parts()) >= MAX_FRAGMENTS; n++)
      await home.shell(`umask 000\ntokentrail ${mark(`open${n}`).join(' ')}`);
    expect(await parts()).toBeLessThan(MAX_FRAGMENTS);
    expect(modesUnder(home.store).filter((line) => !/ (700 folder|600 file)$/.test(line))).toEqual([]);
  });

  it("keeps the store out of the project's history", async () => {
    mkdirSync(join(home.project, '.git'));
    await home.ok('analysis start --source-id s1 --tool manual');
    expect(readFileSync(join(home.project, '.tokentrail', '.gitignore'), 'utf8')).toBe('*\n');
  });
});

describe('the network', () => {
  const entry = pathToFileURL(BIN).href;

  /** Arguments of Node to run every command in one process. */
  const everything = (): string[] => {
    // Without those that need an analysis, or a session of that id.
    const isOfNone = (args: readonly string[]): boolean => args.includes('id') || args[0] === 'tag' || args.includes('--session');
    const commands = [...everyCommand(home).filter((args) => !isOfNone(args)), ['--help']];
    const script = `import { main } from ${JSON.stringify(new URL('../dist/main.js', entry).href)};
      for (const args of ${JSON.stringify(commands)}) await main(args, ${JSON.stringify(entry)});`;
    return ['--input-type=module', '-e', script];
  };

  it('is not needed, and not asked for', async (ctx) => {
    const [alone, traced] = [
      await works('unshare', ['-n', 'true']),
      await works('strace', ['-f', '--seccomp-bpf', '-e', 'trace=socket', 'true']),
    ];
    new ClaudeSession(home).enter().answer();
    const trace = join(home.path, 'trace');
    const line = [
      ...(alone ? ['unshare', '-n'] : []),
      ...(traced ? ['strace', '-f', '--seccomp-bpf', '-o', trace, '-e', 'trace=socket,connect,sendto'] : []),
      ...[process.execPath, ...everything()],
    ];
    const { code, stderr } = await runProgram(home, line[0]!, line.slice(1));
    const asked = traced ? readFileSync(trace, 'utf8').split('\n') : [];
    // A model that is named so has no price, which exports tell by 3.
    expect({
      code,
      failed: stderr.split('\n').filter((text) => text.startsWith('✗')),
      asked: asked.filter((call) => /AF_INET/.test(call)),
    }).toEqual({ code: 3, failed: [], asked: [] });
    if (traced) expect(asked.length).toBeGreaterThan(1);
    // What could be seen was; that it is not all is told.
    if (!alone || !traced) ctx.skip(`no ${alone ? 'strace' : 'network namespaces'} here`);
  });
});

describe('large numbers', () => {
  const MANY = 5_000_000_000;

  it('of 5,000,000,000 cache reads are stored and shown unchanged', async () => {
    const session = new ClaudeSession(home).enter().answer();
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 0, output: 0, read: MANY });
    await home.ok('analysis complete');
    expect(await shown(home, id)).toMatchObject({ cache_read_tokens: MANY, tokens_check: MANY });
    expect(await home.ok(['analysis', 'show', id])).toContain('cache read 5,000,000,000');
  });

  it('of 5,000,000,000 cache reads stand in the list of sessions unchanged', async () => {
    new ClaudeSession(home).answer({ read: MANY });
    const { sessions } = await home.json<{ sessions: { usage: { cache_read: number } }[] }>('analysis sessions list');
    expect(sessions.map(({ usage }) => usage.cache_read)).toEqual([MANY]);
  });

  it('add up exactly up to 2^53', async () => {
    const session = new ClaudeSession(home).enter().answer({ input: 0, output: 1 });
    const id = await home.ok('analysis start --source-id s1');
    session.answer({ input: 0, output: 0, read: 2 ** 52 }).answer({ input: 0, output: 0, read: 2 ** 52 - 3 });
    await home.ok('analysis complete');
    expect((await shown(home, id)).tokens_check).toBe(2 ** 53 - 3);
  });

  it('beyond 2^53 in sum leave the other analyses readable', async () => {
    const session = new ClaudeSession(home).enter().answer({ input: 0, output: 1 });
    await home.ok('analysis start --source-id s1');
    for (let i = 0; i < 3; i++) session.answer({ input: 0, output: 0, read: 2 ** 53 - 1 });
    await home.run('analysis complete');
    expect((await home.run('analysis list')).code).toBe(0);
  });

  it('beyond 2^53 in sum never become a wrong number that looks right', async () => {
    const session = new ClaudeSession(home).enter().answer({ input: 0, output: 1 });
    const id = await home.ok('analysis start --source-id s1');
    for (let i = 0; i < 3; i++) session.answer({ input: 0, output: 0, read: 2 ** 53 - 1 });
    const { code, stderr } = await home.run('analysis complete');
    const { cache_read_tokens, capture_status } = await shown(home, id);
    expect({ code, honest: cache_read_tokens === null || capture_status === 'partial', bug: stderr.includes('BUG') }).toEqual({
      code: 0,
      honest: true,
      bug: false,
    });
  });
});

describe('text from outside', () => {
  const NEWLINE = 'a\nFORGED line';

  /** Each command as text and with --json. */
  async function both(commands: readonly (readonly string[])[], env: Readonly<Record<string, string>> = {}): Promise<Result[]> {
    const all: Result[] = [];
    for (const args of commands) for (const words of [args, [...args, '--json']]) all.push(await home.run(words, { env }));
    return all;
  }

  const ofModel = async (model: string): Promise<Result[]> => {
    const session = new ClaudeSession(home).enter().answer({ model });
    const start = await home.run('analysis start --source-id s1');
    session.answer({ model });
    const id = start.stdout.trim();
    const rest = await both([
      ['analysis', 'mark', '--id', id, '--stage', 'one'],
      ['analysis', 'sessions', 'list'],
      ['analysis', 'show', id],
      ['analysis', 'list'],
    ]);
    return [start, await home.run(['analysis', 'complete', '--id', id]), ...rest, await home.run(['analysis', 'show', id])];
  };

  const ofSource = async (title: string): Promise<Result[]> =>
    both([
      ['source', 'add', '--id', 's1', '--title', title, '--author', title],
      ['source', 'show', 's1'],
      ['source', 'list'],
      ['source', 'update', '--id', 's1', '--title', title],
    ]);

  const ofAnalysis = async (text: string): Promise<Result[]> => {
    const manual = [
      'analysis',
      'start',
      '--source-id',
      's1',
      '--tool',
      'manual',
      '--notes',
      text,
      '--task',
      text,
      '--cmd',
      text,
      '--model',
      text,
      '--tag',
      `k=${text}`,
    ];
    return [
      await home.run(manual),
      ...(await both([
        ['analysis', 'mark', '--stage', text],
        ['analysis', 'list'],
        ['analysis', 'current'],
      ])),
      await home.run(['analysis', 'show', await home.ok('analysis current')]),
    ];
  };

  const ofErrors = (text: string): Promise<Result[]> =>
    both([
      [text],
      ['analysis', text],
      [text, '--help'],
      ['analysis', 'show', text],
      ['analysis', 'list', `--${text}`],
      ['analysis', 'list', '--since', text],
      ['analysis', 'list', '--limit', text],
      ['analysis', 'list', '--tool', text],
      ['analysis', 'mark', '--id', text, '--stage', 'x'],
      ['analysis', 'add', '--source-id', 's1', '--usage-from', text],
      ['analysis', 'start', '--source-id', 's1', '--usage-session-id', text],
      ['analysis', 'start', '--source-id', 's1', '--usage-session-path', text],
      ['analysis', 'list', '--store', `${text}://x`],
      ['analysis', 'list', '--store', text],
      ['analysis', 'add', '--source-id', 's1', '--tool', 'manual', '--inputs-source-ids', text],
      ['analysis', 'add', '--source-id', 's1', '--tool', 'manual', '--inputs-analysis-ids', text],
      ['analysis', 'sessions', 'list', '--project', text],
    ]);

  const ofEnvironment = (text: string): Promise<Result[]> =>
    both(
      [
        ['analysis', 'start', '--source-id', 's1'],
        ['analysis', 'current'],
      ],
      { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: text },
    );

  const ofConfig = async (text: string): Promise<Result[]> => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), `${JSON.stringify(text)}: 1\n`);
    return both([['analysis', 'list']]);
  };

  const ofDebug = (text: string): Promise<Result[]> =>
    both([[text], ['analysis', 'show', text], ['analysis', 'list', '--since', text]], { DEBUG: 'tokentrail' });

  const ofFileName = async (text: string): Promise<Result[]> => {
    const session = new ClaudeSession(home).answer();
    const folder = join(session.path, '..', '..', `-${text}`);
    mkdirSync(folder);
    writeFileSync(join(folder, `${text}.jsonl`), `${session.line({ extra: { sessionId: text, cwd: `/x/${text}` } })}\n`);
    return both([['analysis', 'sessions', 'list'], ['doctor']]);
  };

  const places: [where: string, print: (text: string) => Promise<Result[]>][] = [
    ['a model', ofModel],
    ['a source', ofSource],
    ['the fields of an analysis', ofAnalysis],
    ['arguments that are refused', ofErrors],
    ['a session that the environment names', ofEnvironment],
    ['the configuration', ofConfig],
    ['words of debugging', ofDebug],
    ['the name of a log', ofFileName],
  ];

  // All of it at once: which kind it was shows in the difference.
  it.each(places)('in %s reaches no terminal as it is', async (_, print) => {
    expect(raw(await print(EVIL_TEXT))).toEqual([]);
  });

  it('reaches no terminal as it is through any command, from wherever it comes', async () => {
    const { id, path } = new ClaudeSession(home)
      .enter()
      .answer({ model: EVIL_TEXT, extra: { cwd: `/x/${EVIL_TEXT}`, gitBranch: EVIL_TEXT } });
    const words = { text: EVIL_TEXT, usageFrom: `claude:${path}`, session: id };
    const results = await runEvery(home, words, { env: { XDG_STATE_HOME: `/x/${EVIL_TEXT}` } });
    expect(raw(results)).toEqual([]);
    expect(results.filter(({ code }) => ![0, 2, 3].includes(code)).map(({ stderr }) => stderr)).toEqual([]);
  });

  it('as words of the command line reaches no terminal either where all words of debugging are asked for', async () => {
    // A process of its own: the library for such words asks once, when it is loaded.
    home = new Home();
    const lines = [[EVIL_TEXT], ['analysis', EVIL_TEXT], ['analysis', 'list', '--since', EVIL_TEXT]];
    expect(raw(await Promise.all(lines.map((args) => home.run(args, { env: { DEBUG: '*' } }))))).toEqual([]);
  });

  it.each(places)('in %s forges no line of ours', async (_, print) => {
    expect(forged(await print(NEWLINE))).toEqual([]);
  });

  it.each(places)('in %s leaves every answer with --json one document', async (_, print) => {
    const results = await print(`${NEWLINE}|${EVIL_TEXT}|"\\`);
    const documents = results.filter(({ stdout }) => stdout.startsWith('{'));
    expect(documents.length).toBeGreaterThan(0);
    for (const { stdout } of documents) {
      expect(stdout.trimEnd()).not.toContain('\n');
      expect((JSON.parse(stdout) as Envelope).schema).toBe('tokentrail/v1');
    }
  });

  it.each(EVIL)('%s is the same text again for whoever reads --json', async (_, title) => {
    await home.ok(['source', 'add', '--id', 's1', '--title', title]);
    expect((await home.json<{ source: { title: string } }>('source show s1')).source.title).toBe(title);
  });
});
