// LanceDB never syncs, so that what was acknowledged is on disk is our promise. What is seen here are the kernel's calls.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Child, program } from './child.js';
import { temporaryFolder } from './temporary.js';

const WRITER = `
  import { Store } from './src/store/store.js';
  const folder = process.argv[2];
  const store = await Store.openForWriting({ folder, now: () => 1777888800000000, program: 'test' });
  const sources = await store.sources();
  const none = { type: null, title: null, author: null, year: null, url: null, doi: null, accessed: null, last_checked: null, reliability: null,
    bias_notes: null, claims_extracted: null, analysis_file: null, topics: null, domains: null, status: null };
  await store.exclusively(() => sources.insert({ ...none, id: 's1', revision: 1, recorded_at: 1, recorded_by: 'source add', prev_sha256: null,
    row_sha256: null, forgotten_at: null, imported: null, unknown_columns: {} }));
`;

/** Whether the system lets one process watch the calls of another. */
function canTrace(): string | null {
  try {
    execFileSync('strace', ['-f', '-e', 'trace=fsync', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'strace is not installed or not allowed here';
  }
}

const why = canTrace();

interface Call {
  readonly kind: 'sync' | 'make';
  readonly path: string;
}

/** Folders made and files synced by a program, in order. */
async function traced(script: string, folder: string): Promise<Call[]> {
  const out = join(temporaryFolder(), 'trace');
  const args = ['-f', '-y', '-s', '4096', '-e', 'trace=fsync,fdatasync,mkdir,mkdirat', '-o', out, process.execPath, script, folder];
  const { code, stderr } = await new Child('strace', args).ended;
  if (code !== 0) throw new Error(stderr);
  const calls: Call[] = [];
  for (const line of readFileSync(out, 'utf8').split('\n')) {
    const synced = /f(?:data)?sync\(\d+<([^>]+)>/.exec(line)?.[1];
    const made = /mkdir(?:at)?\(.*?"([^"]+)".*\) = 0/.exec(line)?.[1];
    if (synced !== undefined) calls.push({ kind: 'sync', path: synced });
    if (made !== undefined) calls.push({ kind: 'make', path: made });
  }
  return calls;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('a commit that was acknowledged', () => {
  let calls: Call[] = [];
  let store = '';
  let files: string[] = [];

  beforeAll(async () => {
    if (why !== null) return;
    const script = await program(WRITER);
    store = join(temporaryFolder(), 'store');
    calls = await traced(script, store);
    files = filesBelow(store).filter((path) => /\.(lance|manifest|txn)$/.test(path));
  });

  const names = (paths: readonly string[]): string[] => paths.map((path) => relative(store, path)).sort();
  const isSynced = (path: string): boolean => calls.some((call) => call.kind === 'sync' && call.path === path);
  /** Whether the entry of a folder that was made is on disk: the folder above was synced after it. */
  const isLasting = (path: string): boolean => {
    const made = calls.findLastIndex((call) => call.kind === 'make' && call.path === path);
    return calls.slice(made + 1).some((call) => call.kind === 'sync' && call.path === dirname(path));
  };
  const made = (pattern: RegExp): string[] =>
    calls.flatMap(({ kind, path }) => (kind === 'make' && pattern.test(relative(store, path)) ? [path] : []));

  it('is seen with its files', (ctx) => {
    if (why !== null) ctx.skip(why);
    expect(files.length).toBeGreaterThan(8);
  });

  it.for(['sources', 'analysis_logs', 'migrations'])('synced the rows, manifests and transactions of %s', (table, ctx) => {
    if (why !== null) ctx.skip(why);
    expect(names(files.filter((path) => path.includes(`/${table}.lance/`) && !isSynced(path)))).toEqual([]);
  });

  it('synced the folders that its files came into', (ctx) => {
    if (why !== null) ctx.skip(why);
    expect(names([...new Set(files.map(dirname))].filter((path) => !isSynced(path)))).toEqual([]);
  });

  it('synced the folder of each table after its parts were made', (ctx) => {
    if (why !== null) ctx.skip(why);
    const parts = made(/\.lance\/[a-z_]+$/);
    expect(parts.length).toBeGreaterThan(3);
    expect(names(parts.filter((path) => !isLasting(path)))).toEqual([]);
  });

  it('synced the folder of the store after the tables were made', (ctx) => {
    if (why !== null) ctx.skip(why);
    const tables = made(/^[a-z_]+\.lance$/);
    expect(tables.length).toBeGreaterThan(2);
    expect(names(tables.filter((path) => !isLasting(path)))).toEqual([]);
  });

  it('synced the folder above a store that was made', (ctx) => {
    if (why !== null) ctx.skip(why);
    expect(isLasting(store)).toBe(true);
  });
});
