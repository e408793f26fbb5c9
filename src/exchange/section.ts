// A section of ours inside a document of the user's, between two markers. All bytes around it stay what they are, whatever their
// encoding, also where the section is put in for the first time.
import { TokentrailError } from '../model/errors.js';

/** A section: its name in the markers, and the heading of the second level below which it is put. */
export interface Section {
  readonly name: string;
  readonly heading: string;
}

export const ANALYSIS_LOG: Section = { name: 'analysis-log', heading: 'Analysis Log' };

const beginOf = ({ name }: Section): string => `<!-- tokentrail:${name} -->`;
const endOf = ({ name }: Section): string => `<!-- /tokentrail:${name} -->`;

/** What is indented further is code. */
function isHeading({ raw, text }: Line, { heading }: Section): boolean {
  if (!/^ {0,3}#/.test(raw) || !text.startsWith('## ')) return false;
  const title = text.slice(3).trimStart();
  return title.startsWith(heading) && /^ *#*$/.test(title.slice(heading.length));
}

/** A line with its place among the bytes of the document; `end` is behind its line end. */
interface Line {
  /** Without its line end. */
  readonly raw: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function linesOf(document: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < document.length;) {
    const at = document.indexOf('\n', start);
    const end = at < 0 ? document.length : at + 1;
    const raw = document.slice(start, at < 0 ? end : at).replace(/\r$/, '');
    lines.push({ raw, text: raw.trim(), start, end });
    start = end;
  }
  return lines;
}

/** The beginning of a block of code, as CommonMark has it: behind three backticks no further one may stand. */
const OPENS = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;
const CLOSES = /^ {0,3}(`{3,}|~{3,})[ \t]*$/;

/** Lines outside of blocks of code, in which a marker is an example. */
function proseOf(lines: readonly Line[]): { readonly prose: Line[]; readonly isOpen: boolean } {
  const open = { fence: '' };
  const prose = lines.filter(({ raw }) => {
    if (open.fence === '') {
      const found = OPENS.exec(raw);
      open.fence = found?.[1] ?? found?.[2] ?? '';
      return open.fence === '';
    }
    if (CLOSES.exec(raw)?.[1]?.startsWith(open.fence) === true) open.fence = '';
    return false;
  });
  return { prose, isOpen: open.fence !== '' };
}

const invalid = (section: Section, why: string): TokentrailError =>
  new TokentrailError('DOCUMENT_INVALID', `The document was not changed: ${why}.`, {
    suggestions: [
      `Its section stands between the lines "${beginOf(section)}" and "${endOf(section)}", each of them once; remove what is left of them.`,
    ],
  });

/** Whether the document has a section already. */
export const hasSection = (document: Buffer, section: Section): boolean =>
  proseOf(linesOf(document.toString('latin1'))).prose.some(({ text }) => text === beginOf(section));

/**
 * The document with the section; the same bytes if it has it already.
 *
 * @param content Markdown in UTF-8, with line feeds.
 * @throws DOCUMENT_INVALID if its markers are not a pair
 */
export function withSection(document: Buffer, section: Section, content: string): Buffer {
  const [begun, ended] = [beginOf(section), endOf(section)];
  if (document.includes(0)) throw invalid(section, 'it is no text of single bytes, as UTF-8 is');
  // Each byte as a character, so that none is changed.
  const text = document.toString('latin1');
  const eol = /\r\n/.test(text) && !/[^\r]\n/.test(text) ? '\r\n' : '\n';
  const ours = [begun, '', ...content.trimEnd().split('\n'), '', ended].join(eol);
  const block = Buffer.from(ours).toString('latin1');
  const lines = linesOf(text);
  const { prose, isOpen } = proseOf(lines);
  const [begins, ends] = [begun, ended].map((marker) => prose.filter((line) => line.text === marker)) as [Line[], Line[]];
  if (begins.length > 1 || ends.length !== begins.length) throw invalid(section, 'its markers are not a pair');
  const [begin, end] = [begins[0], ends[0]];
  if (begin !== undefined && end !== undefined) {
    if (end.start < begin.start) throw invalid(section, 'its markers stand in the wrong order');
    // The line end behind the last marker is the user's.
    const last = text.slice(end.start, end.end);
    const behind = end.start + last.trimEnd().length;
    return Buffer.from(text.slice(0, begin.start) + block + text.slice(behind), 'latin1');
  }
  const heading = prose.find((line) => isHeading(line, section));
  if (heading !== undefined) {
    const before = text.slice(0, heading.end);
    const gap = before.endsWith('\n') ? eol : eol + eol;
    return Buffer.from(before + gap + block + eol + text.slice(heading.end), 'latin1');
  }
  if (isOpen) throw invalid(section, 'a block of code in it is never closed');
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
  return Buffer.from(`${text}${gap}## ${section.heading}${eol}${eol}${block}${eol}`, 'latin1');
}
