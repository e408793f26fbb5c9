#!/usr/bin/env node
import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-v')) {
  // Most of what a program is asked; nothing else needs to be loaded for it.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`tokentrail ${version}`);
} else if (args[0] === 'hook' && !args.includes('--help') && !args.includes('-h')) {
  // An agent waits for it at every tool call.
  process.umask(0o077);
  await import('../dist/hook.js');
} else if (args.length === 1 && args[0] === 'statusline') {
  await import('../dist/statusline.js');
} else {
  // What we write is nobody else's to read.
  process.umask(0o077);
  const { main } = await import('../dist/main.js');
  await main(args, import.meta.url);
}
