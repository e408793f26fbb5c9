// Completes package-lock.json with the native parts of LanceDB for every platform that package.json names.
// A registry mirror may serve only the platform that it runs on; npm then leaves the others out of the lock file and
// `npm ci` refuses it everywhere. An entry added here has no integrity hash until `npm install` sees a full registry.
import { readFileSync, writeFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const added = [];
for (const [name, version] of Object.entries(manifest.optionalDependencies)) {
  const path = `node_modules/${name}`;
  if (lock.packages[path]) continue;
  const [, os, cpu, libc] = /-(darwin|linux|win32)-(x64|arm64)(?:-(gnu|musl|msvc))?$/.exec(name);
  lock.packages[path] = {
    version,
    cpu: [cpu],
    ...(os === 'linux' ? { libc: [libc === 'gnu' ? 'glibc' : 'musl'] } : {}),
    license: 'Apache-2.0',
    optional: true,
    os: [os],
    engines: { node: '>= 18' },
  };
  added.push(name);
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'The lock file is complete.' : `Added: ${added.join(', ')}`);
