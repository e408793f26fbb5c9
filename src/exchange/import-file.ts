// A file that is to be imported: opened with the guards of logs, and recognised by what it holds.
import { closeSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../capture/open.js';
import { TokentrailError } from '../model/errors.js';
import { isFields } from '../model/foreign-columns.js';
import { BOOKS_SCHEMA, type BooksContent } from './books-file.js';
import { readBooks } from './books-reader.js';
import type { JournalRun } from '../model/imported-journal.js';
import { isLevelUp, levelUpRuns } from './levelup-file.js';
import { realityCheckRows, type ForeignRows } from './reality-check-file.js';
import { loadYaml } from './yaml.js';

/** Analyses or run journals as another program had them, or the books as this one exported them. */
export type ImportFile =
  | ({ readonly kind: 'foreign' } & ForeignRows)
  | ({ readonly kind: 'books' } & BooksContent)
  | { readonly kind: 'journals'; readonly runs: readonly JournalRun[] };

const SUGGESTIONS = [
  'Give a file of `tokentrail export analyses`, one that Reality Check exported (YAML with a list `analysis_logs`), or run journals of LevelUp.',
];

const unreadable = (shown: string, why: string): TokentrailError =>
  new TokentrailError('IMPORT_INVALID', `"${shown}" can't be imported: ${why}`, { suggestions: SUGGESTIONS, details: { file: shown } });

const missing = (shown: string): TokentrailError =>
  new TokentrailError('FILE_NOT_FOUND', `There is no file "${shown}".`, { suggestions: SUGGESTIONS, details: { file: shown } });

/** @throws FILE_NOT_FOUND; IMPORT_INVALID if it is no plain file */
export function readText(path: string, shown: string): string {
  const log = openLog(path);
  if (log === 'gone') throw missing(shown);
  if (typeof log === 'string') throw unreadable(shown, 'it is no plain file that can be read.');
  try {
    return readFileSync(log.fd, 'utf8');
  } finally {
    closeSync(log.fd);
  }
}

/** What our exports begin with, as YAML and as JSON. */
const OURS = /^(?:\{\s*"schema":\s*|schema:\s*)"(tokentrail\/[a-z]+\/v\d+)"/;

/** The only value of a file of ours. @throws if it is neither JSON nor YAML */
async function parseOurs(text: string): Promise<unknown> {
  if (text.startsWith('{')) return JSON.parse(text) as unknown;
  const { parse } = await loadYaml();
  // Its warnings would print lines of the file as they are.
  return parse(text, { maxAliasCount: 0, logLevel: 'error' }) as unknown;
}

async function readOurs(text: string, schema: string, shown: string): Promise<ImportFile> {
  if (schema !== BOOKS_SCHEMA) throw unreadable(shown, `it is a "${schema}"; only the export of analyses can be imported.`);
  let document: unknown;
  try {
    document = await parseOurs(text);
  } catch (error) {
    throw unreadable(shown, (error as Error).message.split('\n')[0]!);
  }
  if (!isFields(document)) throw unreadable(shown, 'it holds no fields.');
  return { kind: 'books', ...readBooks(document, shown) };
}

/** @throws FILE_NOT_FOUND; IMPORT_INVALID if it is no YAML, holds none of what is known, or is not what was exported */
export async function readImportFile(path: string, shown: string): Promise<ImportFile> {
  const text = readText(path, shown);
  const schema = OURS.exec(text)?.[1];
  if (schema !== undefined) return readOurs(text, schema, shown);
  if (isLevelUp(text)) return { kind: 'journals', runs: levelUpRuns(text) };
  return { kind: 'foreign', ...(await realityCheckRows(text, (why) => unreadable(shown, why))) };
}

/**
 * The run journals in a folder, in the order of the names of its files; other files in it are left alone. Links are not followed.
 *
 * @throws IMPORT_INVALID if there are none
 */
export function readJournalFolder(path: string, shown: string): readonly JournalRun[] {
  let names: Dirent[];
  try {
    names = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.md'));
  } catch (error) {
    throw unreadable(shown, `the folder can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
  const runs = names
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => levelUpRuns(readText(join(path, name), join(shown, name))));
  if (runs.length === 0) throw unreadable(shown, 'no Markdown file in it is a run journal.');
  return runs;
}
