// Takes in a file: the books as they were exported, or rows of another program.
import { readImportFile } from '../exchange/import-file.js';
import { importBooks, planBooks, type ImportedBooks } from '../lifecycle/import-books.js';
import { importAnalyses, planImport, type ImportedRow } from '../lifecycle/import.js';
import { localTime } from '../model/time.js';
import type { Context } from './context.js';
import { booksIfThere } from './ledger.js';

export interface ImportedFile {
  readonly rows: readonly ImportedRow[];
  /** Items that are no rows. */
  readonly skipped: number;
  /** Null for a file that holds none. */
  readonly sources: ImportedBooks['sources'] | null;
}

/** @param file as the user named it. @throws FILE_NOT_FOUND, IMPORT_INVALID */
export async function importFile(context: Context, file: string, dryRun: boolean): Promise<ImportedFile> {
  const found = await readImportFile(context.path(file), file);
  if (found.kind === 'books') {
    const books = dryRun ? await planBooks(await booksIfThere(context), found) : await importBooks(await context.books(), found);
    return { ...books, skipped: 0 };
  }
  const asked = { rows: found.rows, local: localTime };
  const rows = dryRun
    ? await planImport(await booksIfThere(context), asked, context.now())
    : await importAnalyses(await context.books(), asked);
  return { rows, skipped: found.skipped, sources: null };
}
