// Table `usage` as usage records: the current ones, and what is appended.
import type { AgentName } from '../model/agents.js';
import type { Completeness, UsageRow } from '../model/usage-row.js';
import type { RevisionTable } from './database.js';
import { above, eq, oneOf, type Filter } from './filter.js';
import { decodeRows, type Row } from './rows.js';

/** So many at a time, so that a first sync does not hold everything in memory three times. */
const CHUNK = 16_384;

/** Columns that hold a record's own fields under the same name. */
const PLAIN = [
  'record_key', 'revision', 'recorded_at', 'counted', 'first_pos', 'end_pos', 'agent', 'session_id', 'parent_session_id', 'at', 'model',
  'project', 'git_branch', 'is_subagent', 'agent_type', 'calls', 'completeness', 'log_file_id', 'reader_version', 'source_gone',
] as const satisfies readonly (keyof UsageRow)[]; // prettier-ignore

const COUNTS = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output', 'reasoning'] as const;

function toRow(usage: UsageRow): Row {
  const row: Record<string, Row[string]> = { ...usage.counts };
  for (const name of PLAIN) row[name] = usage[name];
  return row;
}

function fromRow(row: Row): UsageRow {
  const number = (name: (typeof COUNTS)[number]): number | null => (row[name] ?? null) as number | null;
  const text = (name: string): string | null => (row[name] ?? null) as string | null;
  return {
    record_key: row['record_key'] as string,
    revision: row['revision'] as number,
    recorded_at: row['recorded_at'] as number,
    counted: row['counted'] as boolean,
    first_pos: row['first_pos'] as number,
    end_pos: row['end_pos'] as number,
    agent: row['agent'] as AgentName,
    session_id: row['session_id'] as string,
    parent_session_id: text('parent_session_id'),
    at: (row['at'] ?? null) as number | null,
    model: text('model'),
    project: text('project'),
    git_branch: text('git_branch'),
    is_subagent: row['is_subagent'] as boolean,
    agent_type: text('agent_type'),
    calls: row['calls'] as number,
    counts: {
      input: number('input'),
      cache_read: number('cache_read'),
      cache_write_5m: number('cache_write_5m'),
      cache_write_1h: number('cache_write_1h'),
      output: number('output'),
      reasoning: number('reasoning'),
    },
    completeness: row['completeness'] as Completeness,
    log_file_id: row['log_file_id'] as string,
    reader_version: row['reader_version'] as number,
    source_gone: row['source_gone'] as boolean,
  };
}

export class Usage {
  readonly #table: RevisionTable;

  constructor(table: RevisionTable) {
    this.#table = table;
  }

  refresh(): Promise<void> {
    return this.#table.refresh();
  }

  /** The current records of an agent, by key. */
  ofAgent(agent: AgentName): Promise<Map<string, UsageRow>> {
    return this.#current(eq('agent', agent));
  }

  /** The current records of these keys. */
  async ofKeys(keys: readonly string[]): Promise<Map<string, UsageRow>> {
    return keys.length === 0 ? new Map() : this.#current(oneOf('record_key', keys));
  }

  async #current(filter: Filter): Promise<Map<string, UsageRow>> {
    const current = new Map<string, UsageRow>();
    for await (const batch of this.#table.batches([...PLAIN, ...COUNTS], filter)) {
      for (const row of decodeRows({ batches: [batch] } as never)) {
        const known = current.get(row['record_key'] as string);
        if (known === undefined || known.revision < (row['revision'] as number)) current.set(row['record_key'] as string, fromRow(row));
      }
    }
    return current;
  }

  /**
   * The current records that count, with the columns asked for, as rows. Most records have one revision, so only the keys of those
   * that have more are looked at.
   */
  async *counted(columns: readonly string[]): AsyncGenerator<Row> {
    const newest = new Map<string, number>();
    for await (const batch of this.#table.batches(['record_key', 'revision'], above('revision', 1))) {
      for (const row of decodeRows({ batches: [batch] } as never)) {
        const key = row['record_key'] as string;
        newest.set(key, Math.max(newest.get(key) ?? 0, row['revision'] as number));
      }
    }
    const asked = newest.size === 0 ? ['counted', ...columns] : ['counted', 'record_key', 'revision', ...columns];
    const seen = new Set<string>();
    for await (const batch of this.#table.batches([...new Set(asked)])) {
      for (const row of decodeRows({ batches: [batch] } as never)) {
        if (newest.size > 0) {
          const key = row['record_key'] as string;
          const last = newest.get(key);
          if (last !== undefined && (last !== row['revision'] || seen.has(key))) continue;
          if (last !== undefined) seen.add(key);
        }
        if (row['counted'] === true) yield row;
      }
    }
  }

  /** Appends revisions, on disk when this returns; the caller holds the lock. */
  async append(rows: readonly UsageRow[], progress: (done: number, of: number) => void = () => undefined): Promise<void> {
    for (let start = 0; start < rows.length; start += CHUNK) {
      progress(start, rows.length);
      await this.#table.append(rows.slice(start, start + CHUNK).map(toRow));
    }
    progress(rows.length, rows.length);
  }
}
