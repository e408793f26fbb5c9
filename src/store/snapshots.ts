// Table `snapshots` as what hooks saw of sessions.
import type { SnapshotDraft, SnapshotRow } from '../model/snapshot-row.js';
import { snapshots } from '../schema/index.js';
import { Entries } from './entries.js';
import type { RevisionTable } from './revision-table.js';

export class Snapshots extends Entries<SnapshotDraft, SnapshotRow> {
  constructor(table: RevisionTable) {
    super(table, snapshots);
  }
}
