// Whether an exported file is the one that was written, as its manifest tells, and whether the books still say what it was made from.
import { readFileSync } from 'node:fs';
import { TokentrailError } from '../model/errors.js';
import { MANIFEST_SUFFIX, parseManifest, sha256, type Manifest, type ManifestRow } from './manifest.js';

export interface CheckedFile {
  readonly manifest: Manifest;
  /** The file is, to the last byte, the one that was written. */
  readonly isSame: boolean;
}

const SUGGESTIONS = ['Manifests are written by `tokentrail export … --out FILE`, beside the file.'];

function read(path: string, shown: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `There is no file "${shown}".` : `"${shown}" can't be read (${code ?? 'unknown'}).`;
    throw new TokentrailError('FILE_NOT_FOUND', why, { suggestions: SUGGESTIONS, details: { file: shown }, cause: error });
  }
}

/** @throws FILE_NOT_FOUND for the file or its manifest; MANIFEST_INVALID if that is none */
export function checkFile(path: string, shown: string): CheckedFile {
  const hash = sha256(read(path, shown));
  const manifest = parseManifest(read(path + MANIFEST_SUFFIX, shown + MANIFEST_SUFFIX).toString('utf8'));
  if (manifest === null)
    throw new TokentrailError('MANIFEST_INVALID', `"${shown}${MANIFEST_SUFFIX}" is no manifest of an export.`, {
      suggestions: SUGGESTIONS,
      details: { file: shown + MANIFEST_SUFFIX },
    });
  return { manifest, isSame: hash === manifest.sha256 };
}

/** What became of an analysis that a manifest lists. */
export interface RowFinding {
  readonly id: string;
  readonly revision: number;
  /** `missing`: the books have no such revision; `differs`: another one of that number. */
  readonly finding: 'missing' | 'differs';
}

export interface CheckedRows {
  readonly findings: readonly RowFinding[];
  /** Analyses with later revisions, and those that came since: no error. */
  readonly changed: number;
  readonly added: number;
}

/** @param chains the revisions of each analysis that the books have, the first one first. */
export function checkRows(rows: readonly ManifestRow[], chains: readonly (readonly ManifestRow[])[]): CheckedRows {
  const byId = new Map(chains.map((chain) => [chain[0]!.id, chain]));
  const findings = rows.flatMap(({ id, revision, row_sha256 }): RowFinding[] => {
    const found = byId.get(id)?.[revision - 1];
    if (found === undefined) return [{ id, revision, finding: 'missing' }];
    return found.row_sha256 === row_sha256 ? [] : [{ id, revision, finding: 'differs' }];
  });
  const known = new Set(rows.map(({ id }) => id));
  return {
    findings,
    changed: rows.filter(({ id, revision }) => (byId.get(id)?.length ?? 0) > revision).length,
    added: chains.filter(([first]) => !known.has(first!.id)).length,
  };
}
