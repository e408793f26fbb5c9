// Table `usage` as usage records: the current ones, and what is appended.
import type { AgentName } from '../model/agents.js';
import type { Instant } from '../model/time.js';
import type { Counts } from '../model/tokens.js';
import { TotalsAdder, type Completeness, type Digested, type LogFileRow, type UsagePoint, type UsageRow } from '../model/usage-row.js';
import { checkTotals, requireTotals } from './control-totals.js';
import type { RevisionTable } from './revision-table.js';
import { above, and, eq, oneOf, or, since, startsWith, type Filter } from './filter.js';
import type { Cells, Columns, Value } from './rows.js';

/** So many at a time, so that a first sync does not hold everything in memory three times. */
const CHUNK = 16_384;

/** So many in one filter. */
const MOST_KEYS = 2000;

/** Columns that hold a record's own fields under the same name. */
const PLAIN = [
  'record_key', 'revision', 'recorded_at', 'counted', 'first_pos', 'end_pos', 'agent', 'session_id', 'parent_session_id', 'at', 'model',
  'project', 'git_branch', 'is_subagent', 'agent_type', 'calls', 'completeness', 'log_file_id', 'reader_version', 'source_gone', 'terms', 'reported_cost_pico_usd',
  'cost_pico_usd', 'rate_card', 'purged_at',
] as const satisfies readonly (keyof UsageRow)[]; // prettier-ignore

const COUNTS = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'] as const;

const TABLE = [...PLAIN, ...COUNTS];

function toColumns(rows: readonly UsageRow[]): Columns {
  const columns: Record<string, readonly Value[]> = {};
  for (const name of PLAIN) columns[name] = rows.map((row) => row[name]);
  for (const name of COUNTS) columns[name] = rows.map(({ counts }) => counts[name]);
  return columns;
}

function fromCells(cells: Cells, i: number): UsageRow {
  const cell = (name: string): Value => cells[name]?.(i) ?? null;
  const number = (name: string): number | null => cell(name) as number | null;
  const text = (name: string): string | null => cell(name) as string | null;
  const flag = (name: string): boolean => cell(name) as boolean;
  return {
    record_key: text('record_key')!,
    revision: number('revision')!,
    recorded_at: number('recorded_at')!,
    counted: flag('counted'),
    first_pos: number('first_pos')!,
    end_pos: number('end_pos')!,
    agent: text('agent') as AgentName,
    session_id: text('session_id')!,
    parent_session_id: text('parent_session_id'),
    at: number('at'),
    model: text('model'),
    project: text('project'),
    git_branch: text('git_branch'),
    is_subagent: flag('is_subagent'),
    agent_type: text('agent_type'),
    calls: number('calls')!,
    counts: {
      input: number('input'),
      cache_read: number('cache_read'),
      cache_write_5m: number('cache_write_5m'),
      cache_write_1h: number('cache_write_1h'),
      output: number('output'),
      reasoning: number('reasoning'),
    },
    completeness: text('completeness') as Completeness,
    log_file_id: text('log_file_id')!,
    reader_version: number('reader_version')!,
    source_gone: flag('source_gone'),
    // Stores of an older schema lack these columns.
    terms: text('terms'),
    reported_cost_pico_usd: cell('reported_cost_pico_usd') as bigint | null,
    cost_pico_usd: cell('cost_pico_usd') as bigint | null,
    rate_card: text('rate_card'),
    purged_at: number('purged_at'),
  };
}

const POINT = ['agent', 'session_id', 'parent_session_id', 'at', 'model', 'project', 'is_subagent', 'calls', 'completeness', 'source_gone', 'log_file_id', 'agent_type', 'reported_cost_pico_usd', 'cost_pico_usd', ...COUNTS] as const; // prettier-ignore

/** What a row says whose sums must hold, beside what a report asks. */
type Visited = Changeable<UsagePoint> & Changeable<Digested>;

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

type Column<T> = (i: number) => T;

/** Gives some rows to `visit`, always as the same object: there may be a million of them. */
function visitRows(cells: Cells, rows: readonly number[], visit: (row: Visited, log: string, i: number) => void): void {
  // Stores of an older schema lack some columns.
  const column = (name: (typeof POINT)[number]): Column<Value> => cells[name] ?? (() => null);
  const agents = column('agent') as Column<AgentName>;
  const sessions = column('session_id') as Column<string>;
  const parents = column('parent_session_id') as Column<string | null>;
  const times = column('at') as Column<number | null>;
  const models = column('model') as Column<string | null>;
  const projects = column('project') as Column<string | null>;
  const subagents = column('is_subagent') as Column<boolean>;
  const calls = column('calls') as Column<number>;
  const completeness = column('completeness') as Column<Completeness>;
  const gone = column('source_gone') as Column<boolean>;
  const logs = column('log_file_id') as Column<string>;
  const types = column('agent_type') as Column<string | null>;
  const reported = column('reported_cost_pico_usd') as Column<bigint | null>;
  const costs = column('cost_pico_usd') as Column<bigint | null>;
  const [input, cache_read, cache_write_5m, cache_write_1h, output, reasoning] = COUNTS.map((name) => column(name) as Column<number | null>) as [
    Column<number | null>, Column<number | null>, Column<number | null>, Column<number | null>, Column<number | null>, Column<number | null>,
  ]; // prettier-ignore
  const counts = {} as Changeable<Counts>;
  const row = { counts } as Visited;
  for (const i of rows) {
    counts.input = input(i);
    counts.cache_read = cache_read(i);
    counts.cache_write_5m = cache_write_5m(i);
    counts.cache_write_1h = cache_write_1h(i);
    counts.output = output(i);
    counts.reasoning = reasoning(i);
    row.agent = agents(i);
    row.session_id = sessions(i);
    const parent = parents(i);
    row.parent_session_id = parent;
    row.session = parent ?? row.session_id;
    row.at = times(i);
    row.model = models(i);
    row.project = projects(i);
    row.is_subagent = subagents(i);
    row.subagent = row.is_subagent;
    row.calls = calls(i);
    row.completeness = completeness(i);
    row.partial = row.completeness !== 'complete';
    row.source_gone = gone(i);
    row.gone = row.source_gone;
    row.agent_type = types(i);
    row.reported_cost_pico_usd = reported(i);
    row.reported = row.reported_cost_pico_usd;
    row.cost_pico_usd = costs(i);
    row.estimated = row.cost_pico_usd;
    visit(row, logs(i), i);
  }
}

/** The last revision of each record, by key. */
export interface CurrentRows {
  readonly rows: Map<string, UsageRow>;
  readonly doubled: ReadonlySet<string>;
}

/** Some rows, each put together when it is asked for, since they take a fraction of the memory as they are stored. */
export interface UsageRows {
  readonly row: (i: number) => UsageRow;
}

export class Usage {
  readonly #table: RevisionTable;

  constructor(table: RevisionTable) {
    this.#table = table;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** When the last row was recorded that was by `at` (null: now); null if there is none. */
  async recordedBy(at: Instant | null): Promise<Instant | null> {
    let last: Instant | null = null;
    for await (const { cells, length } of this.#table.batches(['recorded_at'])) {
      for (let i = 0; i < length; i++) {
        const recorded = cells['recorded_at']!(i) as number;
        if ((at === null || recorded <= at) && (last === null || recorded > last)) last = recorded;
      }
    }
    return last;
  }

  /** The current records of an agent, by key. By their keys: what a damaged row says of its agent is not to be believed. */
  async ofAgent(agent: AgentName): Promise<Map<string, UsageRow>> {
    return (await this.provable(agent)).rows;
  }

  /** The same, and the keys of which the last revision is there twice. */
  provable(agent: AgentName): Promise<CurrentRows> {
    return this.#current(startsWith('record_key', `${agent}:`));
  }

  /** The records of these keys as they were recorded by `at` (null: now). */
  async ofKeys(keys: readonly string[], at: Instant | null = null): Promise<Map<string, UsageRow>> {
    const found = new Map<string, UsageRow>();
    for (let start = 0; start < keys.length; start += MOST_KEYS) {
      const { rows } = await this.#current(oneOf('record_key', keys.slice(start, start + MOST_KEYS)), at);
      for (const [key, row] of rows) found.set(key, row);
    }
    return found;
  }

  /** The records of a session and of those that work for it, as they were recorded by `at` (null: now). */
  async ofSession(agent: AgentName, session: string, at: Instant | null = null): Promise<UsageRow[]> {
    const own = or(eq('session_id', session), eq('parent_session_id', session));
    const keys = await this.#table.select(['record_key'], and(eq('agent', agent), own));
    // By their keys: the last revision of a record may name another session.
    const rows = await this.ofKeys([...new Set(keys.map((row) => String(row['record_key'])))], at);
    return [...rows.values()].filter((row) => row.session_id === session || row.parent_session_id === session);
  }

  /** The current records that belong to some logs. */
  async ofLogs(ids: readonly string[]): Promise<UsageRow[]> {
    const keys = new Set<string>();
    for (let start = 0; start < ids.length; start += MOST_KEYS) {
      const found = await this.#table.select(['record_key'], oneOf('log_file_id', ids.slice(start, start + MOST_KEYS)));
      for (const row of found) keys.add(String(row['record_key']));
    }
    const wanted = new Set(ids);
    return [...(await this.ofKeys([...keys])).values()].filter(({ log_file_id }) => wanted.has(log_file_id));
  }

  async #current(filter: Filter, at: Instant | null = null): Promise<CurrentRows> {
    const current = new Map<string, UsageRow>();
    const doubled = new Set<string>();
    for await (const { cells, length } of this.#table.batches(TABLE, { filter })) {
      for (let i = 0; i < length; i++) {
        const row = fromCells(cells, i);
        if (at !== null && row.recorded_at > at) continue;
        const known = current.get(row.record_key);
        if (known?.revision === row.revision) doubled.add(row.record_key);
        else if (known === undefined || known.revision < row.revision) {
          current.set(row.record_key, row);
          doubled.delete(row.record_key);
        }
      }
    }
    return { rows: current, doubled };
  }

  /** Visits the current records of an agent that count, one after the other: there may be a million of them. */
  eachOf(agent: AgentName, visit: (row: UsageRow, rows: UsageRows, i: number) => void): Promise<void> {
    return this.#each(null, visit, startsWith('record_key', `${agent}:`));
  }

  /** The same of all agents, as they were recorded by a time (null: now); unordered. */
  eachBy(at: Instant | null, visit: (row: UsageRow) => void): Promise<void> {
    return this.#each(at, visit);
  }

  /** The current records that were made at or after an instant and count. */
  async since(at: Instant): Promise<UsageRow[]> {
    const { rows } = await this.#current(since('at', at));
    return [...rows.values()].filter(({ counted }) => counted);
  }

  async #each(at: Instant | null, visit: (row: UsageRow, rows: UsageRows, i: number) => void, filter?: Filter): Promise<void> {
    const newest = await this.#revised(at);
    for await (const { cells, length } of this.#table.batches(TABLE, { filter, lean: true })) {
      const rows: UsageRows = { row: (i) => fromCells(cells, i) };
      for (let i = 0; i < length; i++) {
        if (cells['counted']!(i) !== true || (at !== null && (cells['recorded_at']!(i) as number) > at)) continue;
        const row = rows.row(i);
        const last = newest.get(row.record_key);
        if (last === undefined || last === row.revision) visit(row, rows, i);
      }
    }
  }

  /** Last revision by a time of each record that has more than one. */
  async #revised(at: Instant | null = null): Promise<Map<string, number>> {
    const newest = new Map<string, number>();
    for await (const { cells, length } of this.#table.batches(['record_key', 'revision', 'recorded_at'], {
      filter: above('revision', 1),
    })) {
      for (let i = 0; i < length; i++) {
        if (at !== null && (cells['recorded_at']!(i) as number) > at) continue;
        const key = cells['record_key']!(i) as string;
        newest.set(key, Math.max(newest.get(key) ?? 0, cells['revision']!(i) as number));
      }
    }
    return newest;
  }

  /**
   * The current records that count: the columns asked for, a batch at a time, with the numbers of the rows that count. Most records
   * have one revision, so keys are only looked at where some have more.
   */
  async *counted(names: readonly string[]): AsyncGenerator<{ readonly cells: Cells; readonly rows: readonly number[] }> {
    const newest = await this.#revised();
    const extra = newest.size === 0 ? [] : ['record_key', 'revision'];
    for await (const { cells, length } of this.#table.batches([...new Set(['counted', ...extra, ...names])])) {
      const rows: number[] = [];
      for (let i = 0; i < length; i++) {
        if (cells['counted']!(i) !== true) continue;
        const last = newest.size === 0 ? undefined : newest.get(cells['record_key']!(i) as string);
        if (last === undefined || last === cells['revision']!(i)) rows.push(i);
      }
      yield { cells, rows };
    }
  }

  /**
   * Visits all records that count; what `visit` is given holds during the call only. When all were visited, the sums of each log must
   * be those that `log_files` tells, which are kept for that (double entry).
   *
   * @param logs what `log_files` says of each log.
   * @param keyed whether `visit` is told the record's key; it is empty otherwise, since reading the keys costs as much as all the rest.
   * @returns the logs of a sync that was cut short, whose sums may be those before it, after it, or between.
   * @throws STORE_DAMAGED
   */
  async eachPoint(
    logs: ReadonlyMap<string, LogFileRow>,
    visit: (point: UsagePoint, key: string) => void,
    keyed = false,
  ): Promise<readonly LogFileRow[]> {
    const adders = new Map<string, TotalsAdder>();
    for await (const { cells, rows } of this.counted(keyed ? [...POINT, 'record_key'] : POINT)) {
      const keys = keyed ? (cells['record_key'] as (i: number) => string) : null;
      visitRows(cells, rows, (row, log, i) => {
        let adder = adders.get(log);
        if (adder === undefined) adders.set(log, (adder = new TotalsAdder()));
        adder.add(row);
        visit(row, keys?.(i) ?? '');
      });
    }
    const totals = checkTotals(logs, new Map([...adders].map(([id, adder]) => [id, adder.totals])));
    requireTotals(totals);
    return totals.pending;
  }

  /** Appends revisions, on disk when this returns; the caller holds the lock. */
  async append(rows: readonly UsageRow[], progress: (done: number, of: number) => void = () => undefined): Promise<void> {
    for (let start = 0; start < rows.length; start += CHUNK) {
      progress(start, rows.length);
      const chunk = rows.slice(start, start + CHUNK);
      await this.#table.appendColumns(toColumns(chunk), chunk.length);
    }
    progress(rows.length, rows.length);
  }
}
