// Runs command lines one after another in one process, for tests that need thousands of them: the built program, its two streams
// and its exit code, without a start of Node for each. Each comes with its environment and its folder.
import { main } from '../../dist/main.js';

const entry = new URL('../../bin/run.js', import.meta.url).href;
process.umask(0o077);
// Each command line adds its own.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

/** What is written to the two streams while `work` runs. */
async function streamsOf(work) {
  const streams = { stdout: '', stderr: '' };
  const kept = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (chunk, ...rest) => {
      streams[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      rest.findLast((one) => typeof one === 'function')?.();
      return true;
    };
  }
  try {
    await work();
  } finally {
    for (const name of ['stdout', 'stderr']) process[name].write = kept[name];
  }
  return streams;
}

process.on('message', async ({ args, env, cwd }) => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.exitCode = undefined;
  const streams = await streamsOf(() => main(args, entry));
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  process.send({ code, ...streams });
});
