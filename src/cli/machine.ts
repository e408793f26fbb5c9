// What the program asks of the machine beside files: its ancestor processes and the state of a git checkout.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const MOST_ANCESTORS = 32;
const TIMEOUT_MS = 2000;

interface ProcessInfo {
  readonly parent: number;
  readonly names: readonly string[];
}

function fromProc(pid: number): ProcessInfo | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return { parent, names: words.slice(0, 2).map((word) => basename(word).replace(/\.(js|mjs|cjs|exe)$/, '')) };
  } catch {
    return null;
  }
}

async function fromPs(pid: number): Promise<ProcessInfo | null> {
  try {
    const { stdout } = await run('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { timeout: TIMEOUT_MS });
    const [parent, ...words] = stdout.trim().split(/\s+/);
    return { parent: Number(parent), names: words.slice(0, 2).map((word) => basename(word)) };
  } catch {
    return null;
  }
}

/** A process with its names: the program, and the script where it is an interpreter. */
export interface NamedProcess {
  readonly pid: number;
  readonly names: readonly string[];
}

/** The ancestor processes, the nearest first. */
export async function ancestorProcesses(): Promise<NamedProcess[]> {
  const found: NamedProcess[] = [];
  let pid = process.ppid;
  for (let i = 0; i < MOST_ANCESTORS && pid > 1; i++) {
    const info = process.platform === 'linux' ? fromProc(pid) : await fromPs(pid);
    if (info === null) break;
    found.push({ pid, names: info.names });
    pid = info.parent;
  }
  return found;
}

/** Their names, the nearest first. */
export const ancestors = async (): Promise<string[]> => (await ancestorProcesses()).flatMap(({ names }) => names);

/** A time is written in the zone and the words of the one who asks. */
const PS = { timeout: TIMEOUT_MS, env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' } };

/**
 * When a running process began, as the system tells it: another one of the same number began at another time.
 *
 * @returns null if there is none; undefined if nothing tells
 */
export function processStart(pid: number): string | null | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { ...PS, encoding: 'utf8' }).trim() || null;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, behind the name, which may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch (error) {
    const { code, status } = error as { readonly code?: string; readonly status?: number };
    return code === 'ENOENT' || code === 'ESRCH' || status === 1 ? null : undefined;
  }
}

export interface GitState {
  readonly commit: string | null;
  readonly branch: string | null;
}

/** HEAD of the checkout that holds `folder`; nulls outside of one, or without git. */
export async function gitState(folder: string): Promise<GitState> {
  try {
    const { stdout } = await run('git', ['rev-parse', 'HEAD', '--abbrev-ref', 'HEAD'], { cwd: folder, timeout: TIMEOUT_MS });
    const [commit, branch] = stdout.trim().split('\n');
    return { commit: commit ?? null, branch: branch === 'HEAD' ? null : (branch ?? null) };
  } catch {
    return { commit: null, branch: null };
  }
}
