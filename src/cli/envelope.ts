// The envelope that a command is given: a file, or `-` for what comes in.
import { readEnvelope, type Envelope } from '../capture/claude/envelope.js';
import { TokentrailError } from '../model/errors.js';
import type { Context } from './context.js';
import { givenText } from './given-text.js';

const unrecognised = (name: string, what: string): TokentrailError =>
  new TokentrailError('ENVELOPE_UNRECOGNISED', `${name} is no envelope that is known: ${what}.`, {
    suggestions: [
      'Give what `claude -p --output-format json` prints, whole.',
      'Without one: --tokens-final of `analysis complete`, or `analysis add`.',
    ],
  });

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
  const value = parsed((await givenText(context, given, 'envelope')).replace(/^\ufeff/, ''));
  if (value === undefined) throw unrecognised(name, 'it is no JSON');
  const envelope = readEnvelope(value);
  if (envelope !== null) return envelope;
  throw unrecognised(name, 'it has no `"type": "result"` with a `session_id` and counts in `modelUsage` or `usage`');
}
