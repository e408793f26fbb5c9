// Checks an exported file: against its manifest, and where there is a store, against that: its rows, and by making it again.
import { checkFile, checkRows, type CheckedFile, type CheckedRows } from '../../exchange/check-file.js';
import { sha256 } from '../../exchange/manifest.js';
import { recordedBooks } from '../../lifecycle/recorded.js';
import { TokentrailError } from '../../model/errors.js';
import { parseInstant } from '../../model/time.js';
import type { Context } from '../context.js';
import { booksIfThere } from '../ledger.js';
import { makeExport } from './make.js';
import { requestIn } from './request.js';
import { exportState } from './state.js';

export interface CheckedExport extends CheckedFile {
  readonly file: string;
  /** Null where there is no store. */
  readonly rows: CheckedRows | null;
  /** Whether the books of then make the same bytes; null where that can't be asked. */
  readonly isReproduced: boolean | null;
}

const unaskable = (file: string): TokentrailError =>
  new TokentrailError('MANIFEST_INVALID', `The manifest of "${file}" asks for an export that this version does not make.`, {
    suggestions: [
      'It was changed, or written by a later version: `sha256sum -c` still tells whether the file is the one that was written.',
    ],
    details: { file },
  });

/** @param file as the user named it. @throws FILE_NOT_FOUND, MANIFEST_INVALID, STORE_DAMAGED */
export async function checkExport(context: Context, file: string): Promise<CheckedExport> {
  const checked = checkFile(context.path(file), file);
  const { manifest } = checked;
  const books = await booksIfThere(context);
  if (books === null) return { ...checked, file, rows: null, isReproduced: null };
  const rows = checkRows(manifest.rows, (await recordedBooks(books, null)).analyses);
  const request = requestIn(manifest.request);
  if (request === null) throw unaskable(file);
  // Of what the books don't have any more nothing can be made again, nor by a template that is not known.
  if (request.template !== undefined || rows.findings.length > 0) return { ...checked, file, rows, isReproduced: null };
  const at = manifest.recorded_by === null ? 0 : parseInstant(manifest.recorded_by);
  const made = await makeExport(context, await exportState(context, request, at), request, null);
  return { ...checked, file, rows, isReproduced: sha256(made.text) === manifest.sha256 };
}

/** Whether something is not as it was written. */
export const isBroken = ({ isSame, rows, isReproduced }: CheckedExport): boolean =>
  !isSame || (rows?.findings.length ?? 0) > 0 || isReproduced === false;
