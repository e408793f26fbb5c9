#!/usr/bin/env node
import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-v')) {
  // Most of what a program is asked; nothing else needs to be loaded for it.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`tokentrail ${version}`);
} else {
  // What we write is nobody else's to read.
  process.umask(0o077);
  const { main } = await import('../dist/main.js');
  await main(args, import.meta.url);
}
