// A text that a command is given: a file, or `-` for what comes in.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { TokentrailError } from '../model/errors.js';
import type { Context } from './context.js';

/** @param what it is, for the message. @throws FILE_NOT_FOUND */
export async function givenText(context: Context, given: string, what: string): Promise<string> {
  if (given === '-') return text(process.stdin);
  const path = context.path(given);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new TokentrailError('FILE_NOT_FOUND', `The ${what} "${path}" can't be read (${why}).`, {
      suggestions: ['Name a file, or - for standard input.'],
    });
  }
}
