// Books as the file that `export analyses` makes of them, and read from it again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../src/cli/context.js';
import { makeExport } from '../../src/cli/export/make.js';
import type { ExportRequest } from '../../src/cli/export/request.js';
import { stateOf } from '../../src/cli/export/state.js';
import type { BooksContent } from '../../src/exchange/books-file.js';
import { readImportFile } from '../../src/exchange/import-file.js';
import { temporaryFolder } from '../store/temporary.js';

/** Of a context, an export needs a place to tell its progress. */
const context = { progress: () => () => undefined } as unknown as Context;

export const FORMATS = ['yaml', 'json'] as const;

/** Forgotten ones too. */
export async function exportOf(books: BooksContent, over: Partial<ExportRequest> = {}): Promise<string> {
  const request: ExportRequest = { what: 'analyses', format: 'yaml', tz: 'UTC', forgotten: true, ...over };
  return (await makeExport(context, stateOf(books, request, null), request, null)).text;
}

/** @throws IMPORT_INVALID */
export async function readBack(text: string): Promise<BooksContent> {
  const file = join(temporaryFolder(), 'a');
  writeFileSync(file, text);
  const { kind, ...content } = await readImportFile(file, 'a');
  if (kind !== 'books') throw new Error('not taken for an export');
  return content as BooksContent;
}
