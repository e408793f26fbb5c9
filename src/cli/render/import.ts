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
  { header: 'not read', cell: ({ unread }) => unread.join(', ') },
  { header: 'kept as it was', cell: ({ kept }) => kept.join(', ') },
];

/** Whether something was left out or could not be read. What is merely kept was read. */
export const isPartial = (rows: readonly ImportedRow[], skipped: number): boolean =>
  skipped > 0 || rows.some(({ unread }) => unread.length > 0);

const analyses = (count: number): string => `${count} ${count === 1 ? 'analysis' : 'analyses'}`;

/** The rows that need a look, or all of them in a dry run; then the counts. */
export function renderImport(rows: readonly ImportedRow[], skipped: number, dryRun: boolean, terminal: boolean): string {
  const shown = rows.filter(({ result, unread }) => dryRun || result === 'renamed' || unread.length > 0);
  const fresh = rows.filter(({ result }) => result !== 'known').length;
  const unread = rows.filter((row) => row.unread.length > 0).length;
  const kept = rows.filter((row) => row.kept.length > 0).length;
  const counts = [
    `${dryRun ? 'Would import' : 'Imported'} ${analyses(fresh)}`,
    ...(rows.length > fresh ? [`${rows.length - fresh} had been taken in before`] : []),
    ...(skipped > 0 ? [`${plural(skipped, 'item')} skipped, being no row`] : []),
    ...(unread > 0 ? [`fields of ${analyses(unread)} could not be read, and are kept as they were`] : []),
    ...(kept > 0 ? [`fields of ${analyses(kept)} say more than the columns here hold, and are kept beside them`] : []),
  ];
  return [...(shown.length === 0 ? [] : [renderTable(COLUMNS, shown, terminal), '']), `${counts.join('; ')}.`].join('\n');
}
