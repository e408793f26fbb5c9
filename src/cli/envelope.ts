// The envelope that a command is given: a file, or `-` for what comes in.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { readEnvelope, type Envelope } from '../capture/claude/envelope.js';
import { TokentrailError } from '../model/errors.js';
import type { Context } from './context.js';

const unrecognised = (name: string, what: string): TokentrailError =>
  new TokentrailError('ENVELOPE_UNRECOGNISED', `${name} is no envelope that is known: ${what}.`, {
    suggestions: [
      'Give what `claude -p --output-format json` prints, whole.',
      'Without one: --tokens-final of `analysis complete`, or `analysis add`.',
    ],
  });

async function textOf(context: Context, given: string): Promise<string> {
  if (given === '-') return text(process.stdin);
  const path = context.path(given);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TokentrailError(
      'FILE_NOT_FOUND',
      `The envelope "${path}" can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      {
        suggestions: ['Name a file, or - for standard input.'],
      },
    );
  }
}

/** One document, or with stream-json one a line, the last of which is the result. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    const lines = content.trim().split('\n');
    try {
      return lines.length > 1 ? JSON.parse(lines.at(-1)!) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** @throws ENVELOPE_UNRECOGNISED, FILE_NOT_FOUND */
export async function envelopeFrom(context: Context, given: string | undefined): Promise<Envelope | null> {
  if (given === undefined) return null;
  const name = given === '-' ? 'What came in' : `"${given}"`;
  const value = parsed((await textOf(context, given)).replace(/^\ufeff/, ''));
  if (value === undefined) throw unrecognised(name, 'it is no JSON');
  const envelope = readEnvelope(value);
  if (envelope !== null) return envelope;
  throw unrecognised(name, 'it has no `"type": "result"` with a `session_id` and counts in `modelUsage` or `usage`');
}
