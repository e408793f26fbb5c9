// The journal of an analysis inside of a document of the user's, kept up to what the books say as the analysis goes on.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { heading, markdownOf } from '../../exchange/markdown.js';
import { hasSection, type Section } from '../../exchange/section.js';
import { journalOf } from '../../lifecycle/journal.js';
import type { Analysis } from '../../model/analysis.js';
import { TokentrailError } from '../../model/errors.js';
import { zoneNamed } from '../../report/days.js';
import type { Context } from '../context.js';
import { putSection, readDocument } from '../document.js';
import { attemptBlocks, journalFields, otherBlocks, outcomeBlocks } from '../render/export/journal-blocks.js';
import { storyFrom } from '../story.js';

const sectionOf = (id: string): Section => ({ name: `journal ${id}`, heading: `Journal of ${id}` });

export interface JournalDocument {
  readonly file: string;
  readonly id: string;
  /** False where the document said it already. */
  readonly changed: boolean;
}

/**
 * Puts the journal of an analysis into a document, or brings it up to date: times in UTC. While the store is locked, so that of two
 * processes the later one knows what the earlier one recorded.
 *
 * @param shown the file as the user named it.
 * @throws FILE_NOT_FOUND, ANALYSIS_NOT_FOUND, DOCUMENT_INVALID, FILE_UNWRITABLE
 */
export async function updateJournal(context: Context, id: string, shown: string): Promise<JournalDocument> {
  const path = context.path(shown);
  readDocument(path, shown);
  const books = await context.existingBooks();
  return books.store.exclusively(async () => {
    await Promise.all([(await books.logs()).refresh(), (await books.store.journal())?.refresh()]);
    const story = storyFrom(await books.analysis(id), await journalOf(books, id));
    const telling = { time: zoneNamed('UTC').timeOf, redact: false };
    const blocks = [
      journalFields(story, telling),
      ...attemptBlocks(story, 3, telling),
      ...otherBlocks(story, 3, telling),
      heading(3, 'Outcome'),
      ...outcomeBlocks(story, telling),
    ];
    // A link stays one, and what it leads to is changed.
    const changed = putSection(realpathSync(path), shown, sectionOf(id), await markdownOf(blocks));
    return { file: shown, id, changed };
  });
}

function holdsJournal(context: Context, file: string, id: string): boolean {
  try {
    const path = context.path(file);
    return statSync(path).isFile() && hasSection(readFileSync(path), sectionOf(id));
  } catch {
    return false;
  }
}

/** The same for an analysis of which something was recorded, where its document holds its journal already; what was recorded stands. */
export async function tellJournal(context: Context, { analysis_file: file, id }: Analysis): Promise<void> {
  if (file === null || !holdsJournal(context, file, id)) return;
  try {
    await updateJournal(context, id, file);
  } catch (error) {
    const [code, message] = error instanceof TokentrailError ? [error.code, error.message] : ['BUG', String(error)];
    context.output.warn({ code, message: `What was recorded of ${id} is not told in its document: ${message}`, file });
  }
}

/** The same for each of some. */
export async function tellJournals(context: Context, all: readonly { readonly analysis: Analysis }[]): Promise<void> {
  for (const { analysis } of all) await tellJournal(context, analysis);
}
