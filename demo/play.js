// Plays a small Claude Code session in a temporary home: its log grows between the commands, as a real one does while the agent
// works. Needs no agent, and leaves nothing behind.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePart } from './write.js';

const SESSION = '3f0c7a52-6d1e-4c1b-9a44-5b1f6a0e7d21';
const here = dirname(fileURLToPath(import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tokentrail-demo-'));
const project = join(home, 'work', 'review');
mkdirSync(project, { recursive: true });

/** Writes the next part of the sample. */
const work = (part) => writePart(part, { config: join(home, '.claude'), session: SESSION, project });

const env = { PATH: process.env.PATH, HOME: home, TZ: process.env.TZ ?? 'UTC', CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: SESSION };

function tokentrail(...args) {
  console.log(`$ tokentrail ${args.join(' ')}`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(here, '..', 'bin', 'run.js'), ...args], {
    cwd: project,
    env,
    encoding: 'utf8',
  });
  process.stdout.write(stderr + stdout + '\n');
  if (status !== 0) throw new Error(`tokentrail ${args.join(' ')} ended with ${status}.`);
  return stdout.trim();
}

try {
  work('before');
  tokentrail('source', 'add', '--id', 'smith-2024', '--title', 'On caching', '--year', '2024');
  const id = tokentrail('analysis', 'start', '--source-id', 'smith-2024', '--cmd', '/review');
  work('read');
  tokentrail('analysis', 'mark', '--stage', 'read');
  work('check');
  tokentrail('analysis', 'mark', '--stage', 'check');
  work('write');
  tokentrail('analysis', 'complete');
  tokentrail('analysis', 'show', id);
} finally {
  rmSync(home, { recursive: true, force: true });
}
