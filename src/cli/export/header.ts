// What every export says of itself: of which state it is, and what was asked for. Never the time at which it was made, unless that is
// asked for: the same state and options give the same bytes.
import { rowsHash } from '../../exchange/books-file.js';
import type { RecordedBooks } from '../../lifecycle/recorded.js';
import type { Instant } from '../../model/time.js';
import { sourcesIn } from '../../pricing/card.js';
import type { Zone } from '../../report/days.js';
import type { ExportRequest } from './request.js';
import { lastOf, latest, recordedBy } from './state.js';

export interface ExportHeader {
  readonly schema: string;
  readonly books: {
    /** When the last revision in it was recorded. */
    readonly recorded_by: string | null;
    readonly analyses: number;
    readonly revisions: number;
    readonly sources: number;
    /** Where prices in it come from. */
    readonly price_books: readonly string[];
    /** Of all revisions in it. */
    readonly rows_sha256: string;
  };
  readonly options: Readonly<Record<string, string | boolean>>;
}

/** @param records when the last usage record in it was recorded; null where it has none. */
export function headerOf(
  schema: string,
  chosen: RecordedBooks,
  request: ExportRequest,
  zone: Zone,
  records: Instant | null = null,
): ExportHeader {
  const { since, until, forgotten, redact, stamp, template } = request;
  const last = latest(recordedBy(chosen), records);
  const cards = chosen.analyses.flatMap((chain) => Object.keys(lastOf(chain).costs?.cards ?? {}));
  return {
    schema,
    books: {
      recorded_by: last === null ? null : zone.stampOf(last),
      analyses: chosen.analyses.length,
      revisions: chosen.analyses.reduce((sum, chain) => sum + chain.length, 0),
      sources: chosen.sources.length,
      price_books: sourcesIn(cards),
      rows_sha256: rowsHash(chosen),
    },
    options: {
      tz: zone.name,
      ...(since === undefined ? {} : { since: zone.stampOf(since) }),
      ...(until === undefined ? {} : { until: zone.stampOf(until) }),
      ...(forgotten === true ? { forgotten } : {}),
      ...(redact === true ? { redact } : {}),
      ...(template === undefined ? {} : { template }),
      ...(stamp === undefined ? {} : { exported_at: zone.stampOf(stamp) }),
    },
  };
}
