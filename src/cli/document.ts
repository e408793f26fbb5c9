// The `## Analysis Log` inside of a document of the user's, kept up to what the books say.
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { markdownOf } from '../exchange/markdown.js';
import { ANALYSIS_LOG, hasSection, withSection, type Section } from '../exchange/section.js';
import { listAnalyses } from '../lifecycle/list.js';
import { isEnded, type Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { compareAnalysisIds } from '../model/ids.js';
import { writeFileAtomically } from '../store/files.js';
import type { Context } from './context.js';
import { analysisLogBlock } from './render/export/analysis-log.js';

export interface UpdatedDocument {
  readonly file: string;
  readonly analyses: number;
  /** False where the document said it already. */
  readonly changed: boolean;
}

const began = ({ started_at, created_at }: Analysis): number => started_at ?? created_at;

const realPathOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** The analyses that ended and are in a document, the earliest first. @param target its real path */
async function analysesIn(context: Context, target: string): Promise<Analysis[]> {
  const all = await listAnalyses(await context.readBooks());
  const own = all.filter(
    ({ analysis_file, status, forgotten_at }) =>
      analysis_file !== null && isEnded(status) && forgotten_at === null && realPathOf(context.path(analysis_file)) === target,
  );
  return own.sort((a, b) => began(a) - began(b) || compareAnalysisIds(a.id, b.id));
}

/** @throws FILE_NOT_FOUND */
export function readDocument(path: string, shown: string): Buffer {
  try {
    // A FIFO would hang it for ever.
    if (!statSync(path).isFile()) throw new Error('ENOTFILE');
    return readFileSync(path);
  } catch (error) {
    throw new TokentrailError('FILE_NOT_FOUND', `The document "${shown}" can't be read.`, {
      suggestions: ['Name a Markdown file that is there.'],
      details: { file: shown },
      cause: error,
    });
  }
}

/**
 * Puts the table of its analyses into a document, or brings it up to date. While the store is locked, so that of two processes the later
 * one knows what the earlier one recorded.
 *
 * @param shown the file as the user named it.
 * @throws FILE_NOT_FOUND; ANALYSIS_NOT_FOUND if no ended analysis names it; DOCUMENT_INVALID, FILE_UNWRITABLE
 */
export async function updateDocument(context: Context, shown: string): Promise<UpdatedDocument> {
  const path = context.path(shown);
  readDocument(path, shown);
  const { store } = await context.existingBooks();
  return store.exclusively(async () => {
    await (await store.analysisLogs()).refresh();
    // A link stays one, and what it leads to is changed.
    const target = realpathSync(path);
    const document = readDocument(target, shown);
    const analyses = await analysesIn(context, target);
    // A table that stands there already is emptied.
    if (analyses.length === 0 && !hasSection(document, ANALYSIS_LOG))
      throw new TokentrailError('ANALYSIS_NOT_FOUND', `No ended analysis names the document "${shown}".`, {
        suggestions: ['Name it with `tokentrail analysis complete --analysis-file FILE`.'],
        details: { file: shown },
      });
    const content = await markdownOf([analysisLogBlock(analyses)]);
    return { file: shown, analyses: analyses.length, changed: putSection(target, shown, ANALYSIS_LOG, content) };
  });
}

/** Puts a section into a document, or brings it up to date; the store is locked. @returns false where it said so already */
export function putSection(target: string, shown: string, section: Section, content: string): boolean {
  const document = readDocument(target, shown);
  const next = withSection(document, section, content);
  const changed = !next.equals(document);
  if (changed) write(target, shown, next);
  return changed;
}

function write(target: string, shown: string, bytes: Buffer): void {
  try {
    accessSync(target, constants.W_OK);
    writeFileAtomically(target, [bytes], true, statSync(target).mode & 0o777);
  } catch (error) {
    throw new TokentrailError('FILE_UNWRITABLE', `The document "${shown}" can't be written.`, {
      suggestions: ['What was recorded stays; run `tokentrail export document` when it can be written.'],
      details: { file: shown },
      cause: error,
    });
  }
}

const isMarkdown = (file: string): boolean => /\.(md|markdown)$/i.test(file);

/** Whether an analysis that ended is to be told in its document: where it is named now, or where the document tells others already. */
function isWanted(context: Context, file: string, named: boolean): boolean {
  if (!isMarkdown(file)) return false;
  if (named) return true;
  try {
    const path = context.path(file);
    return statSync(path).isFile() && hasSection(readFileSync(path), ANALYSIS_LOG);
  } catch {
    return false;
  }
}

/** The same for an analysis that has just ended, which stands whatever becomes of the document: then that is told. */
export async function tellDocument(context: Context, { analysis_file: file, id }: Analysis, named: boolean): Promise<void> {
  if (file === null || !isWanted(context, file, named)) return;
  try {
    await updateDocument(context, file);
  } catch (error) {
    const [code, message] = error instanceof TokentrailError ? [error.code, error.message] : ['BUG', String(error)];
    context.output.warn({ code, message: `${id} is recorded, and not told in its document: ${message}`, file });
  }
}
