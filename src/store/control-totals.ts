// Double entry: the sums of each log's records, kept in `log_files`, must be those of its rows in `usage` (semantics 35).
import { TokentrailError } from '../model/errors.js';
import { NO_RECORDS, sameTotals, type LogFileRow, type LogTotals } from '../model/usage-row.js';

/** What the sums of some logs' rows are found to be. */
export interface ControlTotals {
  /** Logs whose rows are not those that were stored. */
  readonly wrong: readonly LogFileRow[];
  /** Logs of a sync that was cut short, of which nothing can be said until the next one. */
  readonly pending: readonly LogFileRow[];
  /** Ids under which rows stand, and no log. */
  readonly unknown: readonly string[];
}

/** @param sums of the rows that count, by log; a log without rows may be left out. */
export function checkTotals(logs: ReadonlyMap<string, LogFileRow>, sums: ReadonlyMap<string, LogTotals>): ControlTotals {
  const pending = [...logs.values()].filter(({ state }) => state === 'pending');
  const holds = (log: LogFileRow): boolean =>
    log.state === 'pending' || sameTotals(sums.get(log.log_file_id) ?? NO_RECORDS, log.totals_after);
  return { wrong: [...logs.values()].filter((log) => !holds(log)), pending, unknown: [...sums.keys()].filter((id) => !logs.has(id)) };
}

/** @throws STORE_DAMAGED if anything is wrong. */
export function requireTotals({ wrong, unknown }: Pick<ControlTotals, 'wrong' | 'unknown'>): void {
  if (wrong.length + unknown.length === 0) return;
  const [first] = wrong;
  const message =
    first === undefined
      ? 'The books hold usage records of a log that they do not know.'
      : `The usage records of log "${first.path}" in the books are not those that were stored.`;
  throw new TokentrailError('STORE_DAMAGED', message, {
    suggestions: [
      'Bring back a backup with `tokentrail store restore`.',
      'Without one, `tokentrail usage sync --rebuild` writes anew what the logs still say.',
    ],
    details: { table: 'usage', logs: wrong.map(({ agent, path }) => ({ agent, path })), unknown_logs: unknown },
  });
}
