// Runs commands against the floor of `node -e 0`, interleaved, and prints medians of the paired ratios: a busy machine slows both.
import { spawnSync } from 'node:child_process';

/** Wall and processor time in ms and peak memory in MiB of one run of our program, or of another one. */
export const runOnce = (args, options) => runProgram(process.execPath, args, options);

export function runProgram(program, args, options = {}) {
  const env = { ...process.env, ...options.env };
  delete env.NODE_EXTRA_CA_CERTS;
  const begin = process.hrtime.bigint();
  const given = { ...options, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  const result = spawnSync('/usr/bin/time', ['-f', '%M %U %S', program, ...args], given);
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  const lines = result.stderr.trim().split('\n');
  const [kilobytes, user, system] = lines.at(-1).split(' ').map(Number);
  if (result.status !== 0 && !options.mayFail) throw new Error(`exit ${result.status}: ${result.stderr}`);
  return { ms, cpu: (user + system) * 1000, rss: kilobytes / 1024, stdout: result.stdout, stderr: lines.slice(0, -1).join('\n') };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param subjects name → function that runs it once and returns {ms, rss}; the first one is the floor.
 * @returns name → {ratio and cpuRatio to the floor of the same round, ms, cpu, rss (the highest)}.
 */
export function interleave(subjects, rounds) {
  const seen = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(subjects)) {
      const result = run(round);
      if (round > 0) seen[name].push(result);
    }
  }
  const floor = Object.keys(subjects)[0];
  return Object.fromEntries(
    Object.entries(seen).map(([name, runs]) => [
      name,
      {
        ratio: median(runs.map(({ ms }, i) => ms / seen[floor][i].ms)),
        cpuRatio: median(runs.map(({ cpu }, i) => cpu / seen[floor][i].cpu)),
        ms: median(runs.map(({ ms }) => ms)),
        cpu: median(runs.map(({ cpu }) => cpu)),
        rss: Math.max(...runs.map(({ rss }) => rss)),
      },
    ]),
  );
}

const column = (value, digits, width) => value.toFixed(digits).padStart(width);

export function report(title, results) {
  console.log(`\n${title}`);
  for (const [name, { ratio, ms, rss, cpu, cpuRatio }] of Object.entries(results)) {
    const wall = `${column(ratio, 2, 7)} ×  ${column(ms, 0, 6)} ms`;
    console.log(`  ${name.padEnd(44)} ${wall}  ${column(rss, 0, 5)} MiB  processor ${column(cpuRatio, 2, 5)} × ${column(cpu, 0, 6)} ms`);
  }
}
