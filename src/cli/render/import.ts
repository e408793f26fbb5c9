// What became of the rows of a file.
import type { ImportedRow } from '../../lifecycle/import.js';
import { plural } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

export const importJson = (rows: readonly ImportedRow[], skipped: number, dryRun: boolean): object => ({
  dry_run: dryRun,
  imported: rows.filter(({ result }) => result !== 'known').length,
  known: rows.filter(({ result }) => result === 'known').length,
  skipped,
  rows,
});

const COLUMNS: readonly TableColumn<ImportedRow>[] = [
  { header: 'id', cell: ({ id }) => id ?? 'N/A' },
  { header: 'result', cell: ({ result }) => result },
  { header: 'stored as', cell: ({ stored_as }) => stored_as },
  { header: 'kept unread', cell: ({ unread }) => unread.join(', ') },
];

/** The rows that need a look, or all of them in a dry run; then the counts. */
export function renderImport(rows: readonly ImportedRow[], skipped: number, dryRun: boolean, terminal: boolean): string {
  const shown = rows.filter(({ result, unread }) => dryRun || result === 'renamed' || unread.length > 0);
  const fresh = rows.filter(({ result }) => result !== 'known').length;
  const counts = [
    `${dryRun ? 'Would import' : 'Imported'} ${fresh} ${fresh === 1 ? 'analysis' : 'analyses'}`,
    ...(rows.length > fresh ? [`${rows.length - fresh} had been taken in before`] : []),
    ...(skipped > 0 ? [`${plural(skipped, 'item')} skipped, being no row`] : []),
  ];
  return [...(shown.length === 0 ? [] : [renderTable(COLUMNS, shown, terminal), '']), `${counts.join('; ')}.`].join('\n');
}
