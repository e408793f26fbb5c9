// What became of what a file holds.
import type { ImportedRow } from '../../lifecycle/import.js';
import type { ImportedFile, JournalCounts } from '../import.js';
import { analysesText, plural } from './numbers.js';
import { renderTable, type TableColumn } from './table.js';

const isFresh = ({ result }: ImportedRow): boolean => result !== 'known' && result !== 'differs';

export const importJson = ({ rows, skipped, sources, journals }: ImportedFile, dryRun: boolean): object => ({
  dry_run: dryRun,
  imported: rows.filter(isFresh).length,
  known: rows.filter((row) => !isFresh(row)).length,
  skipped,
  rows,
  sources,
  ...(journals === null ? {} : { journals }),
});

const COLUMNS: readonly TableColumn<ImportedRow>[] = [
  { header: 'id', cell: ({ id }) => id ?? 'N/A' },
  { header: 'result', cell: ({ result }) => result },
  { header: 'stored as', cell: ({ stored_as }) => stored_as },
  { header: 'not read', cell: ({ unread }) => unread.join(', ') },
  { header: 'kept as it was', cell: ({ kept }) => kept.join(', ') },
];

/** Whether something was left out or could not be read. What is merely kept was read. */
export const isPartial = ({ rows, skipped, sources }: ImportedFile): boolean =>
  skipped > 0 ||
  rows.some(({ result }) => result === 'differs') ||
  rows.some(({ unread }) => unread.length > 0) ||
  (sources?.differing.length ?? 0) > 0 ||
  (sources?.differing_journals.length ?? 0) > 0;

function sourceParts(sources: ImportedFile['sources']): string[] {
  if (sources === null) return [];
  const { imported, known, differing, differing_journals: journals } = sources;
  return [
    ...(imported > 0 ? [plural(imported, 'source')] : []),
    ...(known > 0 ? [`${plural(known, 'source')} had been taken in before`] : []),
    ...(journals.length > 0 ? [`the journals of ${journals.join(', ')} went on otherwise here, and stay`] : []),
    ...(differing.length > 0 ? [`of ${differing.join(', ')} the store has other revisions, which stay`] : []),
  ];
}

const journalPart = ({ runs, outcomes, usage_lines, checkpoints, findings }: JournalCounts): string =>
  `${plural(runs, 'run')} with ${plural(outcomes, 'outcome')}, ${plural(usage_lines, 'usage line')}, ${plural(checkpoints, 'checkpoint')} and ${plural(findings, 'finding')}; tokens are unknown there`;

/** The rows that need a look, or all of them in a dry run; then the counts. */
export function renderImport({ rows, skipped, sources, journals }: ImportedFile, dryRun: boolean, terminal: boolean): string {
  const shown = rows.filter(({ result, unread }) => dryRun || result === 'renamed' || result === 'differs' || unread.length > 0);
  const fresh = rows.filter(isFresh).length;
  const changed = rows.filter(({ result }) => result === 'differs').length;
  const unread = rows.filter((row) => row.unread.length > 0).length;
  const kept = rows.filter((row) => row.kept.length > 0).length;
  const counts = [
    `${dryRun ? 'Would import' : 'Imported'} ${analysesText(fresh)}`,
    ...(rows.length > fresh ? [`${rows.length - fresh} had been taken in before`] : []),
    ...(changed > 0 ? [`of ${plural(changed, 'run')} the file tells more than is here, which stays`] : []),
    ...(skipped > 0 ? [`${plural(skipped, 'item')} skipped, being no row`] : []),
    ...(unread > 0 ? [`fields of ${analysesText(unread)} could not be read, and are kept as they were`] : []),
    ...(kept > 0 ? [`fields of ${analysesText(kept)} say more than the columns here hold, and are kept beside them`] : []),
    ...sourceParts(sources),
    ...(journals === null ? [] : [journalPart(journals)]),
  ];
  return [...(shown.length === 0 ? [] : [renderTable(COLUMNS, shown, terminal), '']), `${counts.join('; ')}.`].join('\n');
}
