// A template that the user gives in place of the one that comes with the program.
import { readFileSync } from 'node:fs';
import { sha256 } from '../../exchange/manifest.js';
import { TokentrailError } from '../../model/errors.js';
import type { Context } from '../context.js';

export interface OwnTemplate {
  readonly text: string;
  /** By which an export names it. */
  readonly sha256: string;
}

/** Null if none is given. @throws FILE_NOT_FOUND */
export function readTemplate(context: Context, file: string | undefined): OwnTemplate | null {
  if (file === undefined) return null;
  try {
    const text = readFileSync(context.path(file), 'utf8');
    return { text, sha256: sha256(text) };
  } catch (error) {
    throw new TokentrailError('FILE_NOT_FOUND', `The template "${file}" can't be read.`, {
      suggestions: ['The ones that come with the program are in templates/reports; copy one and change it.'],
      details: { file },
      cause: error,
    });
  }
}
