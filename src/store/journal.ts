// Table `journal` as the entries of analyses.
import type { JournalDraft, JournalEntry } from '../model/journal.js';
import { journal } from '../schema/index.js';
import { Entries } from './entries.js';
import type { RevisionTable } from './revision-table.js';

export class Journal extends Entries<JournalDraft, JournalEntry> {
  constructor(table: RevisionTable) {
    super(table, journal);
  }
}
