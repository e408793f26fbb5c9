// The analyses that Reality Check exports: YAML, or JSON, which is YAML as well. Numbers and times are given as they were written
// where a JavaScript value would lose of that.
import type { Document, Node, Pair, Scalar } from 'yaml';
import type { TokentrailError } from '../model/errors.js';
import { isFields, type ForeignRow } from '../model/foreign-columns.js';
import { isText } from '../model/imported.js';
import { loadYaml } from './yaml.js';

export interface ForeignRows {
  readonly rows: readonly ForeignRow[];
  /** Items that are no rows. */
  readonly skipped: number;
}

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

type Unreadable = (why: string) => TokentrailError;

async function parse(text: string, unreadable: Unreadable): Promise<unknown> {
  const { LineCounter, parseDocument, visit } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw unreadable(`line ${lines.linePos(problem.pos[0]).line}: ${problem.message.split('\n')[0]!}`);
  visit(document, {
    Scalar(key, node, path) {
      if (key !== 'key') node.value = valueOf(node, columnOf(path));
    },
  });
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw unreadable((error as Error).message);
  }
}

/** @throws what `unreadable` makes, if it is no YAML, or holds none of what is known */
export async function realityCheckRows(text: string, unreadable: Unreadable): Promise<ForeignRows> {
  const value = await parse(text, unreadable);
  const list = isFields(value) && Object.hasOwn(value, 'analysis_logs') ? value['analysis_logs'] : undefined;
  if (list !== null && !Array.isArray(list)) throw unreadable('it holds no list `analysis_logs`.');
  const rows = ((list ?? []) as unknown[]).filter(isFields);
  return { rows, skipped: (list ?? []).length - rows.length };
}
