// Asks before what can't be taken back.
import { createInterface } from 'node:readline/promises';
import { TokentrailError } from '../model/errors.js';
import type { Output } from './output.js';

/** @throws USAGE where nobody can be asked, or if the answer is not yes */
export async function requireConsent(question: string, output: Output): Promise<void> {
  const refused = (message: string): TokentrailError => new TokentrailError('USAGE', message, { suggestions: ['Pass --yes to agree.'] });
  if (!process.stdin.isTTY || output.json) throw refused('This needs a yes, and there is nobody to be asked.');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw refused('Nothing was changed.');
  } finally {
    asking.close();
  }
}
