// Runs commands against the floor of `node -e 0`, interleaved, and prints medians of the paired ratios: a busy machine slows both.
import { spawnSync } from 'node:child_process';

/** Wall time in ms and peak memory in MiB of one run. */
export function runOnce(args, options = {}) {
  const env = { ...process.env, ...options.env };
  delete env.NODE_EXTRA_CA_CERTS;
  const begin = process.hrtime.bigint();
  const result = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, ...args], { ...options, env, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  const lines = result.stderr.trim().split('\n');
  const rss = Number(lines.at(-1)) / 1024;
  if (result.status !== 0 && !options.mayFail) throw new Error(`exit ${result.status}: ${result.stderr}`);
  return { ms, rss, stdout: result.stdout, stderr: lines.slice(0, -1).join('\n') };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param subjects name → function that runs it once and returns {ms, rss}; the first one is the floor.
 * @returns name → {ratio to the floor of the same round, ms, rss (the highest)}.
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
        ms: median(runs.map(({ ms }) => ms)),
        rss: Math.max(...runs.map(({ rss }) => rss)),
      },
    ]),
  );
}

export function report(title, results) {
  console.log(`\n${title}`);
  for (const [name, { ratio, ms, rss }] of Object.entries(results)) {
    console.log(
      `  ${name.padEnd(44)} ${ratio.toFixed(2).padStart(7)} ×  ${ms.toFixed(0).padStart(6)} ms  ${rss.toFixed(0).padStart(5)} MiB`,
    );
  }
}
