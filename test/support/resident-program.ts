// `tokentrail` as a program on the path of shells, which hands its command line to one process that runs them all: for tests of shell
// scripts that call it so often that most of their time would be starts of Node.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resident } from './resident.js';

/** How often is looked for calls. */
const EVERY_MS = 10;

/** Leaves its arguments, environment and folder in a folder of its own, and waits for what is said there. */
const script = (calls: string): string => `#!/bin/bash
call=$(mktemp -d '${calls}/XXXXXXXX')
env -0 > "$call/env"
printf '%s\\0' "$@" > "$call/args"
pwd > "$call/cwd"
mkfifo "$call/answer"
touch "$call/asked"
read -r code < "$call/answer"
cat "$call/out"
cat "$call/err" >&2
exit "$code"
`;

const listIn = (path: string): string[] => readFileSync(path, 'utf8').split('\u0000').slice(0, -1);

export class ResidentProgram {
  /** Folder that holds the program. */
  readonly bin: string;
  readonly #folder: string;
  readonly #calls: string;
  readonly #resident = new Resident();
  readonly #taken = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'tokentrail-program-'));
    [this.bin, this.#calls] = [join(this.#folder, 'bin'), join(this.#folder, 'calls')];
    mkdirSync(this.bin);
    mkdirSync(this.#calls);
    writeFileSync(join(this.bin, 'tokentrail'), script(this.#calls));
    chmodSync(join(this.bin, 'tokentrail'), 0o755);
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#resident.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #look(): void {
    const names = readdirSync(this.#calls).filter((name) => !this.#taken.has(name) && existsSync(join(this.#calls, name, 'asked')));
    for (const name of names) {
      this.#taken.add(name);
      void this.#answer(join(this.#calls, name));
    }
  }

  async #answer(call: string): Promise<void> {
    const env = Object.fromEntries(
      listIn(join(call, 'env')).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const cwd = readFileSync(join(call, 'cwd'), 'utf8').trimEnd();
    // All of the environment is the shell's.
    const { code, stdout, stderr } = await this.#resident.run(listIn(join(call, 'args')), { env: {}, project: cwd }, { env, cwd });
    writeFileSync(join(call, 'out'), stdout);
    writeFileSync(join(call, 'err'), stderr);
    // A pipe, at whose other end the script waits.
    await writeFile(join(call, 'answer'), `${code}\n`);
  }
}
