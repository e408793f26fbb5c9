// What a request is given by on the command line: its tokens by class, and its terms.
import { TokentrailError } from '../model/errors.js';
import { termsText } from '../model/terms.js';
import { TOKEN_CLASSES, ZERO, type Counts, type TokenClass } from '../model/tokens.js';

const usage = (message: string, suggestion: string): TokentrailError =>
  new TokentrailError('USAGE', message, { suggestions: [suggestion] });

const isClass = (name: string): name is TokenClass => (TOKEN_CLASSES as readonly string[]).includes(name);

/** `input=10000,output=500`; classes that are left out are 0. Null if nothing is given. @throws USAGE */
export function parseTokens(parts: readonly string[]): Counts | null {
  if (parts.length === 0) return null;
  const counts: Record<TokenClass, number> = { ...(ZERO as Record<TokenClass, number>) };
  for (const part of parts) {
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    if (!isClass(name))
      throw usage(`--tokens has no class "${name}".`, `Give it as --tokens ${TOKEN_CLASSES.map((one) => `${one}=N`).join(',')}.`);
    const count = Number(value.replaceAll('_', ''));
    if (!/^\d[\d_]*$/.test(value) || !Number.isSafeInteger(count))
      throw usage(`--tokens ${part} is no count.`, `Give a whole number, as ${name}=12000.`);
    counts[name] = count;
  }
  return { ...ZERO, ...counts };
}

/** `fast,us,web_search:10` as a record has it. @throws USAGE */
export function parseModes(words: readonly string[]): string | null {
  const searches = words.filter((word) => word.startsWith('web_search'));
  const count = searches.length === 0 ? 0 : Number(searches[0]!.slice('web_search:'.length));
  if (searches.length > 1 || !Number.isSafeInteger(count) || count < 0 || (searches.length === 1 && !/^web_search:\d+$/.test(searches[0]!)))
    throw usage('Searches on the web are given once, with how many they were.', 'Give them as --terms web_search:10.');
  const modes = words.filter((word) => !word.startsWith('web_search'));
  const text = termsText({ modes, web_searches: count });
  const kept = text === null ? [] : text.split(' ');
  const lost = modes.find((mode) => !kept.includes(mode));
  if (lost !== undefined) throw usage(`--terms "${lost}" is no word.`, 'Terms are words as fast, batch, us or web_search:10.');
  return text;
}
