// Where an export goes: a file, with its manifest beside it, or stdout.
import { basename, dirname } from 'node:path';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { manifestText, MANIFEST_SUFFIX, sha256, type Manifest } from '../../exchange/manifest.js';
import { TokentrailError } from '../../model/errors.js';
import { formatOrNull, type Instant } from '../../model/time.js';
import { writeFileAtomically } from '../../store/files.js';
import type { Context } from '../context.js';
import type { Made } from './made.js';
import { makeExport } from './make.js';
import type { ExportRequest } from './request.js';
import { allRecordedBy, exportState, lastOf, type ExportState } from './state.js';
import type { OwnTemplate } from './template.js';

/** What was written where. */
export interface Written {
  readonly file: string;
  readonly manifest: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Exported {
  readonly made: Made;
  readonly state: ExportState;
  readonly request: ExportRequest;
  /** Null where it went to stdout. */
  readonly written: Written | null;
}

const unwritable = (shown: string, why: string, cause?: unknown): TokentrailError =>
  new TokentrailError('FILE_UNWRITABLE', `"${shown}" can't be written: ${why}.`, {
    suggestions: ['Name another file with --out, in a folder that is there.'],
    details: { file: shown },
    cause,
  });

/** The file and its manifest, each whole or not at all; the file first, so that a manifest never tells of one that is not there. */
function write(path: string, shown: string, text: string, manifest: Omit<Manifest, 'sha256' | 'file'>): Written {
  if (!existsSync(dirname(path))) throw unwritable(shown, 'its folder is not there');
  if (/[\\/]$/.test(shown)) throw unwritable(shown, 'it names a folder');
  if (existsSync(path) && !statSync(path).isFile()) throw unwritable(shown, 'it is no plain file');
  const hash = sha256(text);
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK);
    // A link stays one: the file that it names is written.
    writeFileAtomically(existsSync(path) ? realpathSync(path) : path, [text], true);
    writeFileAtomically(path + MANIFEST_SUFFIX, [manifestText({ ...manifest, sha256: hash, file: basename(path) })], true);
  } catch (error) {
    throw unwritable(shown, (error as Error).message, error);
  }
  return { file: shown, manifest: shown + MANIFEST_SUFFIX, sha256: hash, bytes: Buffer.byteLength(text) };
}

/** What an export command was asked for. */
export interface Asked {
  readonly request: ExportRequest;
  readonly at: Instant | null;
  readonly out: string | undefined;
  readonly template: OwnTemplate | null;
}

/** @throws FILE_UNWRITABLE, TEMPLATE_INVALID, and what `exportState` throws */
export async function deliver(context: Context, { request, at, out, template }: Asked): Promise<Exported> {
  const state = await exportState(context, request, at);
  const made = await makeExport(context, state, request, template?.text ?? null);
  if (out === undefined || out === '-') return { made, state, request, written: null };
  const { books } = state;
  const rows = books.analyses.map(lastOf).map(({ id, revision, row_sha256 }) => ({ id, revision, row_sha256 }));
  const about = { request: { ...request }, recorded_by: formatOrNull(await allRecordedBy(context, state)), rows };
  return { made, state, request, written: write(context.path(out), out, made.text, about) };
}
