// A lineage in a standard form.
import { mermaidOf } from '../../exchange/mermaid.js';
import { openLineageOf } from '../../exchange/openlineage.js';
import { provOf } from '../../exchange/prov.js';
import { safeJson } from '../../model/safe.js';
import type { Zone } from '../../report/days.js';
import { lineageOf } from '../../report/lineage.js';
import { nodeLines } from '../render/export/synthesis-blocks.js';
import type { Made } from './made.js';
import type { ExportRequest } from './request.js';
import { knownIn, lastOf, type ExportState } from './state.js';

export function lineageText(state: ExportState, { format, redact }: ExportRequest, zone: Zone): Made {
  const lineage = lineageOf(state.chosen.analyses.map(lastOf), knownIn(state));
  if (format === 'mermaid') return { text: `${mermaidOf(lineage, nodeLines)}\n`, document: null };
  if (format === 'openlineage') {
    const events = openLineageOf(lineage, zone.stampOf);
    return { text: events.map((event) => `${safeJson(JSON.stringify(event))}\n`).join(''), document: null };
  }
  const document = provOf(lineage, zone.stampOf, redact === true);
  return { text: `${safeJson(JSON.stringify(document, null, 2))}\n`, document };
}
