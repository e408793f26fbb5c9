// The tests run the built command, as users do, so it is built before them.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function setup(): void {
  if (process.env['TOKENTRAIL_TEST_SKIP_BUILD'] === '1') return;
  execFileSync(process.execPath, ['build/build.js'], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: 'inherit' });
}
