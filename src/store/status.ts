// How large a store is, and what it holds.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.js';
import type { RevisionTable } from './revision-table.js';

export interface TableStatus {
  readonly name: string;
  readonly rows: number;
  /** Files that a reading visits. */
  readonly fragments: number;
  readonly version: number;
  /** On the disk, older versions included. */
  readonly bytes: number;
}

/** Bytes of all plain files below a folder. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + (lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

export async function tableStatus(table: RevisionTable, folder: string): Promise<TableStatus> {
  const [rows, fragments, version] = await Promise.all([table.count(), table.fragments(), table.version()]);
  return { name: table.name, rows, fragments, version, bytes: bytesBelow(join(folder, `${table.name}.lance`)) };
}

/** The tables that are there, by name. */
export async function tablesOf(database: Database, names: readonly string[]): Promise<RevisionTable[]> {
  const there = names.filter((name) => database.has(name)).sort();
  return Promise.all(there.map((name) => database.open(name)));
}
