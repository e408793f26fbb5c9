// Bundles the program into dist/: a file per command, the store in chunks of its own, so that a command loads only what it uses.
// LanceDB's and Arrow's JavaScript is bundled too; only LanceDB's native part and the lock's are installed beside it.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const commands = readdirSync(join(root, 'src/commands'), { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src/commands', name));

rmSync(join(root, 'dist'), { recursive: true, force: true });

/** The first `localeCompare` of a process loads a collator, 10–20 ms; oclif sorts command ids by it, which are plain ASCII. */
const sortWithoutCollator = {
  name: 'sort-without-collator',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif\/core\/lib\/config\/plugin\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const patched = source.replace('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)');
      if (patched === source) throw new Error('oclif no longer sorts commands as it did; see whether this is still needed.');
      return { contents: patched, loader: 'js' };
    });
  },
};

/**
 * Parts that are loaded by name at every start and never used here: metrics, rerankers and permutations, which LanceDB's index
 * re-exports, and the search for command files, which the manifest replaces.
 */
const UNUSED = [
  { filter: /^\.\/(otel|rerankers|permutation)$/, importer: /@lancedb\/lancedb\/dist\/index\.js$/, contents: 'module.exports = {};' },
  {
    filter: /^tinyglobby$/,
    importer: /@oclif\/core\/lib\/config\/plugin\.js$/,
    contents: "exports.glob = () => { throw new Error('oclif.manifest.json is missing; build the program again.'); };",
  },
];

const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    UNUSED.forEach(({ filter, importer }, index) =>
      onResolve({ filter }, (found) =>
        importer.test(found.importer) ? { path: found.path, namespace: 'unused', pluginData: index } : undefined,
      ),
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, ({ pluginData }) => ({ contents: UNUSED[pluginData].contents, loader: 'js' }));
  },
};

await build({
  absWorkingDir: root,
  entryPoints: [
    ...commands.map((path) => ({ in: path, out: relative('src', path).replace(/\.ts$/, '') })),
    { in: 'src/cli/main.ts', out: 'main' },
    { in: 'src/cli/help.ts', out: 'help' },
    { in: 'src/ingest/reader-thread.ts', out: 'reader-thread' },
  ],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names stay readable in stack traces; keepNames would cost a call per function at every start.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // One copy of Arrow: LanceDB's `require` and our `import` would load two, whose classes don't know each other.
  alias: {
    'apache-arrow': join(root, 'node_modules/apache-arrow/Arrow.dom.mjs'),
    // Its other build finds its parts only when it runs.
    'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
  },
  external: ['typescript', '@lancedb/lancedb-*', 'openai', '@huggingface/transformers', 'fs-native-extensions'],
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);const __filename=import.meta.filename??'';const __dirname=import.meta.dirname??'';",
  },
  plugins: [sortWithoutCollator, withoutUnused],
  logLevel: 'warning',
});

// What agents wait for: a file each, so that nothing else is looked up.
await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/cli/hook-door.ts', out: 'hook' },
    { in: 'src/cli/statusline-door.ts', out: 'statusline' },
  ],
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});

// The native part is built from Rust crates whose licences must go with it.
for (const name of ['RUST_THIRD_PARTY_LICENSES.html', 'NODEJS_THIRD_PARTY_LICENSES.md']) {
  copyFileSync(join(root, 'node_modules/@lancedb/lancedb', name), join(root, 'dist', name));
}

// SQLite's own WebAssembly is looked for beside the module that loads it.
copyFileSync(join(root, 'node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm'), join(root, 'dist/chunks/node-sqlite3-wasm.wasm'));

rmSync(join(root, 'oclif.manifest.json'), { force: true });
const { Plugin } = await import('@oclif/core');
const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`);
console.log(`Built ${commands.length} commands.`);
