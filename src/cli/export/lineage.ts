// A lineage in a standard form.
import { mermaidOf } from '../../exchange/mermaid.js';
import { openLineageOf } from '../../exchange/openlineage.js';
import { provOf } from '../../exchange/prov.js';
import { safe, safeJson } from '../../model/safe.js';
import type { Zone } from '../../report/days.js';
import { lineageOf } from '../../report/lineage.js';
import { nodeLines } from '../render/export/synthesis-blocks.js';
import type { Made } from './made.js';
import type { ExportRequest } from './request.js';
import { headerOf } from './header.js';
import { lastOf, type ExportState } from './state.js';

export function lineageText({ chosen, covered, known }: ExportState, request: ExportRequest, zone: Zone): Made {
  const { format, redact } = request;
  const lineage = lineageOf(chosen.analyses.map(lastOf), known);
  const { schema, books } = headerOf('tokentrail/lineage/v1', covered, request, zone);
  const state = { schema, ...books, price_books: books.price_books.join(' ') };
  if (format === 'mermaid') {
    const told = Object.entries(state).map(([name, value]) => `%% ${name}: ${safe(String(value ?? 'N/A'))}\n`);
    return { text: `${told.join('')}${mermaidOf(lineage, nodeLines)}\n`, document: null };
  }
  if (format === 'openlineage') {
    const events = openLineageOf(lineage, state, zone.stampOf);
    return { text: events.map((event) => `${safeJson(JSON.stringify(event))}\n`).join(''), document: null };
  }
  const document = provOf(lineage, state, zone.stampOf, redact === true);
  return { text: `${safeJson(JSON.stringify(document, null, 2))}\n`, document };
}
