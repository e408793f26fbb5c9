// What is installed with the program, and what is loaded when it starts.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, unknown>>;
}

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly engines?: { readonly node?: string };
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const manifest = read('package.json') as Manifest;
const packages = Object.entries((read('package-lock.json') as { packages: Record<string, Locked> }).packages).filter(
  ([path]) => path !== '',
);
const runtime = packages.filter(([, { dev }]) => dev !== true);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const LICENCES = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD']);

/** What a file of the program loads before its first line runs: itself, and what it imports by name. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/(?:^|[;}])(?:import|export)(?:[^'"();]*from)?["']([^"']+\.js)["']/g);
  for (const [, name] of imports) if (name!.startsWith('.')) loadedBy(join(file, '..', name!), seen);
  return seen;
}

describe('a snapshot', () => {
  it('does not load the catalogue of prices, which takes as long as all the rest', () => {
    const holdsCatalogue = (file: string): boolean => readFileSync(file, 'utf8').includes('claude-3-5-haiku');
    const loaded = [...loadedBy(join(DIST, 'commands/analysis/mark.js'))];
    expect(loaded.length).toBeGreaterThan(5);
    expect(loaded.filter(holdsCatalogue)).toEqual([]);
    expect(readdirSync(join(DIST, 'chunks')).some((name) => name.endsWith('.js') && holdsCatalogue(join(DIST, 'chunks', name)))).toBe(true);
  });
});

describe('the packages that we name', () => {
  const named = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };

  it('are named by one exact version', () => {
    expect(Object.entries(named).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('are replaced, where they are, by one exact version', () => {
    const versions = [...JSON.stringify(manifest.overrides).matchAll(/":"([^"]+)"/g)].map((match) => match[1]!);
    expect(versions.filter((version) => !/@?\d+\.\d+\.\d+$/.test(version) || /[\^~]/.test(version))).toEqual([]);
  });

  it('stand in the lock with that version', () => {
    const locked = new Map(packages.map(([path, { version }]) => [path, version]));
    expect(Object.entries(named).filter(([name, version]) => locked.get(`node_modules/${name}`) !== version)).toEqual([]);
  });

  it('are the native parts of LanceDB for every platform, all of the version of its JavaScript', () => {
    const versions = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('@lancedb/lancedb-'));
    expect([...new Set(versions.map(([, version]) => version))]).toEqual([manifest.devDependencies['@lancedb/lancedb']]);
    expect(versions.length).toBeGreaterThanOrEqual(7);
  });
});

describe('the packages that are installed with the program', () => {
  it('are seen in the lock', () => {
    expect(runtime.length).toBeGreaterThan(7);
  });

  it('run nothing when they are installed', () => {
    expect(runtime.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameOf(path))).toEqual([]);
  });

  it('have licences that let them go with ours', () => {
    expect(
      runtime
        .filter(([, { license }]) => !LICENCES.has(license ?? ''))
        .map(([path, { license }]) => `${nameOf(path)}: ${license ?? 'none'}`),
    ).toEqual([]);
  });

  it('are few', () => {
    expect(runtime.filter(([path]) => !path.includes('@lancedb/lancedb-')).length).toBeLessThanOrEqual(8);
  });

  it('are none of the heavy ones that LanceDB would bring', () => {
    expect(
      runtime
        .map(([path]) => nameOf(path))
        .filter((name) => /transformers|onnxruntime|sharp|openai|apache-arrow|^@lancedb\/lancedb$/.test(name)),
    ).toEqual([]);
  });
});

describe('the lock', () => {
  it('names no host to install from', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => nameOf(path))).toEqual([]);
  });

  it('runs nothing of ours at the user’s', () => {
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });
});

describe('a quick question', () => {
  let folder: string;
  let recorder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokentrail-'));
    // Notes each module that is loaded, and at the end the native parts.
    writeFileSync(
      join(folder, 'hooks.mjs'),
      `import { appendFileSync } from 'node:fs';
       export async function load(url, context, next) { appendFileSync(process.env.LOADED, url + '\\n'); return next(url, context); }`,
    );
    recorder = join(folder, 'record.mjs');
    writeFileSync(
      recorder,
      `import { register } from 'node:module';
       import { appendFileSync } from 'node:fs';
       register(${JSON.stringify(pathToFileURL(join(folder, 'hooks.mjs')).href)});
       process.on('exit', () => appendFileSync(process.env.LOADED, process.report.getReport().sharedObjects.join('\\n') + '\\n'));`,
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function loaded(...args: string[]): Promise<{ paths: string[]; stdout: string }> {
    const out = join(folder, `loaded-${Math.random().toString(36).slice(2)}`);
    writeFileSync(out, '');
    const env = { PATH: process.env['PATH'], HOME: folder, LOADED: out };
    const { stdout } = await run(process.execPath, ['--import', recorder, join(ROOT, 'bin/run.js'), ...args], { env, cwd: folder });
    if (stdout === '') throw new Error('It answered nothing.');
    const paths = readFileSync(out, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return { stdout, paths: paths.map((path) => (path.startsWith('file:') ? fileURLToPath(path) : path)) };
  }

  /** Texts that stand in the bundled LanceDB and Arrow. */
  const MARKS = [/whenNotMatchedInsertAll/, /RecordBatchStreamReader|MessageHeader/];
  const heavy = (path: string): boolean => {
    if (/lancedb|apache-arrow|fs-native-extensions/.test(path)) return true;
    return path.startsWith(DIST) && MARKS.some((mark) => mark.test(readFileSync(path, 'utf8')));
  };

  const QUESTIONS = [['--version'], ['-v'], ['--help'], ['analysis', '--help'], ['analysis', 'start', '--help'], ['--version', '--json']];

  it.for(QUESTIONS)('loads neither LanceDB nor Arrow: %j', async (args, ctx) => {
    if (!existsSync(DIST)) ctx.skip('the program is not built');
    const { paths } = await loaded(...args);
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter(heavy)).toEqual([]);
  });

  it('would be seen to load them: a command on the store does', async (ctx) => {
    if (!existsSync(DIST)) ctx.skip('the program is not built');
    const { paths } = await loaded('source', 'add', '--id', 's1', '--store', join(folder, 'store'));
    expect(paths.filter((path) => /lancedb.*\.node$/.test(path)).length).toBeGreaterThan(0);
    expect(paths.filter((path) => path.startsWith(DIST) && heavy(path)).length).toBeGreaterThan(0);
  });

  it('for the version loads no file of the program but the first', async (ctx) => {
    if (!existsSync(DIST)) ctx.skip('the program is not built');
    const { paths, stdout } = await loaded('--version');
    expect(stdout).toBe(`tokentrail ${manifest.version}\n`);
    expect(paths.filter((path) => path.startsWith(DIST))).toEqual([]);
  });

  it('finds every command in the manifest, so that no folder is searched', (ctx) => {
    if (!existsSync(DIST)) ctx.skip('the program is not built');
    const { commands } = read('oclif.manifest.json') as { commands: Record<string, unknown> };
    const files = readdirSync(join(ROOT, 'src/commands'), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts'));
    expect(Object.keys(commands).sort()).toEqual(files.map((name) => name.replace(/\.ts$/, '').replaceAll(/[\\/]/g, ':')).sort());
  });
});
