// How long `hook EVENT` and `statusline` take against Node itself: each round runs all of them, in another order each time.
//
//   node bench/hook.js [ROUNDS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 60);
const home = mkdtempSync(join(tmpdir(), 'tokentrail-bench-'));
const env = { PATH: process.env.PATH, HOME: process.env.BENCH_HOME ?? home, XDG_STATE_HOME: home };

const payload = JSON.stringify({
  session_id: '3f0c7a52-6d1e-4c1b-9a44-5b1f6a0e7d21',
  transcript_path: join(home, 'none.jsonl'),
  cwd: home,
  hook_event_name: 'PostToolUse',
  tool_name: 'Bash',
  tool_input: { command: 'npm test' },
  tool_response: { stdout: 'x'.repeat(2000) },
});
const status = JSON.stringify({
  session_id: '3f0c7a52-6d1e-4c1b-9a44-5b1f6a0e7d21',
  cwd: home,
  cost: { total_cost_usd: 1.23 },
  context_window: { context_window_size: 200000, used_percentage: 43 },
});

const RUNS = {
  node: () => run(['-e', '0'], ''),
  hook: () => run([BIN, 'hook', 'PostToolUse'], payload),
  statusline: () => run([BIN, 'statusline'], status),
};

function run(args, input) {
  const before = process.hrtime.bigint();
  spawnSync(process.execPath, args, { env, input });
  return Number(process.hrtime.bigint() - before) / 1e6;
}

const names = Object.keys(RUNS);
const times = Object.fromEntries(names.map((name) => [name, []]));
for (let round = -3; round < ROUNDS; round++) {
  for (let i = 0; i < names.length; i++) {
    const name = names[(i + Math.abs(round)) % names.length];
    const took = RUNS[name]();
    if (round >= 0) times[name].push(took);
  }
}
rmSync(home, { recursive: true, force: true });

const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
for (const name of names) {
  const ratios = [0.5, 0.95].map((share) => (at(times[name], share) / at(times.node, share)).toFixed(2));
  console.log(
    `${name}: median ${at(times[name], 0.5).toFixed(1)} ms, p95 ${at(times[name], 0.95).toFixed(1)} ms; × node: ${ratios.join(', ')}`,
  );
}
