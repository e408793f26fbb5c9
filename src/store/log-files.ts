// Table `log_files` as what is known of each log that was ever read.
import type { LogAbout, LogFileRow, LogTotals } from '../model/usage-row.js';
import { TokentrailError } from '../model/errors.js';
import type { RevisionTable } from './database.js';
import { decodeRows, type Row } from './rows.js';

const PLAIN = [
  'log_file_id', 'revision', 'recorded_at', 'state', 'agent', 'session_id', 'path', 'origin', 'kind', 'size', 'written_at', 'read_to',
  'head_sha256', 'prefix_sha256', 'reader_version', 'gone_at',
] as const satisfies readonly (keyof LogFileRow)[]; // prettier-ignore

const JSONS = ['state_json', 'totals_before', 'totals_after'] as const;

function toRow(log: LogFileRow): Row {
  const row: Record<string, Row[string]> = {};
  for (const name of PLAIN) row[name] = log[name];
  row['state_json'] = JSON.stringify(log.about);
  row['totals_before'] = JSON.stringify(log.totals_before);
  row['totals_after'] = JSON.stringify(log.totals_after);
  return row;
}

function parsed<T>(row: Row, column: (typeof JSONS)[number]): T {
  try {
    return JSON.parse(String(row[column])) as T;
  } catch (error) {
    throw new TokentrailError('STORE_DAMAGED', `Column "${column}" of log "${String(row['path'])}" can't be read.`, {
      suggestions: ['Run `tokentrail doctor` and restore the store from your backup.'],
      cause: error,
    });
  }
}

function fromRow(row: Row): LogFileRow {
  const plain = Object.fromEntries(PLAIN.map((name) => [name, row[name] ?? null])) as unknown as Pick<LogFileRow, (typeof PLAIN)[number]>;
  return {
    ...plain,
    about: parsed<LogAbout>(row, 'state_json'),
    totals_before: parsed<LogTotals>(row, 'totals_before'),
    totals_after: parsed<LogTotals>(row, 'totals_after'),
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

  /** What holds of every log now, by its id. */
  async current(): Promise<Map<string, LogFileRow>> {
    const rows = new Map<string, Row>();
    for await (const batch of this.#table.batches([...PLAIN, ...JSONS])) {
      for (const row of decodeRows({ batches: [batch] } as never)) {
        const known = rows.get(row['log_file_id'] as string);
        if (known === undefined || (known['revision'] as number) < (row['revision'] as number)) rows.set(row['log_file_id'] as string, row);
      }
    }
    return new Map([...rows].map(([id, row]) => [id, fromRow(row)]));
  }

  /** Appends revisions, on disk when this returns; the caller holds the lock. */
  async append(rows: readonly LogFileRow[]): Promise<void> {
    await this.#table.append(rows.map(toRow));
  }
}
