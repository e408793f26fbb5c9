// A section of ours inside a document of the user's, between two markers. All bytes around it stay what they are, whatever their
// encoding, also where the section is put in for the first time.
import { TokentrailError } from '../model/errors.js';

const BEGIN = '<!-- tokentrail:analysis-log -->';
const END = '<!-- /tokentrail:analysis-log -->';

const HEADING = /^## +Analysis Log *#*$/;

/** A line with its place among the bytes of the document; `end` is behind its line end. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function linesOf(document: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < document.length;) {
    const at = document.indexOf('\n', start);
    const end = at < 0 ? document.length : at + 1;
    lines.push({ text: document.slice(start, end).trim(), start, end });
    start = end;
  }
  return lines;
}

/** Lines outside of blocks of code, in which a marker is an example. */
function proseOf(lines: readonly Line[]): Line[] {
  let fence: string | null = null;
  return lines.filter(({ text }) => {
    const found = /^(`{3,}|~{3,})/.exec(text)?.[1] ?? null;
    if (fence === null) {
      fence = found;
      return found === null;
    }
    if (found !== null && found.startsWith(fence) && text === found) fence = null;
    return false;
  });
}

const invalid = (why: string): TokentrailError =>
  new TokentrailError('DOCUMENT_INVALID', `The document was not changed: ${why}.`, {
    suggestions: [`Its section stands between the lines "${BEGIN}" and "${END}", each of them once; remove what is left of them.`],
  });

/** Whether the document has a section already. */
export const hasSection = (document: Buffer): boolean => proseOf(linesOf(document.toString('latin1'))).some(({ text }) => text === BEGIN);

/**
 * The document with the section; the same bytes if it has it already.
 *
 * @param section Markdown in UTF-8, with line feeds.
 * @throws DOCUMENT_INVALID if its markers are not a pair
 */
export function withSection(document: Buffer, section: string): Buffer {
  if (document.includes(0)) throw invalid('it is no text of single bytes, as UTF-8 is');
  // Each byte as a character, so that none is changed.
  const text = document.toString('latin1');
  const eol = /\r\n/.test(text) && !/[^\r]\n/.test(text) ? '\r\n' : '\n';
  const ours = [BEGIN, '', ...section.trimEnd().split('\n'), '', END].join(eol);
  const block = Buffer.from(ours).toString('latin1');
  const lines = linesOf(text);
  const prose = proseOf(lines);
  const [begins, ends] = [BEGIN, END].map((marker) => prose.filter((line) => line.text === marker)) as [Line[], Line[]];
  if (begins.length > 1 || ends.length !== begins.length) throw invalid('its markers are not a pair');
  const [begin, end] = [begins[0], ends[0]];
  if (begin !== undefined && end !== undefined) {
    if (end.start < begin.start) throw invalid('its markers stand in the wrong order');
    // The line end behind the last marker is the user's.
    const last = text.slice(end.start, end.end);
    const behind = end.start + last.trimEnd().length;
    return Buffer.from(text.slice(0, begin.start) + block + text.slice(behind), 'latin1');
  }
  const heading = prose.find((line) => HEADING.test(line.text));
  if (heading !== undefined) {
    const before = text.slice(0, heading.end);
    const gap = before.endsWith('\n') ? eol : eol + eol;
    return Buffer.from(before + gap + block + eol + text.slice(heading.end), 'latin1');
  }
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
  return Buffer.from(`${text}${gap}## Analysis Log${eol}${eol}${block}${eol}`, 'latin1');
}
