// Sources for people and for programs.
import type { Source } from '../../model/source.js';
import { formatInstant } from '../../model/time.js';
import { renderPairs, renderTable, type TableColumn } from './table.js';

const FIELDS = [
  'type', 'title', 'author', 'year', 'url', 'doi', 'accessed', 'last_checked', 'reliability', 'bias_notes', 'claims_extracted',
  'analysis_file', 'topics', 'domains', 'status',
] as const satisfies readonly (keyof Source)[]; // prettier-ignore

export const sourceJson = (source: Source): object => ({
  id: source.id,
  ...Object.fromEntries(FIELDS.map((name) => [name, source[name]])),
  revision: source.revision,
  recorded_at: formatInstant(source.recorded_at),
  recorded_by: source.recorded_by,
});

const valueText = (value: Source[(typeof FIELDS)[number]]): string | null =>
  value === null ? null : Array.isArray(value) ? value.join(', ') : String(value);

export const renderSource = (source: Source): string =>
  [
    source.id,
    renderPairs(
      FIELDS.map((name) => [name.replaceAll('_', ' '), valueText(source[name])]),
      '  ',
    ),
  ].join('\n');

const COLUMNS: readonly TableColumn<Source>[] = [
  { header: 'id', cell: ({ id }) => id },
  { header: 'type', cell: ({ type }) => type ?? '' },
  { header: 'year', align: 'right', cell: ({ year }) => (year === null ? '' : String(year)) },
  { header: 'author', cell: ({ author }) => author?.join(', ') ?? '' },
  { header: 'title', cell: ({ title }) => title ?? '' },
];

export const renderSources = (sources: readonly Source[], terminal: boolean): string =>
  sources.length === 0 ? 'No sources.' : renderTable(COLUMNS, sources, terminal);
