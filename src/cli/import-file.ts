// Files of other programs that are taken in: YAML, or JSON, which is YAML as well.
import { closeSync, readFileSync } from 'node:fs';
import { openLog } from '../capture/open.js';
import type { ForeignRow } from '../model/imported.js';
import { TokentrailError } from '../model/errors.js';
import { loadYaml } from './yaml.js';

export interface ImportFile {
  readonly rows: readonly ForeignRow[];
  /** Items that are no rows. */
  readonly skipped: number;
}

const unreadable = (path: string, why: string): TokentrailError =>
  new TokentrailError('IMPORT_INVALID', `"${path}" can't be imported: ${why}`, {
    suggestions: ['Give a file that Reality Check exported: YAML with a list `analysis_logs`.'],
    details: { file: path },
  });

/** @throws IMPORT_INVALID if the file is not there, is no YAML, or holds none of what is known */
export async function readImport(path: string, shown: string): Promise<ImportFile> {
  const log = openLog(path);
  if (typeof log === 'string') throw unreadable(shown, log === 'gone' ? 'there is no such file.' : 'it is no plain file that can be read.');
  let text: string;
  try {
    text = readFileSync(log.fd, 'utf8');
  } finally {
    closeSync(log.fd);
  }
  const { LineCounter, parseDocument } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) throw unreadable(shown, `line ${lines.linePos(problem.pos[0]).line}: ${problem.message.split('\n')[0]!}`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw unreadable(shown, (error as Error).message);
  }
  const list = isFields(value) && Object.hasOwn(value, 'analysis_logs') ? value['analysis_logs'] : undefined;
  if (list !== null && !Array.isArray(list)) throw unreadable(shown, 'it holds no list `analysis_logs`.');
  const rows = ((list ?? []) as unknown[]).filter(isFields);
  return { rows, skipped: (list ?? []).length - rows.length };
}

const isFields = (value: unknown): value is ForeignRow => typeof value === 'object' && value !== null && !Array.isArray(value);
