// The tables as they are today, and the migrations that lead there.
import { analysisLogs } from './analysis-logs.js';
import { journal } from './journal.js';
import { ledger } from './ledger.js';
import { logFiles } from './log-files.js';
import type { Migration } from './migration.js';
import { firstTables } from './migrations/0001-first-tables.js';
import { usageTables } from './migrations/0002-usage.js';
import { imports } from './migrations/0003-imports.js';
import { prices } from './migrations/0004-prices.js';
import { journals } from './migrations/0005-journal.js';
import { snapshotTable } from './migrations/0006-snapshots.js';
import { snapshots } from './snapshots.js';
import { sources } from './sources.js';
import { usage } from './usage.js';

export { analysisLogs, journal, ledger, logFiles, snapshots, sources, usage };
export type { Column, ColumnType, TableSchema } from './columns.js';
export type { FrozenColumn, Migration, MigrationStep } from './migration.js';

export const TABLES = [sources, analysisLogs, usage, logFiles, journal, snapshots, ledger] as const;

export const MIGRATIONS: readonly Migration[] = [firstTables, usageTables, imports, prices, journals, snapshotTable];
