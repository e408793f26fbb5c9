// Table `log_files` as what is known of each log that was ever read.
import type { LogAbout, LogFileRow, LogTotals } from '../model/usage-row.js';
import { TokentrailError } from '../model/errors.js';
import type { Instant } from '../model/time.js';
import type { RevisionTable } from './revision-table.js';
import type { Cells, Columns, Row, Value } from './rows.js';
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
function checkRow(row: Row): void {
  const seal = (row['row_sha256'] ?? null) as string | null;
  if (seal !== null) requireSeal(row, seal, 'log_files', `${String(row['path'])}@${String(row['revision'])}`);
}

function parsed(row: Row, name: (typeof JSONS)[number]): unknown {
  try {
    return JSON.parse(String(row[name]));
  } catch (error) {
    throw new TokentrailError('STORE_DAMAGED', `Column "${name}" of log "${String(row['path'])}" can't be read.`, {
      suggestions: RESTORE,
      cause: error,
    });
  }
}

function totalsIn(row: Row, name: 'totals_before' | 'totals_after'): LogTotals {
  // Those of older stores lack digests.
  return { digest: null, prices: null, keys: null, cards: null, ...(parsed(row, name) as Partial<LogTotals>) } as LogTotals;
}

function fromRow(row: Row): LogFileRow {
  const plain = Object.fromEntries(PLAIN.map((name) => [name, row[name]])) as unknown as Pick<LogFileRow, (typeof PLAIN)[number]>;
  return {
    ...plain,
    about: parsed(row, 'state_json') as LogAbout,
    totals_before: totalsIn(row, 'totals_before'),
    totals_after: totalsIn(row, 'totals_after'),
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

  /** Changes whenever anything in the table changed. */
  version(): Promise<number> {
    return this.#table.version();
  }

  /** What holds of every log, by its id. @param at as it was recorded by then; null: now */
  async current(at: Instant | null = null): Promise<Map<string, LogFileRow>> {
    const last = new Map<string, { readonly cells: Cells; readonly i: number; readonly revision: number }>();
    for await (const { cells, length } of this.#table.batches([...PLAIN, ...JSONS, 'row_sha256'])) {
      for (let i = 0; i < length; i++) {
        if (at !== null && (cells['recorded_at']!(i) as number) > at) continue;
        const [id, revision] = [cells['log_file_id']!(i) as string, cells['revision']!(i) as number];
        const known = last.get(id);
        if (known === undefined || known.revision < revision) last.set(id, { cells, i, revision });
      }
    }
    return new Map(
      [...last].map(([id, { cells, i }]) => {
        const row: Row = Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cell(i)]));
        checkRow(row);
        return [id, fromRow(row)];
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
