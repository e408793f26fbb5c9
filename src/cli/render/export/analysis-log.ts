// The table of a document's analyses that stands inside of it.
import { outside, table, type Block } from '../../../exchange/markdown.js';
import type { Analysis } from '../../../model/analysis.js';
import { formatInstant } from '../../../model/time.js';
import { costOf, spentText } from '../analysis.js';
import { tokens } from '../numbers.js';
import { durationText, listed } from './about.js';

/** `12,345 (12,000 / 345)`: in all, in and out. */
const tokensOf = (a: Analysis): string =>
  a.tokens_in === null && a.tokens_out === null ? spentText(a) : `${spentText(a)} (${tokens(a.tokens_in)} / ${tokens(a.tokens_out)})`;

const dayOf = ({ started_at, created_at }: Analysis): string => formatInstant(started_at ?? created_at).slice(0, 10);

/** One line for each of its analyses, days in UTC. */
export const analysisLogBlock = (analyses: readonly Analysis[]): Block =>
  table<Analysis>(
    [
      { header: 'Pass', align: 'right', cell: ({ pass }) => (pass === null ? 'N/A' : String(pass)) },
      { header: 'Date', cell: dayOf },
      { header: 'Analysis', cell: ({ id }) => outside(id) },
      { header: 'Status', cell: ({ status }) => outside(status) },
      { header: 'Tool', cell: ({ tool }) => outside(tool) },
      { header: 'Model', cell: ({ model, usage }) => listed(model === null ? Object.keys(usage?.by_model ?? {}) : [model]) },
      { header: 'Took', align: 'right', cell: durationText },
      { header: 'Tokens (in / out)', align: 'right', cell: tokensOf },
      { header: 'Cost', align: 'right', cell: costOf },
      { header: 'Notes', cell: ({ notes }) => (notes === null ? '' : outside(notes)) },
    ],
    analyses,
  );
