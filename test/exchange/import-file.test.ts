import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImportFile, type ImportFile } from '../../src/exchange/import-file.js';
import { temporaryFolder } from '../store/temporary.js';
import { exportOf } from './exported.js';
import { analysesOf } from './odd.js';

function read(text: string): Promise<ImportFile> {
  const file = join(temporaryFolder(), 'a');
  writeFileSync(file, text);
  return readImportFile(file, 'a');
}

const books = { analyses: [analysesOf('a', [{ notes: 'x\ny' }, {}])], sources: [] };
const HEAD = 'schema: "tokentrail/analyses/v1"\n';

describe('a file of ours', () => {
  it.each(['yaml', 'json'])('is known by how it begins, as %s, also with other ends of lines', async (format) => {
    const text = await exportOf(books, { format });
    for (const one of [text, text.replaceAll('\n', '\r\n')]) expect(await read(one)).toEqual({ kind: 'books', ...books });
  });

  it('is known as JSON on one line', async () => {
    expect(await read(JSON.stringify(JSON.parse(await exportOf(books, { format: 'json' }))))).toMatchObject({ kind: 'books' });
  });

  it.each([
    ['of another subject', 'schema: "tokentrail/synthesis/v1"\n'],
    ['of a later version', 'schema: "tokentrail/analyses/v2"\n'],
    ['that ends too early', '{"schema": "tokentrail/analyses/v1", "analyses": ['],
    ['of two documents', `${HEAD}---\na: 1\n`],
    ['with aliases', `${HEAD}a: &a [1]\nanalyses: *a\nsources: []\n`],
    ['with a key twice', `${HEAD}analyses: []\nanalyses: []\nsources: []\n`],
    ['of lists in lists without end', `${HEAD}analyses: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    ['without lists', HEAD],
  ])('is refused if it is one %s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'IMPORT_INVALID' });
  });

  it('has no line of it printed by the reader of YAML', async () => {
    const printed: unknown[] = [];
    const listen = (warning: unknown): void => void printed.push(warning);
    process.on('warning', listen);
    await read(`${HEAD}x: !foo bar\n`).catch(() => undefined);
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(printed).toEqual([]);
  });
});

it('a folder is no file, and a file that is not there is none', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a'));
  await expect(readImportFile(join(folder, 'a'), 'a')).rejects.toMatchObject({ code: 'IMPORT_INVALID' });
  await expect(readImportFile(join(folder, 'b'), 'b')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
