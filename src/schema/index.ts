// The tables as they are today, and the migrations that lead there.
import { analysisLogs } from './analysis-logs.js';
import { ledger } from './ledger.js';
import type { Migration } from './migration.js';
import { firstTables } from './migrations/0001-first-tables.js';
import { sources } from './sources.js';

export { analysisLogs, ledger, sources };
export type { Column, ColumnType, TableSchema } from './columns.js';
export type { FrozenColumn, Migration, MigrationStep } from './migration.js';

export const TABLES = [sources, analysisLogs, ledger] as const;

export const MIGRATIONS: readonly Migration[] = [firstTables];
