// Plays a small Claude Code session in a temporary home: its log grows between the commands, as a real one does while the agent
// works. Needs no agent, and leaves nothing behind.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SESSION = '3f0c7a52-6d1e-4c1b-9a44-5b1f6a0e7d21';
const here = dirname(fileURLToPath(import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tokentrail-demo-'));
const project = join(home, 'work', 'review');
const logs = join(home, '.claude', 'projects', '-work-review');
mkdirSync(project, { recursive: true });
mkdirSync(join(logs, SESSION, 'subagents'), { recursive: true });

/** Writes the next part of the sample, as if the agent worked now and in this folder. */
function grow(part, into) {
  const now = new Date().toISOString();
  const text = readFileSync(join(here, 'session', part), 'utf8')
    .replaceAll(/"timestamp":"[^"]*"/g, `"timestamp":"${now}"`)
    .replaceAll('/home/ada/work/review', project);
  appendFileSync(into, text);
}

const transcript = join(logs, `${SESSION}.jsonl`);
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
  grow('0-before.jsonl', transcript);
  tokentrail('source', 'add', '--id', 'smith-2024', '--title', 'On caching', '--year', '2024');
  const id = tokentrail('analysis', 'start', '--source-id', 'smith-2024', '--cmd', '/review');
  grow('1-read.jsonl', transcript);
  tokentrail('analysis', 'mark', '--stage', 'read');
  grow('2-check.jsonl', transcript);
  grow('2-check.subagent.jsonl', join(logs, SESSION, 'subagents', 'agent-a7c1f09.jsonl'));
  tokentrail('analysis', 'mark', '--stage', 'check');
  grow('3-write.jsonl', transcript);
  tokentrail('analysis', 'complete');
  tokentrail('analysis', 'show', id);
} finally {
  rmSync(home, { recursive: true, force: true });
}
