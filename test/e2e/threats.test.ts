// What somebody hostile can put in our way: names of logs and folders, secrets in every corner, arguments and variables of a hook, a
// checkout's settings, and programs in the folder of the store.
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClaudeSession } from '../support/claude-session.js';
import { BIN, Home, type Result } from '../support/home.js';
import { QuickHome } from '../support/quick-home.js';
import { everyCommand, EVIL, EVIL_TEXT, forged, raw, runEvery } from './every-command.js';
import { hasStore, runProgram, works, type Shown } from './shown.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const isLinux = process.platform === 'linux';

let home: Home;

beforeEach(() => {
  home = new QuickHome();
});

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile());

/** A path whose last name ends with a byte that is no UTF-8. */
const notUtf8 = (path: string, ending = ''): Buffer => Buffer.concat([Buffer.from(path), Buffer.from([0xff]), Buffer.from(ending)]);

describe('the list of every command that these tests run', () => {
  it('has every command of the program', () => {
    const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as { commands: object };
    const listed = everyCommand(home).map((args) => args.join(' '));
    const missing = Object.keys(commands).filter((id) => !listed.some((line) => line.startsWith(id.replaceAll(':', ' '))));
    expect(missing).toEqual([]);
  });
});

describe('logs with names that nobody would give', () => {
  const NAMES = [
    ...EVIL.map(([, text]) => text),
    'a\nFORGED',
    '-rf',
    '--json',
    `"q'uote\\`,
    'a; $(touch pwned) `touch pwned`',
    '{a,b}*?[c]',
    'x'.repeat(255 - '.jsonl'.length),
  ];
  const idOf = (i: number): string => `5e5510${String(i).padStart(2, '0')}-0000-4000-8000-000000000001`;

  /** One session in each. */
  function logs(): string[] {
    return NAMES.map((name, i) => {
      const session = new ClaudeSession(home, idOf(i));
      const path = join(session.path, '..', `${name}.jsonl`);
      writeFileSync(path, `${session.line({ id: `msg_${i}` })}\n`);
      return path;
    });
  }

  it('are counted like any other, and named in --json as they are', async () => {
    const paths = logs();
    const { sessions } = await home.json<{ sessions: { path: string; usage: { total: number } }[] }>('analysis sessions list --limit 99');
    expect(sessions.map(({ path, usage }) => `${path} ${usage.total}`).sort()).toEqual(paths.map((path) => `${path} 110`).sort());
  });

  it('reach no terminal as they are, and forge no line, through any command, in a project of such a name', async () => {
    const paths = logs();
    new ClaudeSession(home, idOf(0)).enter();
    const cwd = join(home.path, 'work', `a\nFORGED${EVIL_TEXT}`);
    mkdirSync(cwd);
    const results = await runEvery(home, { usageFrom: `claude:${paths[0]!}` }, { cwd });
    expect([raw(results), forged(results)]).toEqual([[], []]);
  });

  it('can each be given by path', async () => {
    const wrong: string[] = [];
    for (const path of logs()) {
      const { analysis } = await home.json<{ analysis: Shown }>(['analysis', 'add', '--source-id', 's1', '--usage-from', `claude:${path}`]);
      if (analysis.tokens_check !== 110) wrong.push(path);
    }
    expect(wrong).toEqual([]);
    expect(existsSync(join(home.project, 'pwned'))).toBe(false);
  });

  it('that are no UTF-8 are told of with that reason, and so are folders of such names', async (ctx) => {
    if (!isLinux) ctx.skip('names are text here');
    const session = new ClaudeSession(home).answer();
    writeFileSync(notUtf8(join(session.path, '..', 'caf'), '.jsonl'), `${session.line({ id: 'msg_2' })}\n`);
    mkdirSync(notUtf8(join(session.path, '..', '..', '-caf')));
    const { code, stderr } = await home.run('usage sync');
    expect({ code, told: stderr.includes('2 Claude Code logs could not be read (name_not_utf8)') }).toEqual({ code: 3, told: true });
    expect((await home.run('doctor')).stdout).toContain('Rename what has a name that is no UTF-8');
    expect((await home.run('usage sync --strict')).code).toBe(1);
  });
});

describe('a folder in which nothing can be kept', () => {
  /** Makes the folder and runs a script in it, where the path needs bytes that arguments can't have. */
  const inFolder = (name: string, script: string): Promise<Result> => {
    home = new Home();
    return home.shell(`set -e; cd ..; d="$(printf '${name}')"; mkdir "$d"; cd "$d"; ${script}`);
  };

  it('since its name is no UTF-8 is refused, instead of making another one', async (ctx) => {
    if (!isLinux) ctx.skip('names are text here');
    const { code, stderr } = await inFolder('caf\\377', 'tokentrail init');
    expect({ code, told: stderr.includes('is no UTF-8') }).toEqual({ code: 2, told: true });
    expect(readdirSync(join(home.project, '..'))).toHaveLength(2);
  });

  it('since it is gone is refused as such', async (ctx) => {
    if (!isLinux) ctx.skip('a folder that is used can not be removed here');
    const { code, stderr } = await inFolder('gone', 'rmdir ../gone; tokentrail analysis list');
    expect({ code, told: stderr.includes('is gone') }).toEqual({ code: 2, told: true });
  });

  it.each(['a\u001b[31mb', 'a\nFORGED', 'a\tb', 'a\u007fb'])(
    'since LanceDB takes no control character is refused, unmade: %j',
    async (name) => {
      const result = await home.run(['analysis', 'start', '--source-id', 's1', '--tool', 'manual', '--store', name]);
      expect({ code: result.code, told: result.stderr.includes('STORE_UNSUPPORTED') }).toEqual({ code: 12, told: true });
      expect([raw([result]), forged([result]), existsSync(join(home.project, name))]).toEqual([[], [], false]);
    },
  );

  it('for a backup leaves nothing there', async () => {
    await home.ok('source add --id s1');
    const { code } = await home.run(['store', 'backup', 'a\u001bb']);
    expect({ code, there: existsSync(join(home.project, 'a\u001bb')) }).toEqual({ code: 12, there: false });
  });
});

describe('secrets', () => {
  const SECRETS = [
    'CANARY-prompt-1',
    'sk-ant-api03-CANARY2',
    'ghp_CANARY3abcdefghijklmnopqrstuvwxyz012',
    'AKIACANARY4EXAMPLE00',
    'eyJhbGciOiJIUzI1NiJ9.CANARY5.c2lnbmF0dXJl',
    '-----BEGIN RSA PRIVATE KEY-----CANARY6',
  ];
  const ALL = SECRETS.join(' ');

  /** Keys under which agents keep what people and models say; titles too. */
  const SAID = /^(text|thinking|prompt|title|summary|output|arguments|stdout|display|description|name_of_thread|lastPrompt)$/;

  const planted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(planted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        typeof inner === 'string' && (SAID.test(key) || key === 'content') ? `${inner} ${ALL}` : planted(inner),
      ]),
    );
  };

  const plantedLine = (line: string): string => {
    try {
      return JSON.stringify(planted(JSON.parse(line)));
    } catch {
      return `${line} ${ALL}`;
    }
  };

  /** Logs of all agents in this home, each text in them followed by secrets; how many files hold some. */
  function plant(): string[] {
    const fixtures = join(ROOT, 'test', 'fixtures');
    for (const agent of readdirSync(fixtures, { withFileTypes: true })) {
      if (!agent.isDirectory()) continue;
      for (const name of readdirSync(join(fixtures, agent.name)))
        if (existsSync(join(fixtures, agent.name, name, 'home')))
          cpSync(join(fixtures, agent.name, name, 'home'), home.path, { recursive: true });
    }
    const logs = filesBelow(home.path);
    for (const path of logs.filter((one) => /\.(jsonl|json)$/.test(one))) {
      const text = readFileSync(path, 'utf8');
      const whole = path.endsWith('.jsonl')
        ? text
            .split('\n')
            .map((line) => (line === '' ? '' : plantedLine(line)))
            .join('\n')
        : plantedLine(text);
      writeFileSync(path, whole);
    }
    return logs;
  }

  const found = (text: string | Buffer): string[] => SECRETS.filter((secret) => text.includes(secret));

  it('in the logs of every agent, the environment and the configuration are nowhere in what is kept and printed', async () => {
    const logs = new Set(plant());
    const tools = new Set(
      [...logs].filter((path) => found(readFileSync(path)).length > 0).map((path) => path.slice(home.path.length).split('/')[1]),
    );
    expect(tools.size).toBeGreaterThanOrEqual(6);
    const session = new ClaudeSession(home).enter();
    session
      .raw(`${JSON.stringify({ type: 'custom-title', customTitle: ALL, sessionId: session.id })}\n`)
      .raw(`${JSON.stringify({ type: 'summary', summary: ALL })}\n`)
      .raw(`{"type":"user","content":"${ALL}\n`)
      .answer({ extra: { toolUseResult: { stdout: ALL } } });
    const config = join(home.path, '.config', 'tokentrail', 'config.yaml');
    mkdirSync(join(config, '..'), { recursive: true });
    writeFileSync(config, `# ${SECRETS[1]!}\nstore: ../../ledger\n`);
    const env = {
      DEBUG: '*',
      ANTHROPIC_API_KEY: SECRETS[1]!,
      GITHUB_TOKEN: SECRETS[2]!,
      AWS_ACCESS_KEY_ID: SECRETS[3]!,
      TOKENTRAIL_TOKEN: ALL,
    };
    const printed = await runEvery(home, { usageFrom: `claude:${session.path}` }, { env });
    // In a process of its own: the library for words of debugging asks for them once, when it is loaded.
    printed.push(await runProgram(home, process.execPath, [BIN, 'doctor'], env));
    expect(printed.filter(({ code }) => code === 10)).toEqual([]);
    expect(found(printed.map(({ stdout, stderr }) => stdout + stderr).join('\n'))).toEqual([]);
    const kept = filesBelow(home.path).filter((path) => !logs.has(path) && path !== session.path && path !== config);
    expect(kept.some((path) => path.startsWith(join(home.path, 'backup')))).toBe(true);
    expect(kept.some((path) => path.includes(join('.cache', 'tokentrail')))).toBe(true);
    expect(kept.filter((path) => found(readFileSync(path)).length > 0)).toEqual([]);
  });

  it.each([
    'store: [sk-ant-api03-CANARY2',
    'store: { key: sk-ant-api03-CANARY2 }',
    'store: *sk-ant-api03-CANARY2',
    '"sk-ant-api03-CANARY2',
  ])('as a value of a configuration that is wrong are not repeated: %s', async (text) => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), `${text}\n`);
    const { code, stdout, stderr } = await home.run('analysis list --json', { env: { DEBUG: '*' } });
    expect({ code, found: found(stdout + stderr) }).toEqual({ code: 2, found: [] });
  });

  it('in the address of a store are not repeated', async () => {
    const env = { DEBUG: '*', TOKENTRAIL_STORE: `https://user:${SECRETS[1]!}@example.org/x?token=${SECRETS[2]!}` };
    for (const json of ['', ' --json']) {
      const { code, stdout, stderr } = await home.run(`analysis list${json}`, { env });
      expect({ code, found: found(stdout + stderr) }).toEqual({ code: 12, found: [] });
    }
  });
});

describe('what a hook passes on', () => {
  const COMMANDS = [
    '; touch pwned',
    '$(touch pwned)',
    '`touch pwned`',
    '| touch pwned',
    '&& touch pwned',
    'a\ntouch pwned',
    "'; touch pwned; '",
  ];
  const ran = (): string[] => filesBelow(home.path).filter((path) => path.endsWith('pwned'));

  it('as an argument is text and nothing else', async () => {
    await runEvery(home, { text: COMMANDS.join(' ') });
    expect(ran()).toEqual([]);
  });

  it.each([COMMANDS.join(' '), '../../../secret', '/etc/passwd', '*'])('as a session of the environment names none: %j', async (text) => {
    // Were the id a path, this log would be found.
    cpSync(new ClaudeSession(home).answer().path, join(home.path, 'secret.jsonl'));
    for (const name of ['TOKENTRAIL_SESSION_ID', 'CLAUDE_CODE_SESSION_ID']) {
      const env = { CLAUDECODE: '1', [name]: text };
      const { analysis } = await home.json<{ analysis: { tokens_baseline: number | null } }>('analysis start --source-id s1', { env });
      expect(analysis.tokens_baseline ?? 0).toBe(0);
    }
    expect(ran()).toEqual([]);
  });

  it.each(['$HOME/~root', '$(touch pwned); touch pwned'])('as a store is the name of a folder below: %j', async (text) => {
    await home.ok('source add --id s1', { env: { TOKENTRAIL_STORE: text } });
    expect([existsSync(join(home.project, text, '.gitignore')), ran()]).toEqual([true, []]);
  });

  it('with a NUL, which only a file can hold, is refused as a store', async () => {
    writeFileSync(join(home.project, 'tokentrail.yaml'), 'store: "a\\0b"\n');
    expect((await home.run('source add --id s1')).code).toBe(12);
    expect(hasStore(home)).toBe(false);
  });
});

describe('programs that lie in the way', () => {
  const pwned = (): boolean => existsSync(join(home.path, 'pwned'));
  const script = (): string =>
    `require('node:fs').writeFileSync(${JSON.stringify(join(home.path, 'pwned'))}, ''); module.exports = async () => {};`;

  /** A plugin as oclif would load it from its data folder, which by default is where the store is. */
  function plugin(folder: string): void {
    const own = join(folder, 'node_modules', 'evil');
    mkdirSync(own, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'x', oclif: { plugins: [{ name: 'evil', type: 'user', tag: '1' }] } }),
    );
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'evil', version: '1.0.0', oclif: { hooks: { init: './init.js' } } }));
    writeFileSync(join(own, 'oclif.manifest.json'), JSON.stringify({ version: '1.0.0', commands: {} }));
    writeFileSync(join(own, 'init.js'), script());
  }

  beforeEach(() => {
    home = new Home();
  });

  it('in the folder of the store are not run', async () => {
    await home.ok('source add --id s1');
    plugin(home.store);
    await home.ok('source list');
    expect(pwned()).toBe(false);
  });

  it('in a folder that a variable names are not run', async () => {
    plugin(join(home.path, 'data'));
    await home.ok('source add --id s1', { env: { TOKENTRAIL_DATA_DIR: join(home.path, 'data'), NODE_ENV: 'development' } });
    expect(pwned()).toBe(false);
  });

  it('that the settings of a checkout name are not run when its state is asked for', async (ctx) => {
    if (!(await works('git', ['--version']))) ctx.skip('no git here');
    await runProgram(home, 'git', ['init', '-q', '.']);
    const touch = `touch ${join(home.path, 'pwned')}; false`;
    for (const name of ['core.fsmonitor', 'core.pager', 'pager.rev-parse', 'core.editor', 'core.sshCommand', 'diff.external'])
      await runProgram(home, 'git', ['config', name, touch]);
    await runProgram(home, 'git', ['config', 'alias.rev-parse', `!${touch}`]);
    await home.ok('analysis start --source-id s1 --tool manual');
    expect(pwned()).toBe(false);
  });
});
