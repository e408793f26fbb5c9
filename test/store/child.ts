// Parts of the program as processes of their own: bundled as the build does it, since Node can't run the sources.
import { spawn, type ChildProcess } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { temporaryFolder } from './temporary.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles a script whose imports are relative to the project's root, and gives the path of the program. */
export async function program(source: string): Promise<string> {
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const outfile = join(folder, 'child.mjs');
  await build({
    stdin: { contents: source, resolveDir: ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    alias: { 'apache-arrow': join(ROOT, 'node_modules/apache-arrow/Arrow.dom.mjs') },
    external: ['typescript', '@lancedb/lancedb-*', 'openai', '@huggingface/transformers', 'fs-native-extensions'],
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);const __filename=import.meta.filename??'';const __dirname=import.meta.dirname??'';",
    },
    logLevel: 'error',
  });
  return outfile;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that is running, with what it has said so far. */
export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.process.stdin!.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Resolves once it has said `text`; rejects if it ends without. */
  async says(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.process.exitCode !== null || this.process.signalCode !== null)
        throw new Error(`It ended without saying "${text}": ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  tell(text: string): void {
    this.process.stdin!.write(text);
  }
}

export const node = (path: string, ...args: string[]): Child => new Child(process.execPath, [path, ...args]);
