// Makes the text of an export. The same state and request give the same bytes, on any machine.
import { booksItems, BOOKS_SCHEMA, type Fields } from '../../exchange/books-file.js';
import { yamlList, yamlText } from '../../exchange/yaml-text.js';
import { safeJson } from '../../model/safe.js';
import { zoneNamed, type Zone } from '../../report/days.js';
import type { Context } from '../context.js';
import { headerOf } from './header.js';
import type { ExportRequest } from './request.js';
import type { ExportState } from './state.js';

/** The export as a text; `document` is what it holds, where that is data. */
export interface Made {
  readonly text: string;
  readonly document: Fields | null;
}

const json = (document: Fields): Made => ({ text: `${safeJson(JSON.stringify(document, null, 2))}\n`, document });

async function yaml(document: Fields, progress: (done: number, of: number) => void): Promise<Made> {
  const lists = Object.entries(document).filter(([, value]) => Array.isArray(value)) as [string, unknown[]][];
  const head = Object.fromEntries(Object.entries(document).filter(([, value]) => !Array.isArray(value)));
  const parts = [await yamlText(head)];
  for (const [name, items] of lists) parts.push(await yamlList(name, items, progress));
  return { text: parts.join(''), document };
}

/** The books themselves, as data that can be imported. */
function booksData({ chosen }: ExportState, request: ExportRequest, zone: Zone): Fields {
  return {
    ...headerOf(BOOKS_SCHEMA, chosen, request, zone),
    ...booksItems(chosen, { time: zone.stampOf, redact: request.redact === true }),
  };
}

export async function makeExport(context: Context, state: ExportState, request: ExportRequest): Promise<Made> {
  const zone = zoneNamed(request.tz);
  const data = booksData(state, request, zone);
  return request.format === 'json' ? json(data) : yaml(data, context.progress('Writing analyses'));
}
