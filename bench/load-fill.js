// The TypeScript that fills stores, as a module that Node runs.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export async function loadFill() {
  const outfile = join(root, 'bench/work/fill-store.mjs');
  await build({
    entryPoints: [join(root, 'bench/fill-store.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { 'apache-arrow': join(root, 'node_modules/apache-arrow/Arrow.dom.mjs') },
    external: ['@lancedb/lancedb-*', 'openai', '@huggingface/transformers', 'fs-native-extensions'],
    banner: { js: "import{createRequire as c}from'node:module';const require=c(import.meta.url);const __filename='',__dirname='';" },
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile));
}
