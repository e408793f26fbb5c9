// Makes the text of an export. The same state and request give the same bytes, on any machine.
import { booksItems, BOOKS_SCHEMA, type Fields } from '../../exchange/books-file.js';
import { csvOf } from '../../exchange/csv.js';
import { yamlList, yamlText } from '../../exchange/yaml-text.js';
import type { Instant } from '../../model/time.js';
import { safeJson } from '../../model/safe.js';
import { zoneNamed, type Zone } from '../../report/days.js';
import type { Context } from '../context.js';
import { analysisColumns } from '../render/export/analyses-csv.js';
import { headerOf } from './header.js';
import { journalData } from './journal.js';
import { lineageText } from './lineage.js';
import type { Made } from './made.js';
import { pageOf, pageText, usualTemplate } from './people.js';
import { isPage, type ExportRequest } from './request.js';
import { lastOf, type ExportState } from './state.js';
import { usageText } from './usage.js';
import { synthesisData } from './synthesis-data.js';

const json = (document: Fields): Made => ({ text: `${safeJson(JSON.stringify(document, null, 2))}\n`, document });

async function yaml(document: Fields, progress: (done: number, of: number) => void): Promise<Made> {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(document))
    parts.push(await (Array.isArray(value) ? yamlList(name, value, progress) : yamlText({ [name]: value })));
  return { text: parts.join(''), document };
}

/** The books themselves, as data that can be imported. */
function booksData({ chosen }: ExportState, request: ExportRequest, zone: Zone): Fields {
  return {
    ...headerOf(BOOKS_SCHEMA, chosen, request, zone),
    ...booksItems(chosen, { time: zone.stampOf, redact: request.redact === true }),
  };
}

async function dataOf(context: Context, state: ExportState, request: ExportRequest, zone: Zone): Promise<Fields> {
  if (request.what === 'synthesis') return synthesisData(context, state, request, zone);
  return request.what === 'journal' ? journalData(state, request, zone) : booksData(state, request, zone);
}

/** What a page is a form of: it names it, so that readers know which fields they would find in its data. */
const formOf = ({ what }: ExportRequest): string => `tokentrail/${what}/v1`;

/** @param template of the user's own; null: the one that comes with the program. @throws TEMPLATE_INVALID */
export async function makeExport(context: Context, state: ExportState, request: ExportRequest, template: string | null): Promise<Made> {
  const zone = zoneNamed(request.tz);
  if (isPage(request.format)) {
    const header = (records: Instant | null) => headerOf(formOf(request), state.covered, request, zone, records);
    const page = await pageOf(context, state, request, header, zone);
    return { text: await pageText(page, request.format, template ?? usualTemplate(request)), document: null };
  }
  if (request.what === 'usage') return usageText(context, request, state.at, zone);
  if (request.what === 'lineage') return lineageText(state, request, zone);
  if (request.format === 'csv') {
    const telling = { time: zone.stampOf, redact: request.redact === true };
    return { text: await csvOf(analysisColumns(telling), state.chosen.analyses.map(lastOf)), document: null };
  }
  const data = await dataOf(context, state, request, zone);
  return request.format === 'json' ? json(data) : yaml(data, context.progress('Writing analyses'));
}
