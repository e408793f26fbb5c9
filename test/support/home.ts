// A temporary home with its own project, in which the built command runs as a user runs it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

export const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const open: string[] = [];

afterEach(() => {
  for (const folder of open.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export class Home {
  readonly path: string;
  /** The project in which commands run. */
  readonly project: string;
  /** Variables for every command, over an otherwise empty environment. */
  readonly env: Record<string, string>;

  constructor() {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'tokentrail-')));
    open.push(this.path);
    this.project = join(this.path, 'work', 'paper');
    mkdirSync(this.project, { recursive: true });
    this.env = { HOME: this.path, PATH: process.env['PATH'] ?? '', TZ: 'UTC' };
  }

  get store(): string {
    return join(this.path, '.local', 'share', 'tokentrail');
  }

  /** Runs the command with arguments as a list, or as words separated by spaces. */
  run(args: string | readonly string[], { env = {}, cwd = this.project }: RunOptions = {}): Promise<Result> {
    const words = typeof args === 'string' ? args.split(' ').filter((word) => word !== '') : [...args];
    return new Promise((resolve) => {
      const options = { cwd, env: { ...this.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
      execFile(process.execPath, [BIN, ...words], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Runs it, expects success, and gives the answer without its newline. */
  async ok(args: string | readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** Runs it with --json and gives the envelope. */
  async envelope(args: string | readonly string[], options?: RunOptions): Promise<Envelope> {
    const words = typeof args === 'string' ? args.split(' ') : [...args];
    const { stdout } = await this.run([...words, '--json'], options);
    return JSON.parse(stdout) as Envelope;
  }

  /** Runs it with --json, expects success, and gives the data. */
  async json<T = Record<string, never>>(args: string | readonly string[], options?: RunOptions): Promise<T> {
    const envelope = await this.envelope(args, options);
    if (!envelope.ok) throw new Error(JSON.stringify(envelope.error));
    return envelope.data as T;
  }

  /** A command that goes on while the test does something else. */
  start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [BIN, ...args], { cwd: this.project, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Runs a script in a shell in which `tokentrail` is the command. */
  shell(script: string): Promise<Result> {
    const prelude = `tokentrail() { "${process.execPath}" "${BIN}" "$@"; }\n`;
    return new Promise((resolve) => {
      execFile('sh', ['-c', prelude + script], { cwd: this.project, env: this.env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }
}

export interface Envelope {
  readonly schema: string;
  readonly ok: boolean;
  readonly command: string;
  readonly data?: unknown;
  readonly error?: {
    readonly code: string;
    readonly exit: number;
    readonly message: string;
    readonly suggestions: string[];
    readonly details: Record<string, unknown>;
  };
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}
