// Configuration files. An unknown key is an error with its line: a setting that is misspelt must not be silently ignored.
import { existsSync, readFileSync } from 'node:fs';
import { TokentrailError } from '../model/errors.js';
import { loadYaml } from '../exchange/yaml.js';

export interface Config {
  /** Address of the store; relative ones are relative to the file. */
  readonly store: string | null;
}

const KEYS = ['store'];

const invalid = (file: string, line: number | null, what: string): TokentrailError =>
  new TokentrailError('CONFIG_INVALID', `${file}${line === null ? '' : `, line ${line}`}: ${what}`, {
    suggestions: ['Correct the file; `store: PATH` is the setting it can hold.'],
    details: { file, line },
  });

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(file, null, `the file can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

/** Null if there is no such file. @throws CONFIG_INVALID */
export async function readConfig(file: string): Promise<Config | null> {
  if (!existsSync(file)) return null;
  const { isMap, isScalar, LineCounter, parseDocument } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const lineOf = (offset: number | undefined): number | null => (offset === undefined ? null : lines.linePos(offset).line);
  const [problem] = document.errors;
  if (problem !== undefined) throw invalid(file, lineOf(problem.pos[0]), problem.message.split('\n')[0]!);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return { store: null };
  if (!isMap(document.contents)) throw invalid(file, 1, 'the file holds no settings of the form `key: value`.');
  let store: string | null = null;
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const line = lineOf(isScalar(key) ? key.range[0] : undefined);
    if (!KEYS.includes(name)) throw invalid(file, line, `the setting "${name}" is unknown.`);
    if (!isScalar(value) || typeof value.value !== 'string' || value.value === '') throw invalid(file, line, `"${name}" must be a text.`);
    store = value.value;
  }
  return { store };
}
