// Table `analysis_logs` as analyses: read the last revision, insert the next one, find numbers that are taken.
import type { Analysis } from '../model/analysis.js';
import { KEY_PREFIX, parseAnalysisId } from '../model/ids.js';
import type { Instant } from '../model/time.js';
import { analysisFromRow, analysisToRow, rowKey } from './analysis-rows.js';
import type { LastQuestion, RevisionTable } from './revision-table.js';
import { and, eq, eqNumber, holds, oneOf, or, startsWith } from './filter.js';
import type { Row } from './rows.js';
import { rowHash } from './seal.js';

const FEW = 400;

/** So many are asked for one by one, before all analyses are read. */
const FEW_SESSIONS = 50;

const isKey = (row: Row): boolean => String(row['id']).startsWith(KEY_PREFIX);

/** The row that binds an idempotency key to an id. */
function keyRow(key: string, id: string, recordedAt: Instant, command: string): Row {
  const kid = KEY_PREFIX + key;
  const row: Row = {
    id: kid,
    row_key: rowKey(kid, 1),
    revision: 1,
    recorded_at: recordedAt,
    recorded_by: command,
    created_at: recordedAt,
    idempotency_key: key,
    inputs_analysis_ids: [id],
  };
  return { ...row, row_sha256: rowHash(row) };
}

/** The columns of an outline, without the structured ones that make up most of a row. */
const LIST_COLUMNS = [
  'id', 'revision', 'recorded_at', 'recorded_by', 'kind', 'source_id', 'task', 'tags', 'status', 'tool', 'command', 'model', 'pass',
  'started_at', 'completed_at', 'duration_seconds', 'tokens_in', 'tokens_out', 'total_tokens', 'tokens_check', 'cost_pico_usd',
  'cost_provenance', 'input_tokens', 'cache_read_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens', 'output_tokens',
  'reasoning_tokens', 'capture_status', 'capture_reason', 'usage_session_id', 'usage_provider', 'created_at', 'project',
  'forgotten_at',
] as const; // prettier-ignore

export class AnalysisLogs {
  readonly #table: RevisionTable;

  constructor(table: RevisionTable) {
    this.#table = table;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** Changes whenever anything in the table changed. */
  version(): Promise<number> {
    return this.#table.version();
  }

  /** Every row proves itself and follows the one before. @returns how many there are. @throws STORE_DAMAGED */
  prove(): Promise<number> {
    return this.#table.prove();
  }

  /** The last revision that was recorded by `at`; null if there is none. */
  async last(id: string, at: Instant | null = null): Promise<Analysis | null> {
    const found = id.startsWith(KEY_PREFIX) ? null : await this.#table.last(id, at);
    return found === null ? null : analysisFromRow(found.row);
  }

  /** All revisions, the first one first; none if there is no such analysis. */
  async history(id: string): Promise<Analysis[]> {
    return id.startsWith(KEY_PREFIX) ? [] : (await this.#table.history(id)).map(analysisFromRow);
  }

  /** False if a revision of that number is there already: someone was first. */
  insert(analysis: Analysis): Promise<boolean> {
    return this.#table.insertIfAbsent(analysisToRow(analysis));
  }

  /** Inserts those whose revision is not there yet, in one commit. @returns how many they were. */
  insertAll(analyses: readonly Analysis[]): Promise<number> {
    return this.#table.insertAbsent(analyses.map(analysisToRow));
  }

  /** All revisions of each analysis that were recorded by `at`, the first one first, each proved; the analyses unordered. */
  async chains(at: Instant | null = null): Promise<Analysis[][]> {
    const chains = await this.#table.chains(at);
    return chains.filter(([first]) => !isKey(first!)).map((rows) => rows.map(analysisFromRow));
  }

  /**
   * Inserts revisions as they were recorded elsewhere, with the rows of their idempotency keys, in one commit.
   *
   * @param taken ids that are there, those of keys too
   * @returns false if some of them were there: someone was first
   */
  async insertRecorded(analyses: readonly Analysis[], taken: ReadonlySet<string>): Promise<boolean> {
    const keys = new Map<string, Row>();
    for (const { revision, idempotency_key: key, id, recorded_at, recorded_by } of analyses)
      if (revision === 1 && key !== null && !taken.has(KEY_PREFIX + key)) keys.set(key, keyRow(key, id, recorded_at, recorded_by));
    // What an adopted store holds has no hash.
    const rows = analyses.map((analysis) => ({ ...analysisToRow(analysis), row_sha256: analysis.row_sha256 }));
    return (await this.#table.insertAbsent([...keys.values(), ...rows])) === keys.size + rows.length;
  }

  /** The first revisions of all analyses, each proved; unordered. */
  async firsts(): Promise<Analysis[]> {
    return (await this.#table.whole(eqNumber('revision', 1))).filter((row) => !isKey(row)).map(analysisFromRow);
  }

  /** All ids that are taken, those of idempotency keys too, whichever column of a row says it. */
  async ids(): Promise<Set<string>> {
    const rows = await this.#table.select(['id', 'row_key']);
    return new Set(rows.flatMap((row) => [String(row['id']), String(row['row_key']).replace(/@\d+$/, '')]));
  }

  /** The last revisions of all analyses that were recorded by `at`, each proved; unordered. */
  list(at: Instant | null = null): Promise<Analysis[]> {
    return this.#lastOfAll({ at });
  }

  async #lastOfAll(question: LastQuestion): Promise<Analysis[]> {
    const analyses: Analysis[] = [];
    for await (const row of this.#table.lastOfAll(question)) if (!isKey(row)) analyses.push(analysisFromRow(row));
    return analyses;
  }

  /** The same of some, each proved; unordered. */
  async listOf(ids: readonly string[], at: Instant | null = null): Promise<Analysis[]> {
    if (ids.length === 0) return [];
    // A filter of thousands of ids is slower than all rows.
    if (ids.length <= FEW) return this.#lastOfAll({ filter: oneOf('id', ids), at });
    const wanted = new Set(ids);
    return (await this.list(at)).filter(({ id }) => wanted.has(id));
  }

  /** The same of all, unproved and without stages, sessions and details: enough to decide which ones are meant. */
  outlines(at: Instant | null = null): Promise<Analysis[]> {
    return this.#lastOfAll({ columns: LIST_COLUMNS, at });
  }

  /** The last revisions by `at` of the analyses of which one of these is a session, the first or any, each proved. */
  async withSessions(sessions: readonly string[], at: Instant | null = null): Promise<Analysis[]> {
    if (sessions.length === 0) return [];
    const wanted = new Set(sessions);
    const has = ({ usage_session_id, sessions: parts }: Analysis): boolean =>
      wanted.has(usage_session_id ?? '') || parts.some(({ session_id }) => wanted.has(session_id));
    if (sessions.length > FEW_SESSIONS) return (await this.list(at)).filter(has);
    const told = sessions.flatMap((session) => [eq('usage_session_id', session), holds('sessions_json', JSON.stringify(session))]);
    const ids = (await this.#table.select(['id'], or(...told))).map((row) => String(row['id']));
    return (await this.listOf([...new Set(ids)], at)).filter(has);
  }

  /** The highest number of a year that an analysis or a key has taken; 0 if none has. */
  async highestNumber(year: number): Promise<number> {
    const first = and(eqNumber('revision', 1), or(startsWith('id', `ANALYSIS-${year}-`), startsWith('id', KEY_PREFIX)));
    const rows = await this.#table.select(['id', 'inputs_analysis_ids'], first);
    // A key's row stands for the id that it was given.
    const ids = rows.flatMap((row) => (isKey(row) ? ((row['inputs_analysis_ids'] ?? []) as string[]) : [String(row['id'])]));
    return ids.reduce((highest, id) => {
      const parsed = parseAnalysisId(id);
      return parsed !== null && parsed.year === year ? Math.max(highest, parsed.number) : highest;
    }, 0);
  }

  /** The highest pass of any analysis of a source; 0 if there is none. */
  async highestPass(sourceId: string): Promise<number> {
    const rows = await this.#table.select(['pass'], eq('source_id', sourceId));
    return rows.reduce((highest, row) => Math.max(highest, Number(row['pass'] ?? 0)), 0);
  }

  /** Which of `ids` are analyses here. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    const found = await Promise.all(ids.map((id) => this.#table.count(eq('row_key', rowKey(id, 1)))));
    return new Set(ids.filter((_, i) => found[i]! > 0));
  }

  /** The analysis that an idempotency key stands for; null if the key is new. */
  async idOfKey(key: string): Promise<string | null> {
    const rows = await this.#table.select(['inputs_analysis_ids'], eq('row_key', rowKey(KEY_PREFIX + key, 1)));
    const ids = (rows[0]?.['inputs_analysis_ids'] ?? null) as string[] | null;
    return ids?.[0] ?? null;
  }

  /** Binds a key to an id, before the analysis itself is written. */
  insertKey(key: string, id: string, recordedAt: number, command: string): Promise<boolean> {
    return this.#table.insertIfAbsent(keyRow(key, id, recordedAt, command));
  }
}
