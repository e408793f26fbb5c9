import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Unbundled, LanceDB requires Arrow's CommonJS build; ours must be the same copy.
  resolve: { alias: { 'apache-arrow': fileURLToPath(new URL('node_modules/apache-arrow/Arrow.node.js', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts', 'test/support/in-memory.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 4,
  },
});
