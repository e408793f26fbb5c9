// The books of all sessions as tables: every record that counts, or sums of them, which add up to the same.
import { HIDDEN } from '../../exchange/books-file.js';
import { csvOf, type CsvColumn } from '../../exchange/csv.js';
import { sha256 } from '../../exchange/manifest.js';
import { sourcesIn } from '../../pricing/card.js';
import { safeJson } from '../../model/safe.js';
import type { Instant } from '../../model/time.js';
import { TOKEN_CLASSES } from '../../model/tokens.js';
import { LogSums, pointOf, type UsageRow } from '../../model/usage-row.js';
import type { Zone } from '../../report/days.js';
import {
  dailyUsage,
  isSelected,
  usageByModel,
  usageByProject,
  usageBySession,
  type UsageDay,
  type UsageFilter,
  type UsageFold,
  type UsageModel,
  type UsageProject,
  type UsageSession,
} from '../../report/usage.js';
import { checkTotals, requireTotals } from '../../store/control-totals.js';
import type { Store } from '../../store/store.js';
import type { Context } from '../context.js';
import type { Telling } from '../render/export/about.js';
import { requestColumns, sumColumns } from '../render/export/usage-columns.js';
import { Notes, warnOfCutSync } from '../usage.js';
import type { Made } from './made.js';
import type { ExportRequest } from './request.js';

/** Of which records an export is made. */
class RecordsSeen {
  readonly #rows: string[] = [];
  readonly #cards = new Set<string>();
  #recordedBy: Instant | null = null;

  add({ record_key, revision, recorded_at, counts, rate_card, cost_pico_usd: pico }: UsageRow): void {
    this.#rows.push(`${record_key} ${revision} ${TOKEN_CLASSES.map((name) => counts[name] ?? '-').join(' ')} ${pico ?? '-'}\n`);
    if (rate_card !== null) this.#cards.add(rate_card);
    this.#recordedBy = Math.max(this.#recordedBy ?? recorded_at, recorded_at);
  }

  /** What the header tells: the hash is of a line for each record, in the order of their keys. */
  told(time: (instant: Instant) => string): object {
    return {
      recorded_by: this.#recordedBy === null ? null : time(this.#recordedBy),
      records: this.#rows.length,
      price_books: sourcesIn(this.#cards),
      rows_sha256: sha256(this.#rows.sort().join('')),
    };
  }
}

/** A table of some items. */
interface UsageTable {
  readonly lines: number;
  csv: () => Promise<string>;
  rows: () => Readonly<Record<string, unknown>>[];
}

const tableOf = <T>(columns: readonly CsvColumn<T>[], items: readonly T[]): UsageTable => ({
  lines: items.length,
  csv: () => csvOf(columns, items),
  rows: () => items.map((item) => Object.fromEntries(columns.map(({ name, value }) => [name, value(item)]))),
});

/** The earliest first; those without a time before all others; else in the order of their keys, so that it is the same on any machine. */
const inOrder = (a: UsageRow, b: UsageRow): number => (a.at ?? -1) - (b.at ?? -1) || (a.record_key < b.record_key ? -1 : 1);

/** Visits the records as they were recorded by a time, once they were proved. */
async function visit(store: Store, context: Context, at: Instant | null, notes: Notes, each: (row: UsageRow) => void): Promise<void> {
  await store.guarded(async () => {
    const usage = await store.usage();
    const files = await store.logFiles();
    const logs = await files.current();
    for (const log of (at === null ? logs : await files.current(at)).values()) notes.addLog(log);
    const sums = new LogSums();
    await usage.eachBy(null, (row) => {
      sums.add(row);
      if (at === null) each(row);
    });
    const totals = checkTotals(logs, sums.totals);
    requireTotals(totals);
    warnOfCutSync(context, totals.pending);
    if (at !== null) await usage.eachBy(at, each);
  });
}

type Visit = (each: (row: UsageRow) => void) => Promise<void>;

async function inOrderOf(all: Visit, filter: UsageFilter): Promise<UsageRow[]> {
  const rows: UsageRow[] = [];
  await all((row) => {
    if (isSelected(row, filter)) rows.push(row);
  });
  return rows.sort(inOrder);
}

/** Fills a fold and gives its result. */
async function folded<T>(fold: UsageFold<T>, all: Visit): Promise<T> {
  await all((row) => fold.add(pointOf(row), row.record_key));
  return fold.result();
}

async function table(
  context: Context,
  store: Store,
  request: ExportRequest,
  at: Instant | null,
  zone: Zone,
  seen: RecordsSeen,
): Promise<UsageTable> {
  const filter: UsageFilter = { agent: request.agent ?? null, since: request.since ?? null, until: request.until ?? null };
  const telling: Telling = { time: zone.stampOf, redact: request.redact === true };
  const notes = new Notes(true);
  const all: Visit = (each) =>
    visit(store, context, at, notes, (row) => {
      if (isSelected(row, filter)) seen.add(row);
      each(row);
    });
  const project = (name: string | null): string | null => (name !== null && telling.redact ? HIDDEN : name);
  const time = (instant: Instant | null): string | null => (instant === null ? null : telling.time(instant));
  switch (request.rows) {
    case 'sessions': {
      // In order, since a session has the project of its first record.
      const rows = await inOrderOf(all, filter);
      const { sessions } = await folded(usageBySession(filter, notes), (each) => {
        rows.forEach(each);
        return Promise.resolve();
      });
      return tableOf(
        sumColumns<UsageSession>([
          { name: 'agent', value: ({ agent }) => agent },
          { name: 'session_id', value: ({ session_id }) => session_id },
          { name: 'project', value: (session) => project(session.project) },
          { name: 'first_at', value: ({ first_at }) => time(first_at) },
          { name: 'last_at', value: ({ last_at }) => time(last_at) },
          { name: 'models', value: ({ by_model }) => by_model.map(([model]) => model).join(' ') },
          { name: 'flags', value: ({ flags }) => flags.join(' ') },
        ]),
        sessions,
      );
    }
    case 'daily': {
      const { days } = await folded(dailyUsage(filter, zone.dayOf, notes), all);
      return tableOf(
        sumColumns<UsageDay>([
          { name: 'day', value: ({ day }) => day },
          { name: 'sessions', value: ({ sessions }) => sessions },
        ]),
        days,
      );
    }
    case 'projects': {
      const { projects } = await folded(usageByProject(filter), all);
      return tableOf(
        sumColumns<UsageProject>([
          { name: 'project', value: (item) => project(item.project) },
          { name: 'sessions', value: ({ sessions }) => sessions },
        ]),
        projects,
      );
    }
    case 'models': {
      const { models } = await folded(usageByModel(filter, notes), all);
      return tableOf(
        sumColumns<UsageModel>([
          { name: 'model', value: ({ model }) => model },
          { name: 'agents', value: ({ agents }) => agents.join(' ') },
          { name: 'sessions', value: ({ sessions }) => sessions },
        ]),
        models,
      );
    }
    default:
      return tableOf(requestColumns(telling), await inOrderOf(all, filter));
  }
}

/** @throws STORE_MISSING if there are no books of all sessions, STORE_DAMAGED */
export async function usageText(context: Context, request: ExportRequest, at: Instant | null, zone: Zone): Promise<Made> {
  const { store } = await context.readBooks();
  await store.requireUsage();
  const seen = new RecordsSeen();
  const found = await table(context, store, request, at, zone, seen);
  if (request.format === 'csv') return { text: await found.csv(), document: null };
  const rows = found.rows();
  if (request.format === 'jsonl') return { text: rows.map((row) => `${safeJson(JSON.stringify(row))}\n`).join(''), document: null };
  const { since, until, agent, redact, stamp } = request;
  const options = {
    tz: zone.name,
    ...(agent === undefined ? {} : { tool: agent }),
    ...(since === undefined ? {} : { since: zone.stampOf(since) }),
    ...(until === undefined ? {} : { until: zone.stampOf(until) }),
    ...(redact === true ? { redact } : {}),
    ...(stamp === undefined ? {} : { exported_at: zone.stampOf(stamp) }),
  };
  const document = { schema: 'tokentrail/usage/v1', what: request.rows, books: seen.told(zone.stampOf), options, count: rows.length, rows };
  return { text: `${safeJson(JSON.stringify(document, null, 1))}\n`, document };
}
