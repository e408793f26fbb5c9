// What the commands share that write a journal: they record what was given, answer with it, and keep the document up to date.
import type { EntryKind } from '../model/journal.js';
import { BaseCommand } from './base-command.js';
import { tellJournal } from './export/journal-document.js';
import { recordGiven } from './journal.js';
import { recordedJson, recordedText } from './render/journal.js';

export abstract class JournalCommand extends BaseCommand {
  protected async record(entry: EntryKind, flags: Parameters<typeof recordGiven>[2]): Promise<void> {
    const recorded = await recordGiven(this.context, entry, flags);
    await tellJournal(this.context, recorded.analysis);
    this.context.output.say(recordedText(recorded));
    await this.answer(() => recordedJson(recorded), '');
  }
}
