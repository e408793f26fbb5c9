// What exports for people say of themselves, and how they tell values.
import { HIDDEN } from '../../../exchange/books-file.js';
import { fields, outside, paragraph, type Block, type Inline } from '../../../exchange/markdown.js';
import type { Analysis } from '../../../model/analysis.js';
import { formatDuration, type Instant } from '../../../model/time.js';
import type { Counts } from '../../../model/tokens.js';
import type { ExportHeader } from '../../export/header.js';
import { analysesText, plural } from '../numbers.js';

/** How values are told: times in a zone, and with `redact` no notes, titles and paths. */
export interface Telling {
  readonly time: (instant: Instant) => string;
  readonly redact: boolean;
}

/** A name from outside; unknown is N/A. */
export const named = (text: string | null): Inline => (text === null ? 'N/A' : outside(text));

/** Names from outside, one after the other. */
export const listed = (texts: readonly string[]): Inline[] =>
  texts.flatMap((text, i) => (i === 0 ? [outside(text)] : [', ', outside(text)]));

/** Free text that `redact` hides; null where there is none. */
export const privateText = (text: string | null, { redact }: Telling): Inline | null =>
  text === null ? null : redact ? HIDDEN : outside(text);

export const timeText = (instant: Instant | null, { time }: Telling): string => (instant === null ? 'N/A' : time(instant));

export const durationText = ({ duration_seconds: seconds }: Analysis): string => (seconds === null ? 'N/A' : formatDuration(seconds));

/** Both cache writes; null if one is unknown. */
export const cacheWrite = ({ cache_write_5m, cache_write_1h }: Counts): number | null =>
  cache_write_5m === null || cache_write_1h === null ? null : cache_write_5m + cache_write_1h;

/** Of which state of the books an export is, and what was asked for. */
export function aboutBlocks({ schema, books, options }: ExportHeader): Block[] {
  const asked = Object.entries(options)
    .filter(([name]) => name !== 'tz')
    .map(([name, value]) => (value === true ? name : `${name} ${String(value)}`));
  const what = [analysesText(books.analyses), plural(books.revisions, 'revision'), plural(books.sources, 'source')];
  return [
    paragraph(
      books.recorded_by === null ? 'Nothing was recorded.' : `The books as they were recorded by ${books.recorded_by}: ${what.join(', ')}.`,
    ),
    fields([
      ['Form', outside(schema)],
      ['Prices', books.price_books.length === 0 ? 'none' : listed(books.price_books)],
      ['Options', asked.length === 0 ? null : listed(asked)],
      ['Hash of the rows', { type: 'inlineCode', value: books.rows_sha256 }],
    ]),
    paragraph(
      `Times are those of ${String(options['tz'])}. An estimate by list prices carries ~, a lower bound ≥, and N/A is unknown, which is never 0.`,
    ),
  ];
}
