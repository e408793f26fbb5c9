// Reads the books back from a file that `books-file.ts` wrote. Each revision must be, to the last byte of its row, what was exported:
// its hash says so, and that of the revision after it.
import type { Analysis } from '../model/analysis.js';
import { TokentrailError } from '../model/errors.js';
import { isFields } from '../model/foreign-columns.js';
import { KEY_PREFIX } from '../model/ids.js';
import type { JournalEntry } from '../model/journal.js';
import { picoOf } from '../model/money.js';
import type { Source } from '../model/source.js';
import { parseInstant, type Instant } from '../model/time.js';
import { UNKNOWN } from '../model/tokens.js';
import { analysisLogs, journal, sources } from '../schema/index.js';
import type { TableSchema } from '../schema/columns.js';
import { analysisToRow } from '../store/analysis-rows.js';
import { sealedRow } from '../store/entry-rows.js';
import type { Row, Value } from '../store/rows.js';
import { stagesFromText } from '../store/stages-text.js';
import { sourceToRow } from '../store/source-rows.js';
import {
  ANALYSIS_TIMES,
  COUNT_COLUMNS,
  INSTANTS,
  JOURNAL_TIMES,
  PLAIN_AFTER,
  PLAIN_BEFORE,
  rowsHash,
  SOURCE_COLUMNS,
  type BooksContent,
  type Fields,
} from './books-file.js';

const invalid = (shown: string, why: string): TokentrailError =>
  new TokentrailError('IMPORT_INVALID', `"${shown}" can't be imported: ${why}`, {
    suggestions: ['Export it again, and import the file as it was written; `tokentrail export check` tells whether it was changed.'],
    details: { file: shown },
  });

/** Thrown where a value is not of the kind that its column has; told with its row. */
class Unreadable extends Error {}

function instantOf(value: unknown, name: string): Instant {
  const instant = parseInstant(value);
  if (instant === null) throw new Unreadable(`"${name}" is no time`);
  return instant;
}

const instantOrNull = (value: unknown, name: string): Instant | null =>
  value === null || value === undefined ? null : instantOf(value, name);

/** What is inside of sessions and stages, with instants as numbers again. */
function inside(value: unknown, key = ''): unknown {
  if (typeof value === 'string' && INSTANTS.has(key)) return parseInstant(value) ?? value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => inside(item));
  return Object.fromEntries(Object.entries(value).map(([own, one]) => [own, inside(one, own)]));
}

function picoIn(value: unknown): bigint | null {
  if (value === null || value === undefined) return null;
  const pico = typeof value === 'string' || typeof value === 'number' ? picoOf(String(value)) : null;
  if (pico === null) throw new Unreadable('"cost_usd" is no amount');
  return pico;
}

const listIn = (fields: Fields, name: string): readonly unknown[] => {
  const value = fields[name] ?? [];
  if (!Array.isArray(value)) throw new Unreadable(`"${name}" is no list`);
  return value as readonly unknown[];
};

/** A revision as it was recorded. What is of the wrong kind gives it another hash. */
function analysisOf(fields: Fields): Analysis {
  if (String(fields['id']).startsWith(KEY_PREFIX)) throw new Unreadable('its id is reserved for idempotency keys');
  const times: ReadonlySet<string> = new Set(ANALYSIS_TIMES);
  const plain = [...PLAIN_BEFORE, ...PLAIN_AFTER].map((name) => [
    name,
    times.has(name) ? instantOrNull(fields[name], name) : (fields[name] ?? null),
  ]);
  const counts = Object.entries(COUNT_COLUMNS).map(([column, name]) => [name, fields[column] ?? null]);
  return {
    ...(Object.fromEntries(plain) as Pick<Analysis, (typeof PLAIN_BEFORE)[number] | (typeof PLAIN_AFTER)[number]>),
    counts: { ...UNKNOWN, ...(Object.fromEntries(counts) as Partial<Analysis['counts']>) },
    cost_pico_usd: picoIn(fields['cost_usd']),
    prev_sha256: (fields['prev_sha256'] ?? null) as string | null,
    row_sha256: (fields['row_sha256'] ?? null) as string | null,
    usage: (fields['usage'] ?? null) as Analysis['usage'],
    costs: (fields['costs_pico_usd'] ?? null) as Analysis['costs'],
    imported: (fields['imported'] ?? null) as Analysis['imported'],
    stages: inside(listIn(fields, 'stages')) as Analysis['stages'],
    sessions: inside(listIn(fields, 'sessions')) as Analysis['sessions'],
    unknown_columns: {},
  };
}

function sourceOf(fields: Fields): Source {
  const plain = SOURCE_COLUMNS.map((name) => [name, fields[name] ?? null]);
  return {
    ...(Object.fromEntries(plain) as unknown as Source),
    recorded_at: instantOf(fields['recorded_at'], 'recorded_at'),
    prev_sha256: (fields['prev_sha256'] ?? null) as string | null,
    row_sha256: (fields['row_sha256'] ?? null) as string | null,
    unknown_columns: {},
  };
}

/** All revisions of an item, the first one first: of an earlier one stands what the one after it changed. */
function revisionsIn({ earlier = [], ...last }: Fields): Fields[] {
  if (!Array.isArray(earlier) || !earlier.every(isFields)) throw new Unreadable('"earlier" is no list of revisions');
  const all: Fields[] = [last];
  for (const changed of [...(earlier as Fields[])].reverse()) all.unshift({ ...all[0]!, ...changed });
  return all;
}

type Recorded = Pick<Analysis, 'id' | 'revision' | 'recorded_by' | 'prev_sha256' | 'row_sha256'>;

/** Each revision is what was exported, and follows the one before. */
function requireChain<T extends Recorded>(chain: readonly T[], hashOf: (revision: T) => unknown): void {
  chain.forEach((revision, i) => {
    const { id, row_sha256: own } = revision;
    const before = chain[i - 1];
    if (revision.revision !== i + 1 || (before !== undefined && before.id !== id)) throw new Unreadable('a revision is missing');
    if (revision.prev_sha256 !== (before?.row_sha256 ?? null)) throw new Unreadable(`revision ${i + 1} does not follow the one before`);
    const hash = hashOf(revision);
    // A row that an adoption made may have no hash; then that of all rows proves it.
    if (own === null ? revision.recorded_by !== 'migration' : hash !== own)
      throw new Unreadable(`revision ${i + 1} is not what was exported`);
  });
}

function chainIn<T extends Recorded>(
  item: unknown,
  what: string,
  shown: string,
  of: (fields: Fields) => T,
  hashOf: (revision: T) => unknown,
): readonly T[] {
  if (!isFields(item) || typeof item['id'] !== 'string') throw invalid(shown, `an item of "${what}" has no id.`);
  const newer = item['unknown_columns'];
  if (isFields(newer))
    throw invalid(shown, `"${item['id']}" has columns that this version doesn't know (${Object.keys(newer).join(', ')}).`);
  try {
    const chain = revisionsIn(item).map(of);
    requireChain(chain, hashOf);
    return chain;
  } catch (error) {
    // What is of a wrong kind may fail anywhere in the making of its row.
    const why = error instanceof Unreadable ? error.message : 'it is not what was exported';
    throw invalid(shown, `"${item['id']}": ${why}.`);
  }
}

function entryOf(fields: Fields): JournalEntry {
  const plain = journal.columns.filter(({ name }) => name !== 'row_key').map(({ name }) => [name, fields[name] ?? null]);
  const times = JOURNAL_TIMES.map((name) => [name, instantOrNull(fields[name], name)]);
  return { ...(Object.fromEntries(plain) as unknown as JournalEntry), ...(Object.fromEntries(times) as object) };
}

/** The entries of each analysis, in the order of the file; each is what was exported. */
function journalIn(items: readonly unknown[], shown: string): readonly (readonly JournalEntry[])[] {
  const chains = new Map<string, JournalEntry[]>();
  for (const item of items) {
    if (!isFields(item) || typeof item['id'] !== 'string') throw invalid(shown, 'an item of "journal" has no id.');
    try {
      const entry = entryOf(item);
      chains.set(entry.id, [...(chains.get(entry.id) ?? []), entry]);
    } catch (error) {
      throw invalid(shown, `journal of "${item['id']}": ${error instanceof Unreadable ? error.message : 'it is not what was exported'}.`);
    }
  }
  return [...chains].map(([id, chain]) => {
    try {
      requireChain(chain, (entry) => hashOf(sealedRow(journal, entry), journal));
      return chain;
    } catch (error) {
      throw invalid(shown, `journal of "${id}": ${error instanceof Unreadable ? error.message : 'it is not what was exported'}.`);
    }
  });
}

/**
 * @param document the file's only value, whose schema is ours.
 * @throws IMPORT_INVALID if anything in it is not what was exported
 */
export function readBooks(document: Fields, shown: string): BooksContent {
  const options = document['options'];
  if (isFields(options) && options['redact'] === true)
    throw invalid(shown, 'it was exported with --redact, so that parts of its rows are missing.');
  const list = (name: string): readonly unknown[] => {
    const value = document[name];
    if (!Array.isArray(value)) throw invalid(shown, `it holds no list "${name}".`);
    return value as readonly unknown[];
  };
  const hashOfAnalysis = (analysis: Analysis): unknown => {
    const row = analysisToRow(analysis);
    // Stages are kept in fewer words, which say nothing of what has no place in them.
    const stages = row['stages_json'] === null ? [] : stagesFromText(row['stages_json'] as string);
    if (inOrder(stages) !== inOrder(analysis.stages)) throw new Unreadable('a stage is not what was exported');
    return hashOf(row, analysisLogs);
  };
  const hashOfSource = (source: Source): unknown => hashOf(sourceToRow(source), sources);
  const content = {
    analyses: list('analyses').map((item) => chainIn(item, 'analyses', shown, analysisOf, hashOfAnalysis)),
    sources: list('sources').map((item) => chainIn(item, 'sources', shown, sourceOf, hashOfSource)),
    ...(document['journal'] === undefined ? {} : { journal: journalIn(list('journal'), shown) }),
  };
  const books = document['books'];
  if (!isFields(books) || books['rows_sha256'] !== rowsHash(content))
    throw invalid(shown, 'its rows are not those that its header tells; one was taken out, or put in.');
  return content;
}

/** JSON of a value whose keys may be in any order. */
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isFields(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

const KINDS: Readonly<Record<string, (value: Value) => boolean>> = {
  utf8: (value) => typeof value === 'string',
  json: (value) => typeof value === 'string',
  int64: (value) => Number.isSafeInteger(value) || typeof value === 'bigint',
  timestamp: (value) => Number.isSafeInteger(value),
  float64: (value) => typeof value === 'number',
  'list<utf8>': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};

/** The hash of a row whose values are of the types of their columns: a text has the hash of the number that it spells. */
function hashOf(row: Row, table: TableSchema): unknown {
  const odd = table.columns.find(({ name, type }) => (row[name] ?? null) !== null && KINDS[type]?.(row[name]!) === false);
  if (odd !== undefined) throw new Unreadable(`"${odd.name}" is of another type`);
  return row['row_sha256'];
}
