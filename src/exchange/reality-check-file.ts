// The analyses that Reality Check exports: YAML, or JSON, which is YAML as well. Numbers and times are given as they were written
// where a JavaScript value would lose of that.
import { closeSync, readFileSync } from 'node:fs';
import type { Document, Node, Pair, Scalar } from 'yaml';
import { openLog } from '../capture/open.js';
import { TokentrailError } from '../model/errors.js';
import { isFields, type ForeignRow } from '../model/foreign-columns.js';
import { isText } from '../model/imported.js';
import { loadYaml } from './yaml.js';

export interface ImportFile {
  readonly rows: readonly ForeignRow[];
  /** Items that are no rows. */
  readonly skipped: number;
}

const SUGGESTIONS = ['Give a file that Reality Check exported: YAML with a list `analysis_logs`.'];

const unreadable = (path: string, why: string): TokentrailError =>
  new TokentrailError('IMPORT_INVALID', `"${path}" can't be imported: ${why}`, { suggestions: SUGGESTIONS, details: { file: path } });

const missing = (path: string): TokentrailError =>
  new TokentrailError('FILE_NOT_FOUND', `There is no file "${path}".`, { suggestions: SUGGESTIONS, details: { file: path } });

/** The file, an entry of it, its list, a row, one of its columns; below is a value, or a list and its items. */
const [COLUMN_DEPTH, LIST_DEPTH] = [6, 7];

/** The column of a row in which a value, or an item of a list, stands; null for any other place. */
function columnOf(path: readonly (Document | Node | Pair)[]): string | null {
  if (path.length !== COLUMN_DEPTH && path.length !== LIST_DEPTH) return null;
  const { value: key } = (path[COLUMN_DEPTH - 1] as Pair<Scalar>).key;
  return typeof key === 'string' ? key : null;
}

/** A value that keeps what its source says: ids and versions their digits (1.10 is no 1.1), large numbers all of theirs. */
function valueOf({ value, source }: Scalar, column: string | null): unknown {
  if (typeof value === 'string' || value === null || value === undefined) return value;
  // Only a value that was not read from a text has no source.
  const asWritten = source ?? value;
  if (column !== null && isText(column)) return asWritten;
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'boolean') return number;
  const isExact = typeof number === 'number' && Number.isFinite(number) && (Number.isSafeInteger(number) || !Number.isInteger(number));
  return isExact ? number : asWritten;
}

async function parse(text: string, shown: string): Promise<unknown> {
  const { LineCounter, parseDocument, visit } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw unreadable(shown, `line ${lines.linePos(problem.pos[0]).line}: ${problem.message.split('\n')[0]!}`);
  visit(document, {
    Scalar(key, node, path) {
      if (key !== 'key') node.value = valueOf(node, columnOf(path));
    },
  });
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw unreadable(shown, (error as Error).message);
  }
}

/** @throws FILE_NOT_FOUND; IMPORT_INVALID if it is no YAML, or holds none of what is known */
export async function readRealityCheckFile(path: string, shown: string): Promise<ImportFile> {
  const log = openLog(path);
  if (log === 'gone') throw missing(shown);
  if (typeof log === 'string') throw unreadable(shown, 'it is no plain file that can be read.');
  let text: string;
  try {
    text = readFileSync(log.fd, 'utf8');
  } finally {
    closeSync(log.fd);
  }
  const value = await parse(text, shown);
  const list = isFields(value) && Object.hasOwn(value, 'analysis_logs') ? value['analysis_logs'] : undefined;
  if (list !== null && !Array.isArray(list)) throw unreadable(shown, 'it holds no list `analysis_logs`.');
  const rows = ((list ?? []) as unknown[]).filter(isFields);
  return { rows, skipped: (list ?? []).length - rows.length };
}
