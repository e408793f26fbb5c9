// The store itself, for people and for programs.
import type { Backup, Restored } from '../../store/backup.js';
import type { Evolution, MigrationPlan } from '../../store/migrate.js';
import type { TableStatus } from '../../store/status.js';
import { grouped, plural } from './numbers.js';
import { renderPairs, renderTable, type TableColumn } from './table.js';

/** Where a store is and what it holds. */
export interface StoreStatus {
  readonly store: string;
  readonly tables: readonly TableStatus[];
  readonly migrations: readonly { readonly id: number; readonly name: string; readonly program: string }[];
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1.2 MB`, in thousands. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]!}`;
}

const bytesOf = (tables: readonly TableStatus[]): number => tables.reduce((sum, { bytes }) => sum + bytes, 0);

export const statusJson = ({ store, tables, migrations }: StoreStatus): object => ({ store, bytes: bytesOf(tables), tables, migrations });

const COLUMNS: readonly TableColumn<TableStatus>[] = [
  { header: 'table', cell: ({ name }) => name },
  { header: 'rows', align: 'right', cell: ({ rows }) => grouped(rows) },
  { header: 'size', align: 'right', cell: ({ bytes }) => bytesText(bytes) },
  { header: 'fragments', align: 'right', cell: ({ fragments }) => grouped(fragments) },
  { header: 'version', align: 'right', cell: ({ version }) => grouped(version) },
];

export function renderStatus({ store, tables, migrations }: StoreStatus, terminal: boolean): string {
  const last = migrations.at(-1);
  const schema = last === undefined ? 'none' : `${last.id} (${last.name}, by tokentrail ${last.program})`;
  const pairs = renderPairs([
    ['store', store],
    ['size', bytesText(bytesOf(tables))],
    ['schema', schema],
  ], ''); // prettier-ignore
  return `${pairs}\n\n${renderTable(COLUMNS, tables, terminal)}`;
}

export const optimizedJson = (before: readonly TableStatus[], after: readonly TableStatus[]): object => ({
  bytes_before: bytesOf(before),
  bytes_after: bytesOf(after),
  tables: after,
});

const fragmentsOf = (tables: readonly TableStatus[]): number => tables.reduce((sum, { fragments }) => sum + fragments, 0);

export const renderOptimized = (before: readonly TableStatus[], after: readonly TableStatus[]): string =>
  `${grouped(fragmentsOf(before))} fragments are ${grouped(fragmentsOf(after))} now; ${bytesText(bytesOf(before))} were, ${bytesText(bytesOf(after))} are on the disk.`;

export const backupJson = ({ folder, made_at, files, bytes, rows }: Backup): object => ({ folder, made_at, files, bytes, rows });

const rowsText = ({ analysis_logs, sources, usage_records }: Backup['rows']): string =>
  `${plural(analysis_logs, 'revision')} of analyses, ${plural(sources, 'revision')} of sources, ${plural(usage_records, 'usage record')}`;

export const renderBackup = ({ folder, files, bytes, rows }: Backup, shown: (path: string) => string): string =>
  `Backed up to ${shown(folder)}: ${plural(files, 'file')}, ${bytesText(bytes)}; proved ${rowsText(rows)}.`;

export const restoredJson = (restored: Restored): object => ({
  ...backupJson(restored),
  store: restored.store,
  replaced: restored.replaced,
});

export const renderRestored = ({ folder, store, replaced, made_at, rows }: Restored, shown: (path: string) => string): string =>
  `Restored ${shown(store)} from ${shown(folder)}, as of ${made_at}: proved ${rowsText(rows)}.${replaced === null ? '' : ` What was there is kept in ${shown(replaced)}.`}`;

const namesOf = (migrations: readonly { readonly id: number; readonly name: string }[]): string =>
  migrations.map(({ id, name }) => `${id} (${name})`).join(', ');

/** What was done to a store to bring it to this schema. */
export function renderEvolution({ migrations, adopted, to, backup }: Evolution, shown: (path: string) => string): string {
  const done = `Brought the store to schema ${to} by the migrations ${namesOf(migrations)}.`;
  const theirs = adopted.length === 0 ? '' : ` Its tables ${adopted.join(' and ')} had been made by another program.`;
  return `${done}${theirs}${backup === null ? '' : ` What it was is kept in ${shown(backup)}.`}`;
}

export const evolutionJson = ({ migrations, adopted, backup }: Evolution, shown: (path: string) => string): object => ({
  migrations,
  adopted,
  backup: backup === null ? null : shown(backup),
});

export const planJson = ({ missing, foreign }: MigrationPlan): object => ({
  migrations: missing.map(({ id, name }) => ({ id, name })),
  adopted: foreign,
  backup: null,
});

export function renderPlan({ missing, foreign }: MigrationPlan): string {
  if (missing.length === 0) return 'The store has the schema of this program.';
  const theirs =
    foreign.length === 0 ? '' : ` Its tables ${foreign.join(' and ')} were made by another program; their rows become first revisions.`;
  return `Would go through the migrations ${namesOf(missing)}.${theirs} Nothing was changed.`;
}
