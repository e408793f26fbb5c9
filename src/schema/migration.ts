// What a migration is: a number, a name, and steps as data. A migration that was released is never edited; a new one is added.
import type { ColumnType } from './columns.js';

export type FrozenColumn = readonly [name: string, type: ColumnType, nullable: boolean];

export type MigrationStep =
  | { readonly create: string; readonly key: string | null; readonly columns: readonly FrozenColumn[] }
  /** Added columns are nullable and null in every row that is there. */
  | { readonly add: string; readonly columns: readonly FrozenColumn[] };

export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly steps: readonly MigrationStep[];
}
