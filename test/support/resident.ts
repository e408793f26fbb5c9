// The built program as one process that runs many command lines; see command-lines.js.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Home, Result, RunOptions } from './home.js';

const SCRIPT = fileURLToPath(new URL('command-lines.js', import.meta.url));

/** A command that does not end for so long never will. */
const LONGEST_MS = 120_000;

export class Resident {
  #process: ChildProcess | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** Runs one command line after the one before; code −1 and how it ended if the process dies of it. */
  run(args: readonly string[], home: Pick<Home, 'env' | 'project'>, { env = {}, cwd = home.project }: RunOptions = {}): Promise<Result> {
    const next = this.#last.then(() => this.#run(args, { ...home.env, ...env }, cwd));
    this.#last = next.catch(() => undefined);
    return next;
  }

  #run(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Promise<Result> {
    const process = (this.#process ??= this.#begin());
    let native = '';
    const keep = (chunk: Buffer): void => void (native += chunk.toString());
    process.stderr!.on('data', keep);
    return new Promise<Result>((resolve) => {
      const watchdog = setTimeout(() => process.kill('SIGKILL'), LONGEST_MS);
      const end = (result: Result): void => {
        clearTimeout(watchdog);
        process.removeAllListeners('message').removeAllListeners('exit');
        process.stderr!.off('data', keep);
        resolve({ ...result, stderr: native + result.stderr });
      };
      process.once('message', (result) => end(result as Result));
      process.once('exit', (code, signal) => {
        this.#process = null;
        end({ code: -1, stdout: '', stderr: `It died: ${signal ?? String(code)}.` });
      });
      process.send({ args: [...args], env, cwd });
    });
  }

  end(): void {
    this.#process?.kill();
    this.#process = null;
  }

  #begin(): ChildProcess {
    return fork(SCRIPT, { env: { TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  }
}
