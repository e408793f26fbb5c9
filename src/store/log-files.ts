// Table `log_files` as what is known of each log that was ever read.
import type { LogAbout, LogFileRow, LogTotals } from '../model/usage-row.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { RevisionTable } from './revision-table.js';
import type { Columns, Row, Value } from './rows.js';
import { RESTORE } from './damage.js';
import { requireSeal, rowHash } from './seal.js';

const PLAIN = [
  'log_file_id', 'revision', 'recorded_at', 'state', 'agent', 'session_id', 'path', 'origin', 'kind', 'size', 'written_at', 'read_to',
  'head_sha256', 'prefix_sha256', 'reader_version', 'gone_at',
] as const satisfies readonly (keyof LogFileRow)[]; // prettier-ignore

const JSONS = ['state_json', 'totals_before', 'totals_after'] as const;

function toColumns(logs: readonly LogFileRow[]): Columns {
  const columns: Record<string, readonly Value[]> = {};
  for (const name of PLAIN) columns[name] = logs.map((log) => log[name]);
  columns['state_json'] = logs.map(({ about }) => JSON.stringify(about));
  columns['totals_before'] = logs.map(({ totals_before }) => JSON.stringify(totals_before));
  columns['totals_after'] = logs.map(({ totals_after }) => JSON.stringify(totals_after));
  columns['row_sha256'] = logs.map((_, i) => rowHash(rowOf(columns, i)));
  return columns;
}

const rowOf = (columns: Columns, i: number): Row => Object.fromEntries([...PLAIN, ...JSONS].map((name) => [name, columns[name]![i]!]));

/** A row of a schema before 3 has no hash. @throws STORE_DAMAGED */
function checkRow(columns: Columns, i: number): void {
  const seal = (columns['row_sha256']?.[i] ?? null) as string | null;
  if (seal !== null) requireSeal(rowOf(columns, i), seal, 'log_files', `${String(columns['path']![i])}@${String(columns['revision']![i])}`);
}

function parsed(columns: Columns, name: (typeof JSONS)[number], i: number): unknown {
  try {
    return JSON.parse(String(columns[name]![i]));
  } catch (error) {
    throw new TokentrailError('STORE_DAMAGED', `Column "${name}" of log "${String(columns['path']![i])}" can't be read.`, {
      suggestions: RESTORE,
      cause: error,
    });
  }
}

function totalsIn(columns: Columns, name: 'totals_before' | 'totals_after', i: number): LogTotals {
  // Those of older stores lack digests.
  return { digest: null, prices: null, keys: null, cards: null, ...(parsed(columns, name, i) as Partial<LogTotals>) } as LogTotals;
}

function fromColumns(columns: Columns, i: number): LogFileRow {
  const plain = Object.fromEntries(PLAIN.map((name) => [name, columns[name]![i]])) as unknown as Pick<LogFileRow, (typeof PLAIN)[number]>;
  return {
    ...plain,
    about: parsed(columns, 'state_json', i) as LogAbout,
    totals_before: totalsIn(columns, 'totals_before', i),
    totals_after: totalsIn(columns, 'totals_after', i),
  };
}

export class LogFiles {
  readonly #table: RevisionTable;

  constructor(table: RevisionTable) {
    this.#table = table;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** What holds of every log, by its id. @param at as it was recorded by then; null: now */
  async current(at: Instant | null = null): Promise<Map<string, LogFileRow>> {
    const last = new Map<string, { readonly columns: Columns; readonly i: number }>();
    for await (const { columns, length } of this.#table.columns([...PLAIN, ...JSONS, 'row_sha256'])) {
      for (let i = 0; i < length; i++) {
        if (at !== null && (columns['recorded_at']![i] as number) > at) continue;
        const id = columns['log_file_id']![i] as string;
        const known = last.get(id);
        const older = known !== undefined && (known.columns['revision']![known.i] as number) >= (columns['revision']![i] as number);
        if (!older) last.set(id, { columns, i });
      }
    }
    return new Map(
      [...last].map(([id, { columns, i }]) => {
        checkRow(columns, i);
        return [id, fromColumns(columns, i)];
      }),
    );
  }

  /** When the last of them was recorded, at or before a time; null if there is none. */
  async recordedBy(at: Instant | null): Promise<Instant | null> {
    const times = [...(await this.current(at)).values()].map(({ recorded_at }) => recorded_at);
    return times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
  }

  /** Appends revisions, on disk when this returns; the caller holds the lock. */
  async append(rows: readonly LogFileRow[]): Promise<void> {
    await this.#table.appendColumns(toColumns(rows), rows.length);
  }
}
