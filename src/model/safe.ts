// The one sanitiser for strings from outside: ids, models, paths, titles, error messages of others. No control, escape, bidi or
// invisible character reaches a terminal, or a file that is to be read.

// C0 and DEL, C1, soft hyphen, bidi and zero-width marks, line and paragraph separators, BOM, interlinear and tag characters.
const DANGEROUS =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g; // prettier-ignore

const shown = (found: string): string => `\\u{${found.codePointAt(0)!.toString(16)}}`;

/** One line of text that says what is there and does nothing. */
export const safe = (text: string): string => text.replaceAll(DANGEROUS, shown);

/** The same for text that our own renderers laid out in lines and columns; some end lines as CSV does. */
export const safeText = (text: string): string =>
  text.replaceAll(DANGEROUS, (found: string, at: number) =>
    found === '\n' || found === '\t' || (found === '\r' && text[at + 1] === '\n') ? found : shown(found),
  );

const escaped = (found: string): string =>
  Array.from({ length: found.length }, (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** JSON whose strings can be printed; the value is unchanged for whoever parses it. */
export const safeJson = (json: string): string => json.replaceAll(DANGEROUS, (found) => (found === '\n' ? found : escaped(found)));

const yamlEscape = (found: string): string => {
  const code = found.codePointAt(0)!;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** The same for YAML whose texts are in double quotes. */
export const safeYaml = (yaml: string): string => yaml.replaceAll(DANGEROUS, (found) => (found === '\n' ? found : yamlEscape(found)));
