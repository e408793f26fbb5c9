// What became of an export.
import type { Exported } from '../../export/deliver.js';
import { isData } from '../../export/request.js';
import { lastOf } from '../../export/state.js';
import type { Warning } from '../../../model/errors.js';
import { analysesText, plural } from '../numbers.js';

/** So many are named. */
const MOST_NAMED = 5;

/** Where it was written; else the data itself, or its text. */
export const exportJson = ({ made, written, state, request: { what, format } }: Exported): object => ({
  what,
  format,
  ...(what === 'usage' ? {} : { analyses: state.chosen.analyses.length }),
  ...(written ?? (made.document === null ? { text: made.text } : { document: made.document })),
});

/** A line about the file; else the export itself. */
export function renderExported({ made, written, state, request }: Exported): string {
  if (written === null) return made.text;
  const what = request.what === 'usage' ? `usage by ${request.rows ?? ''}` : analysesText(state.chosen.analyses.length);
  return `Wrote ${what} to ${written.file} (${plural(written.bytes, 'byte')}), with its manifest ${written.manifest}.`;
}

/** What of it has no price; null if all has one. */
export function unpricedIn({ state, request }: Exported): Warning | null {
  // Usage has columns that tell it, for each row.
  if (request.what === 'usage') return null;
  const { analyses } = isData(request) ? state.chosen : state.covered;
  const ids = analyses.map(lastOf).flatMap(({ id, cost_provenance }) => (cost_provenance === 'unpriced' ? [id] : []));
  if (ids.length === 0) return null;
  const [some, more] = [ids.slice(0, MOST_NAMED).join(', '), ids.length - MOST_NAMED];
  const named = more > 0 ? `${some} and ${more} more` : some;
  return { code: 'UNPRICED', message: `Tokens of ${named} have no price, so that their cost is not in it.`, ids };
}
